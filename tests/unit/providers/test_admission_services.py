"""Applications from the first draft to the decision: exact results, refusals change nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from providers.admission import policies, selectors, services
from providers.admission import review_services as review
from providers.registry.models import Provider
from providers.traders.services import leave_trader
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import (
    REASONS,
    make_application,
    make_provider,
    make_trader,
    owner_of,
    settle_panel,
    unchanged,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 4, tzinfo=UTC)


def test_create() -> None:
    owner = make_user("lin@example.com", name="Lin Lan")
    provider = make_provider(by=owner)
    application = services.create_application(provider_id=provider.pk, by=owner, now=NOON)
    application.refresh_from_db()
    assert (application.status, application.created_at, application.created_by) == ("draft", NOON, owner)
    assert (application.contact_name, application.contact_email) == ("Lin Lan", "lin@example.com")
    assert application.number == f"A{application.pk:06d}"
    assert [(entry.action, entry.at) for entry in entries_of(application)] == [("application.create", NOON)]


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "standstill"])
def test_one_open_application_at_a_time(status: str) -> None:
    application = make_application(status=status)
    with unchanged(), pytest.raises(Conflict, match="open application already"):
        services.create_application(provider_id=application.provider_id, by=owner_of(application.provider))


def test_a_new_one_after_a_withdrawn_one() -> None:
    first = make_application(status="withdrawn")
    second = services.create_application(provider_id=first.provider_id, by=owner_of(first.provider))
    assert list(selectors.history_of(first.provider)) == [second, first]
    assert selectors.open_of(first.provider) == second


def test_who_is_in_does_not_apply() -> None:
    provider = make_provider(status="probation")
    with unchanged(), pytest.raises(Conflict, match="not let in yet"):
        services.create_application(provider_id=provider.pk, by=owner_of(provider))


def test_who_may_begin() -> None:
    provider = make_provider()
    people = [make_member(provider.organisation, Role.PROVIDER_TRADER), make_staff(), make_user()]
    with unchanged():
        for person in people:
            with pytest.raises(NotPermitted):
                services.create_application(provider_id=provider.pk, by=person)


def test_edit() -> None:
    application = make_application(status="draft", summary="First.")
    provider, owner = application.provider, owner_of(application.provider)
    old = application.traders.get()
    new = make_trader(provider)
    changed = services.edit_application(
        application_id=application.pk,
        changes={"summary": " Second. ", "contact_name": "Lin Lan", "traders": [new.code, new.code]},
        by=owner,
        version=application.version,
    )
    assert (changed.summary, changed.version) == ("Second.", application.version + 1)
    assert list(changed.traders.all()) == [new]
    assert entries_of(application).first().changes == {
        "summary": ["First.", "Second."],
        "traders": [[old.code], [new.code]],
    }
    with unchanged():
        services.edit_application(application_id=application.pk, changes={"summary": "Second."}, by=owner)


def test_bad_edits() -> None:
    application = make_application(status="draft")
    provider, owner = application.provider, owner_of(application.provider)
    gone, foreign = make_trader(provider), make_trader(make_provider())
    leave_trader(trader_id=gone.pk, by=owner, note="Moved on.")
    attempts: list[tuple[dict[str, Any], int | None, type[Exception]]] = [
        ({"status": "admitted"}, None, InvalidInput),
        ({"traders": ["T999999"]}, None, InvalidInput),
        ({"traders": [gone.code]}, None, InvalidInput),
        ({"traders": [foreign.code]}, None, InvalidInput),
        ({"contact_email": "not an address"}, None, ValidationError),
        ({"contact_phone": "call me"}, None, ValidationError),
        ({"summary": "Late."}, 1, Stale),
    ]
    with unchanged():
        for changes, version, error in attempts:
            with pytest.raises(error):
                services.edit_application(application_id=application.pk, changes=changes, by=owner, version=version)


@pytest.mark.parametrize("status", ["submitted", "standstill", "admitted", "rejected", "withdrawn"])
def test_content_is_closed_outside_draft_and_return(status: str) -> None:
    application = make_application(status=status)
    owner = owner_of(application.provider)
    with unchanged():
        with pytest.raises(Conflict):
            services.edit_application(application_id=application.pk, changes={"summary": "More."}, by=owner)
        with pytest.raises(Conflict):
            services.set_evidence(
                application_id=application.pk, capability="supply_chain", statement="Warehouses.", by=owner
            )
        with pytest.raises(Conflict):
            services.remove_evidence(application_id=application.pk, capability="live_operations", by=owner)


def test_evidence() -> None:
    application = make_application(status="draft")
    owner = owner_of(application.provider)
    services.set_evidence(
        application_id=application.pk,
        capability="supply_chain",
        statement=" Three warehouses. ",
        figures="98 % on time",
        cases="Lantern",
        links=["https://example.com/a", " "],
        by=owner,
        version=application.version,
    )
    evidence = application.evidence.get(capability="supply_chain")
    assert (evidence.statement, evidence.figures, evidence.cases) == ("Three warehouses.", "98 % on time", "Lantern")
    assert evidence.links == ["https://example.com/a"]
    services.set_evidence(application_id=application.pk, capability="supply_chain", statement="Four.", by=owner)
    evidence.refresh_from_db()
    assert (evidence.statement, evidence.figures, evidence.links) == ("Four.", "", [])
    changed = services.remove_evidence(application_id=application.pk, capability="supply_chain", by=owner)
    assert list(changed.evidence.values_list("capability", flat=True)) == ["live_operations"]
    assert changed.version == application.version + 3
    assert [entry.action for entry in entries_of(application)[:3]] == [
        "application.remove_evidence",
        "application.set_evidence",
        "application.set_evidence",
    ]


def test_bad_evidence() -> None:
    application = make_application(status="draft")
    owner = owner_of(application.provider)
    attempts: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"capability": "cooking"}, InvalidInput),
        ({"statement": "  "}, InvalidInput),
        ({"links": ["https://example.com"] * 6}, InvalidInput),
        ({"links": ["javascript:alert(1)"]}, ValidationError),
        ({"links": ["ftp://example.com/x"]}, ValidationError),
        ({"version": 1}, Stale),
        ({"by": make_staff()}, NotPermitted),
    ]
    with unchanged():
        for change, error in attempts:
            arguments = {"capability": "supply_chain", "statement": "Warehouses.", "by": owner, **change}
            with pytest.raises(error):
                services.set_evidence(application_id=application.pk, **arguments)
        with pytest.raises(NotFound):
            services.remove_evidence(application_id=application.pk, capability="supply_chain", by=owner)


def test_each_missing_thing_is_a_sentence() -> None:
    owner = make_user("lin@example.com")
    provider = make_provider(by=owner)
    application = services.create_application(provider_id=provider.pk, by=owner)
    assert [(item.field, str(item.text)) for item in policies.find_missing(application)] == [
        ("contact_name", "Name the person who answers questions."),
        ("contact_phone", "Give a phone number for questions."),
        ("evidence", "Show evidence for at least one capability."),
        ("traders", "Name at least one trader who works for you now."),
    ]
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        services.submit_application(application_id=application.pk, by=owner)
    assert (refusal.value.field, refusal.value.reason) == ("contact_name", "incomplete")
    assert str(refusal.value.message).count(".") == 4


def test_a_trader_who_left_does_not_count() -> None:
    application = make_application(status="draft")
    owner = owner_of(application.provider)
    leave_trader(trader_id=application.traders.get().pk, by=owner, note="Moved on.")
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        services.submit_application(application_id=application.pk, by=owner)
    assert refusal.value.field == "traders"


def test_submit_return_submit_admit() -> None:
    application = make_application(status="draft")
    owner, reviewer = owner_of(application.provider), make_staff()
    submitted = services.submit_application(
        application_id=application.pk, by=owner, version=application.version, now=NOON
    )
    assert (submitted.status, submitted.submitted_at, submitted.submitted_by) == ("submitted", NOON, owner)
    returned = review.return_application(
        application_id=application.pk, by=reviewer, note=" Add figures. ", version=submitted.version, now=LATER
    )
    assert (returned.status, returned.returned_at, returned.returned_by) == ("returned", LATER, reviewer)
    assert returned.return_note == "Add figures."
    again = services.submit_application(application_id=application.pk, by=owner, now=LATER)
    assert (again.status, again.submitted_at, again.return_note) == ("submitted", LATER, "Add figures.")
    settle_panel(again)
    admitted = review.admit_application(application_id=application.pk, by=reviewer, note="Good.", now=LATER)
    assert (admitted.status, admitted.decided_at, admitted.decided_by) == ("admitted", LATER, reviewer)
    assert admitted.decision_note == "Good."
    provider = Provider.objects.get(pk=application.provider_id)
    assert (provider.status, provider.admitted_at, provider.admitted_by) == ("probation", LATER, reviewer)
    assert provider.newcomer_until == date(2026, 5, 31)
    steps = [
        (entry.action, entry.changes.get("status"), entry.note) for entry in entries_of(application).order_by("-pk")[:4]
    ]
    assert steps == [
        ("application.admit", ["submitted", "admitted"], "Good."),
        ("application.submit", ["returned", "submitted"], ""),
        ("application.return", ["submitted", "returned"], "Add figures."),
        ("application.submit", ["draft", "submitted"], ""),
    ]
    assert entries_of(provider).latest("pk").action == "provider.admit"


def test_reject() -> None:
    application, reviewer = make_application(), make_staff()
    settle_panel(application, recommendation="reject")
    rejected = review.reject_application(
        application_id=application.pk, by=reviewer, note="Not theirs.", reasons=REASONS, now=NOON
    )
    assert (rejected.status, rejected.decided_at, rejected.decided_by) == ("standstill", NOON, reviewer)
    assert (rejected.decision_note, rejected.standstill_until) == ("Not theirs.", NOON + timedelta(days=10))
    assert Provider.objects.get(pk=application.provider_id).status == "registered"


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "standstill"])
def test_withdraw(status: str) -> None:
    application = make_application(status=status)
    owner = owner_of(application.provider)
    withdrawn = services.withdraw_application(application_id=application.pk, by=owner, now=NOON)
    assert (withdrawn.status, withdrawn.withdrawn_at, withdrawn.withdrawn_by) == ("withdrawn", NOON, owner)


@pytest.mark.parametrize("decide", [review.return_application, review.admit_application, review.reject_application])
def test_refused_decisions_change_nothing(decide: Any) -> None:
    application = make_application()
    insider = make_staff()
    make_member(application.provider.organisation, Role.PROVIDER_MANAGER, insider)
    attempts: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"by": make_staff(), "note": "  "}, InvalidInput),
        ({"by": make_staff(), "note": "Late.", "version": 1}, Stale),
        ({"by": make_staff(Role.SCORING_ANALYST), "note": "Good."}, NotPermitted),
        ({"by": owner_of(application.provider), "note": "Good."}, NotPermitted),
        ({"by": insider, "note": "Good."}, NotPermitted),
    ]
    with unchanged():
        for arguments, error in attempts:
            with pytest.raises(error):
                decide(application_id=application.pk, **arguments)
        with pytest.raises(NotFound):
            decide(application_id=0, by=insider, note="Good.")


@pytest.mark.parametrize("status", ["draft", "returned", "standstill", "admitted", "rejected", "withdrawn"])
def test_only_submitted_ones_are_decided(status: str) -> None:
    application, reviewer = make_application(status=status), make_staff()
    with unchanged(), pytest.raises(IllegalTransition):
        review.admit_application(application_id=application.pk, by=reviewer, note="Good.")


def test_visible() -> None:
    draft, submitted = make_application(status="draft"), make_application()
    assert list(selectors.visible_to(make_staff(Role.AUDITOR))) == [submitted]
    assert list(selectors.visible_to(owner_of(draft.provider))) == [draft]
    assert list(selectors.visible_to(make_user())) == []
    counted = selectors.with_counts(selectors.visible_to(owner_of(draft.provider))).get()
    assert (counted.evidence_count, counted.trader_count) == (1, 1)
