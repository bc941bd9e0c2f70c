"""Merchants and help requests: who may write what, and that a refusal changes nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import Conflict, DomainError, IllegalTransition, InvalidInput, NotPermitted, Stale
from common.jobs.models import Job
from merchants.engagements.models import Assignment, Engagement
from merchants.matching.models import Candidate, Invitation, Shortlist
from merchants.matching.services import cancel_help_request, make_shortlist
from merchants.registry.models import Merchant
from merchants.registry.services import edit_merchant, register_merchant
from merchants.requests import selectors
from merchants.requests.models import HelpRequest
from merchants.requests.services import (
    create_help_request,
    edit_help_request,
    reopen_help_request,
    submit_help_request,
)
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.merchants import (
    COMPLETE,
    NOON,
    make_engagement,
    make_invitation,
    make_merchant,
    make_open_request,
    make_request,
    make_shortlisted_request,
    owner_of_shop,
    state_of,
)

pytestmark = pytest.mark.django_db


def test_whoever_registers_a_shop_owns_it() -> None:
    person = make_user()
    merchant = register_merchant(
        code=" m900001 ", name="  Reed   House ", category="food", followers=120_000, by=person, now=NOON
    )
    assert (merchant.code, merchant.name, merchant.stage) == ("M900001", "Reed House", "growth")
    membership = merchant.organisation.memberships.get()
    assert (membership.user, membership.role) == (person, Role.MERCHANT_OWNER)
    assert [entry.action for entry in entries_of(merchant)] == ["merchant.register"]


def test_a_shop_is_registered_once_and_never_by_staff() -> None:
    merchant = make_merchant()
    with pytest.raises(Conflict) as taken:
        register_merchant(code=merchant.code.lower(), name="Another", category="food", by=make_user())
    assert taken.value.field == "code"
    with pytest.raises(NotPermitted):
        register_merchant(code="M900002", name="Another", category="food", by=make_staff())
    with pytest.raises(ValidationError):
        register_merchant(code="with space", name="Another", category="food", by=make_user())
    with pytest.raises(InvalidInput) as negative:
        register_merchant(code="M900003", name="Another", category="food", followers=-1, by=make_user())
    assert negative.value.field == "followers"
    assert Merchant.objects.count() == 1


def test_editing_followers_moves_the_stage() -> None:
    merchant = make_merchant(followers=99_999)
    owner = owner_of_shop(merchant)
    changed = edit_merchant(merchant_id=merchant.pk, changes={"followers": 5_000_000}, by=owner, version=1)
    assert (changed.stage, changed.version) == ("mature", 2)
    before = state_of(changed)
    with pytest.raises(Stale):
        edit_merchant(merchant_id=merchant.pk, changes={"followers": 1}, by=owner, version=1)
    with pytest.raises(InvalidInput):
        edit_merchant(merchant_id=merchant.pk, changes={"code": "M1"}, by=owner)
    with pytest.raises(NotPermitted):
        edit_merchant(
            merchant_id=merchant.pk,
            changes={"followers": 1},
            by=make_member(merchant.organisation, Role.MERCHANT_OPERATOR),
        )
    assert state_of(changed) == before


def test_a_draft_keeps_what_is_known_and_is_private() -> None:
    merchant = make_merchant(category="beauty")
    owner = owner_of_shop(merchant)
    draft = create_help_request(
        merchant_id=merchant.pk, data={"title": " First steps ", "goal": "cold_start"}, by=owner, now=NOON
    )
    assert (draft.title, draft.status, draft.category, draft.needs, draft.version) == (
        "First steps",
        "draft",
        "beauty",
        [0, 0, 0, 0, 0],
        1,
    )
    assert list(selectors.visible_to(owner)) == [draft]
    assert list(selectors.visible_to(make_staff(Role.PROGRAMME_MANAGER))) == []
    assert list(selectors.visible_to(owner_of_shop(make_merchant()))) == []


def test_submitting_starts_the_clock_and_asks_for_a_shortlist() -> None:
    request = make_request(now=NOON)
    sent = submit_help_request(request_id=request.pk, by=owner_of_shop(request.merchant), version=1, now=NOON)
    assert (sent.status, sent.stage, sent.submitted_at, sent.due_at) == (
        "open",
        "cold_start",
        NOON,
        NOON + timedelta(minutes=10),
    )
    job = Job.objects.get(name="merchants.make_shortlist")
    assert (job.arguments, sent.shortlist_job_id) == ({"request_id": request.pk}, job.pk)
    assert [entry.action for entry in entries_of(sent)] == ["help_request.submit", "help_request.create"]


GAPS: list[tuple[dict[str, Any], str]] = [
    ({"target_metric": ""}, "target_metric"),
    ({"target_amount": None}, "target_amount"),
    ({"target_by": None}, "target_by"),
    ({"target_by": date(2026, 3, 2)}, "target_by"),
    ({"needs": {}}, "needs"),
    ({"budget_model": ""}, "budget_model"),
    ({"budget_min_minor": None, "budget_max_minor": None}, "budget_max_minor"),
    ({"budget_model": "commission"}, "commission_max_bp"),
    ({"mode": ""}, "mode"),
]


@pytest.mark.parametrize(("hole", "field"), GAPS, ids=[field for _hole, field in GAPS])
def test_an_incomplete_draft_is_not_sent(hole: dict[str, Any], field: str) -> None:
    request = make_request(**hole)
    before = state_of(request)
    with pytest.raises(InvalidInput) as refusal:
        submit_help_request(request_id=request.pk, by=owner_of_shop(request.merchant), now=NOON)
    assert (refusal.value.field, bool(str(refusal.value.remedy))) == (field, True)
    assert state_of(request) == before
    assert not Job.objects.exists()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"needs": {"live_operations": 4}}, "needs"),
    ({"needs": {"cooking": 1}}, "needs"),
    ({"budget_min_minor": 10, "budget_max_minor": 5}, "budget_max_minor"),
    ({"status": "engaged"}, "status"),
]


@pytest.mark.parametrize(("data", "field"), WRONG)
def test_wrong_input_names_its_field(data: dict[str, Any], field: str) -> None:
    merchant = make_merchant()
    with pytest.raises(InvalidInput) as refusal:
        create_help_request(merchant_id=merchant.pk, data={**COMPLETE, **data}, by=owner_of_shop(merchant))
    assert refusal.value.field == field
    assert not HelpRequest.objects.exists()


def test_a_request_is_edited_until_a_provider_is_invited() -> None:
    request = make_shortlisted_request(providers=1)
    owner = owner_of_shop(request.merchant)
    edited = edit_help_request(request_id=request.pk, changes={"rooms": 3}, by=owner, version=request.version, now=NOON)
    assert (edited.rooms, edited.status, edited.version) == (3, "open", request.version + 1)
    assert Job.objects.filter(name="merchants.make_shortlist").count() == 2
    request = make_shortlist(request_id=request.pk, by=None, now=NOON)
    invitation = make_invitation(request)
    before = state_of(HelpRequest.objects.get(pk=request.pk), invitation)
    with pytest.raises(Conflict):
        edit_help_request(request_id=request.pk, changes={"rooms": 1}, by=owner, now=NOON)
    assert state_of(HelpRequest.objects.get(pk=request.pk), invitation) == before


def test_a_sent_request_cannot_become_incomplete() -> None:
    request = make_open_request()
    before = state_of(request)
    with pytest.raises(InvalidInput):
        edit_help_request(request_id=request.pk, changes={"mode": ""}, by=owner_of_shop(request.merchant), now=NOON)
    assert state_of(request) == before


def test_strangers_and_others_write_nothing() -> None:
    request = make_open_request()
    stranger, rival = make_user(), owner_of_shop(make_merchant())
    analyst = make_staff(Role.SCORING_ANALYST)
    before = state_of(request)
    for person in (stranger, rival, analyst):
        for call in (
            lambda: edit_help_request(request_id=request.pk, changes={"rooms": 3}, by=person, now=NOON),  # noqa: B023
            lambda: make_shortlist(request_id=request.pk, by=person, now=NOON),  # noqa: B023
            lambda: cancel_help_request(request_id=request.pk, by=person, now=NOON),  # noqa: B023
        ):
            with pytest.raises(NotPermitted):
                call()
    assert state_of(request) == before


def test_cancelling_withdraws_the_open_invitation_with_a_reason() -> None:
    invitation = make_invitation()
    request, owner = invitation.request, owner_of_shop(invitation.request.merchant)
    with pytest.raises(InvalidInput) as refusal:
        cancel_help_request(request_id=request.pk, by=owner, now=NOON)
    assert refusal.value.field == "note"
    cancelled = cancel_help_request(request_id=request.pk, by=owner, note="We found help.", now=NOON)
    invitation.refresh_from_db()
    assert (cancelled.status, cancelled.due_at) == ("cancelled", None)
    assert (invitation.status, invitation.note, invitation.decided_by) == ("withdrawn", "We found help.", owner)
    with pytest.raises(IllegalTransition):
        reopen_help_request(request_id=request.pk, by=owner)


def test_a_stale_form_changes_nothing() -> None:
    request = make_open_request()
    before = state_of(request)
    with pytest.raises(Stale):
        cancel_help_request(request_id=request.pk, by=owner_of_shop(request.merchant), version=request.version - 1)
    assert state_of(request) == before


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("merchant", {"stage": "mature"}, "merchant_stage_by_followers"),
    ("merchant", {"code": "lower"}, "merchant_code_shape"),
    ("merchant", {"category": "x"}, "merchant_category_known"),
    ("request", {"status": "x"}, "help_request_status_known"),
    ("request", {"needs": [4, 0, 0, 0, 0]}, "help_request_needs_known"),
    ("request", {"needs": [1, 1]}, "help_request_needs_known"),
    ("request", {"rooms": 0}, "help_request_rooms_in_range"),
    ("request", {"budget_min_minor": 9_000_000}, "help_request_budget_in_order"),
    ("request", {"mode": ""}, "help_request_complete_when_sent"),
    ("request", {"target_amount": None}, "help_request_complete_when_sent"),
    ("request", {"budget_max_minor": None, "budget_min_minor": None}, "help_request_complete_when_sent"),
    ("request", {"budget_max_minor": None}, "help_request_budget_in_order"),
    ("request", {"budget_model": "commission"}, "help_request_complete_when_sent"),
    ("request", {"submitted_by": None}, "help_request_submitted_pair"),
    ("invitation", {"status": "declined"}, "invitation_decision_triple"),
    ("invitation", {"expires_at": NOON}, "invitation_clock_ahead"),
    ("accepted", {"status": "declined"}, "invitation_reason_when_ended"),
    ("engagement", {"status": "completed"}, "engagement_end_triple"),
    ("engagement", {"target_amount": 0}, "engagement_target_positive"),
    ("assignment", {"rooms": 0}, "assignment_rooms_positive"),
    ("assignment", {"ended_at": NOON + timedelta(days=1)}, "assignment_end_pair"),
    ("assignment", {"ended_by": 1}, "assignment_end_pair"),
]


@pytest.fixture
def rows() -> dict[str, Any]:
    engagement = make_engagement()
    return {
        "merchant": engagement.merchant,
        "request": engagement.request,
        "accepted": engagement.invitation,
        "invitation": make_invitation(),
        "engagement": engagement,
        "assignment": engagement.assignments.get(),
    }


def test_the_database_holds_the_rules(rows: dict[str, Any]) -> None:
    held = []
    for name, values, constraint in BROKEN:
        try:
            with transaction.atomic():
                type(rows[name]).objects.filter(pk=rows[name].pk).update(**values)
        except IntegrityError as error:
            held += [constraint] if constraint in str(error) else [str(error)]
        else:
            held.append("nothing")
    assert held == [constraint for _name, _values, constraint in BROKEN]


def test_one_open_invitation_and_never_the_same_provider_twice(rows: dict[str, Any]) -> None:
    def again(source: Invitation, **changed: Any) -> None:
        values = {field.attname: getattr(source, field.attname) for field in Invitation._meta.concrete_fields}
        Invitation.objects.create(**{**values, "id": None, **changed})

    pending = rows["invitation"]
    with pytest.raises(IntegrityError, match="invitation_one_open"), transaction.atomic():
        again(pending, provider_id=rows["accepted"].provider_id)
    with pytest.raises(IntegrityError, match="invitation_never_twice"), transaction.atomic():
        again(rows["accepted"])


def test_one_running_assignment_per_trader_and_engagement(rows: dict[str, Any]) -> None:
    present: Assignment = rows["assignment"]
    with pytest.raises(IntegrityError, match="assignment_once_at_a_time"), transaction.atomic():
        Assignment.objects.create(
            engagement=present.engagement, trader=present.trader, rooms=1, started_by=present.started_by
        )


def test_shortlists_are_written_once() -> None:
    request = make_shortlisted_request(providers=1)
    for change in (
        lambda: Candidate.objects.all().delete(),
        lambda: Candidate.objects.update(fit=1.0),
        lambda: Shortlist.objects.update(eligible=0),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
            change()
    assert (Shortlist.objects.get().request, Engagement.objects.count()) == (request, 0)
    assert issubclass(Conflict, DomainError)
