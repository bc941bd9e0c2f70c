"""Answers to an invitation and the work that follows: exact effects, refusals that change nothing."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.roles import Role
from accounts.services import add_member
from common.audit.selectors import entries_of
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from merchants.clocks import business_day
from merchants.engagements.models import Engagement
from merchants.engagements.progress import measure_progress
from merchants.engagements.selectors import spare_rooms_of, visible_to
from merchants.engagements.services import (
    ACTIONS,
    assign_trader,
    complete_engagement,
    end_assignment,
    pause_engagement,
    resume_engagement,
    terminate_engagement,
)
from merchants.matching.answer_services import (
    accept_invitation,
    decline_invitation,
    expire_due_invitations,
    expire_invitation,
    withdraw_invitation,
)
from merchants.matching.models import Invitation
from merchants.matching.permissions import offer_actions
from merchants.matching.tasks import expire_invitations
from merchants.requests.models import HelpRequest
from providers.registry.status_services import suspend_provider
from tests.factories.accounts import make_member, make_staff
from tests.factories.merchants import (
    IN_TIME,
    NOON,
    TOO_LATE,
    make_engagement,
    make_invitation,
    make_merchant,
    make_ready_provider,
    make_shortlisted_request,
    owner_of_shop,
    state_of,
)
from tests.factories.providers import make_trader, owner_of
from tests.factories.scoring import make_facts

pytestmark = pytest.mark.django_db


def request_of(invitation: Invitation) -> HelpRequest:
    return HelpRequest.objects.get(pk=invitation.request_id)


def codes_of(invitation: Invitation) -> list[str]:
    return [trader.code for trader in invitation.provider.traders.order_by("pk")]


def test_accepting_opens_the_engagement_with_its_traders() -> None:
    invitation = make_invitation()
    owner, asked = owner_of(invitation.provider), request_of(invitation)
    engagement = accept_invitation(
        invitation_id=invitation.pk,
        trader_codes=codes_of(invitation),
        by=owner,
        version=invitation.version,
        now=IN_TIME,
    )
    invitation.refresh_from_db()
    asked.refresh_from_db()
    assert (invitation.status, invitation.decided_at, invitation.decided_by) == ("accepted", IN_TIME, owner)
    assert (asked.status, asked.due_at) == ("engaged", None)
    assert (engagement.merchant, engagement.provider, engagement.status) == (
        asked.merchant,
        invitation.provider,
        "active",
    )
    assert (engagement.goal, engagement.target_metric, engagement.target_amount, engagement.rooms) == (
        "first_500k",
        "monthly_gmv",
        50_000_000,
        2,
    )
    assert (engagement.stage, engagement.category, engagement.scope) == (
        "cold_start",
        "apparel",
        "Evening rooms, six days a week.",
    )
    [assignment] = engagement.assignments.all()
    assert (assignment.rooms, assignment.started_at, assignment.started_by, assignment.ended_at) == (
        2,
        IN_TIME,
        owner,
        None,
    )
    assert spare_rooms_of(invitation.provider_id) == 3
    assert [entry.action for entry in entries_of(engagement)] == ["engagement.start"]
    assert entries_of(invitation)[0].action == "invitation.accept"
    assert entries_of(asked)[0].action == "help_request.engage"


def refuse(invitation: Invitation, expected: type[Exception], **given: Any) -> Any:
    """Accepting with `given` is refused and nothing changes."""
    before = state_of(invitation, request_of(invitation))
    values = {"trader_codes": codes_of(invitation), "by": owner_of(invitation.provider), "now": IN_TIME, **given}
    with pytest.raises(expected) as refusal:
        accept_invitation(invitation_id=invitation.pk, **values)
    assert state_of(invitation, request_of(invitation)) == before
    assert not Engagement.objects.exists()
    return refusal.value


def test_accepting_is_refused() -> None:
    invitation = make_invitation()
    stranger_provider = make_ready_provider()
    foreign = make_trader(stranger_provider)
    assert refuse(invitation, InvalidInput, trader_codes=[]).field == "traders"
    assert refuse(invitation, InvalidInput, trader_codes=[foreign.code]).field == "traders"
    assert refuse(invitation, Conflict, now=TOO_LATE).reason == "expired"
    refuse(invitation, Stale, version=invitation.version + 1)
    refuse(invitation, NotPermitted, by=owner_of(stranger_provider))
    refuse(invitation, NotPermitted, by=owner_of_shop(invitation.request.merchant))
    refuse(invitation, NotPermitted, by=make_staff(Role.PROGRAMME_MANAGER))
    trader_member = make_member(invitation.provider.organisation, Role.PROVIDER_TRADER)
    refuse(invitation, NotPermitted, by=trader_member)
    both = make_member(invitation.provider.organisation, Role.PROVIDER_MANAGER)
    add_member(
        organisation_id=invitation.request.merchant.organisation_id, user=both, role=Role.MERCHANT_OPERATOR, by=None
    )
    assert refuse(invitation, NotPermitted, by=both).reason == "conflict_of_interest"
    suspend_provider(provider_id=invitation.provider_id, by=make_staff(Role.CONDUCT_OFFICER), note="Inquiry.")
    refuse(invitation, Conflict)


def test_accepting_beyond_the_places_is_refused() -> None:
    provider = make_ready_provider(traders=2, max_live_rooms=1)
    request = make_shortlisted_request(providers=0, rooms=2)
    invitation = make_invitation(request)
    assert invitation.provider == provider
    first, second = codes_of(invitation)
    error = refuse(invitation, Conflict, trader_codes=[first, first])
    assert (error.field, error.reason) == ("traders", "no_capacity")
    engagement = make_engagement(invitation)
    assert sorted(engagement.assignments.values_list("trader__code", "rooms")) == [(first, 1), (second, 1)]


def test_the_last_second_counts_and_the_next_does_not() -> None:
    invitation = make_invitation()
    second = timedelta(seconds=1)
    with pytest.raises(Conflict):
        expire_invitation(invitation_id=invitation.pk, now=invitation.expires_at - second)
    refuse(invitation, Conflict, now=invitation.expires_at)
    assert make_engagement(invitation, now=invitation.expires_at - second).status == "active"
    with pytest.raises(IllegalTransition):
        expire_invitation(invitation_id=invitation.pk, now=TOO_LATE)


def test_declining_needs_a_reason_and_time() -> None:
    invitation = make_invitation()
    owner = owner_of(invitation.provider)
    before = state_of(invitation, request_of(invitation))
    with pytest.raises(InvalidInput) as refusal:
        decline_invitation(invitation_id=invitation.pk, by=owner, note=" ", now=IN_TIME)
    assert refusal.value.field == "note"
    with pytest.raises(Conflict):
        decline_invitation(invitation_id=invitation.pk, by=owner, note="Full.", now=TOO_LATE)
    with pytest.raises(NotPermitted):
        decline_invitation(
            invitation_id=invitation.pk, by=owner_of_shop(invitation.request.merchant), note="No.", now=IN_TIME
        )
    assert state_of(invitation, request_of(invitation)) == before
    declined = decline_invitation(invitation_id=invitation.pk, by=owner, note=" Full until May. ", now=IN_TIME)
    assert (declined.status, declined.note, declined.decided_by) == ("declined", "Full until May.", owner)
    with pytest.raises(IllegalTransition):
        decline_invitation(invitation_id=invitation.pk, by=owner, note="Again.", now=IN_TIME)


def test_withdrawing_gives_the_choice_back() -> None:
    invitation = make_invitation(make_shortlisted_request(providers=2))
    with pytest.raises(NotPermitted):
        withdraw_invitation(invitation_id=invitation.pk, by=owner_of(invitation.provider), note="No.", now=IN_TIME)
    owner = owner_of_shop(invitation.request.merchant)
    withdrawn = withdraw_invitation(invitation_id=invitation.pk, by=owner, note="We changed plans.", now=IN_TIME)
    assert (withdrawn.status, request_of(invitation).status) == ("withdrawn", "shortlisted")


def test_the_sweep_closes_what_is_over_and_asks_the_next() -> None:
    late = make_shortlisted_request(providers=2, mode="refer_me")
    early = make_invitation(make_shortlisted_request(providers=0, now=IN_TIME), now=IN_TIME)
    assert expire_due_invitations(now=TOO_LATE) == 1
    late.refresh_from_db()
    assert [item.status for item in late.invitations.order_by("pk")] == ["expired", "pending"]
    assert (late.status, late.due_at) == ("invited", TOO_LATE + timedelta(hours=24))
    expired = late.invitations.get(status="expired")
    assert (expired.decided_at, expired.decided_by) == (TOO_LATE, None)
    assert entries_of(expired)[0].by is None
    early.refresh_from_db()
    assert early.status == "pending"
    assert expire_due_invitations(now=TOO_LATE) == 0


def test_the_beat_runs_the_sweep() -> None:
    invitation = make_invitation()  # of March, long over by the clock of the machine
    expire_invitations.apply()
    invitation.refresh_from_db()
    assert (invitation.status, request_of(invitation).status) == ("expired", "shortlisted")


def test_each_side_sees_its_own_buttons() -> None:
    invitation = make_invitation()
    provider_owner, shop_owner = owner_of(invitation.provider), owner_of_shop(invitation.request.merchant)
    trader = make_member(invitation.provider.organisation, Role.PROVIDER_TRADER)

    def offers(person: Any) -> list[tuple[str, bool]]:
        return [(offer.action, offer.allowed) for offer in offer_actions(person, invitation)]

    assert offers(provider_owner) == [("accept", True), ("decline", True)]
    assert offers(trader) == [("accept", False), ("decline", False)]
    assert offers(shop_owner) == [("withdraw", True)]
    assert offers(make_staff(Role.PROGRAMME_MANAGER)) == [("withdraw", True)]
    assert offers(make_staff(Role.AUDITOR)) == [("withdraw", False)]
    assert offers(owner_of_shop(make_merchant())) == []


def test_work_is_paused_resumed_and_completed() -> None:
    engagement = make_engagement()
    shop, company = owner_of_shop(engagement.merchant), owner_of(engagement.provider)
    paused = pause_engagement(engagement_id=engagement.pk, by=company, note="Moving house.", version=1, now=IN_TIME)
    assert (paused.status, spare_rooms_of(engagement.provider_id)) == ("paused", 3)
    with pytest.raises(IllegalTransition):
        complete_engagement(engagement_id=engagement.pk, by=shop, now=IN_TIME)
    assert resume_engagement(engagement_id=engagement.pk, by=shop, now=IN_TIME).status == "active"
    end = IN_TIME + timedelta(days=30)
    done = complete_engagement(engagement_id=engagement.pk, by=shop, note="Well done.", now=end)
    assert (done.status, done.ended_at, done.ended_by, done.end_note) == ("completed", end, shop, "Well done.")
    assert [assignment.ended_at for assignment in done.assignments.all()] == [end]
    assert spare_rooms_of(engagement.provider_id) == 5
    assert [entry.action for entry in entries_of(done)] == [
        "engagement.complete",
        "engagement.resume",
        "engagement.pause",
        "engagement.start",
    ]


WHO: list[tuple[str, str, set[str]]] = [
    ("pause", "active", {"merchant_owner", "provider_owner", "provider_manager"}),
    ("complete", "active", {"merchant_owner"}),
    ("terminate", "active", {"merchant_owner", "provider_owner"}),
    ("resume", "paused", {"merchant_owner", "provider_owner", "provider_manager"}),
]


@pytest.mark.parametrize(("action", "state", "allowed"), WHO, ids=[action for action, _state, _who in WHO])
def test_who_may_move_an_engagement(action: str, state: str, allowed: set[str]) -> None:
    engagement = make_engagement()
    if state == "paused":
        pause_engagement(engagement_id=engagement.pk, by=owner_of(engagement.provider), note="Break.", now=IN_TIME)
    people = {
        role: make_member(engagement.merchant.organisation, role)
        for role in (Role.MERCHANT_OWNER, Role.MERCHANT_OPERATOR)
    } | {
        role: make_member(engagement.provider.organisation, role)
        for role in (Role.PROVIDER_OWNER, Role.PROVIDER_MANAGER, Role.PROVIDER_TRADER)
    }
    people |= {role: make_staff(role) for role in (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)}
    people["other_shop"] = owner_of_shop(make_merchant())  # type: ignore[index]
    people["other_provider"] = owner_of(make_ready_provider())  # type: ignore[index]
    before = state_of(Engagement.objects.get(pk=engagement.pk))
    for role, person in people.items():
        if role not in allowed:
            with pytest.raises(NotPermitted):
                ACTIONS[action](engagement_id=engagement.pk, by=person, note="Because.")
    assert state_of(Engagement.objects.get(pk=engagement.pk)) == before
    ACTIONS[action](engagement_id=engagement.pk, by=people[Role(sorted(allowed)[0])], note="Because.")


def test_termination_needs_a_reason_and_frees_the_traders() -> None:
    engagement = make_engagement()
    company = owner_of(engagement.provider)
    before = state_of(engagement)
    with pytest.raises(InvalidInput):
        terminate_engagement(engagement_id=engagement.pk, by=company, note="", now=IN_TIME)
    assert state_of(engagement) == before
    ended = terminate_engagement(engagement_id=engagement.pk, by=company, note="Unpaid for weeks.", now=IN_TIME)
    assert (ended.status, ended.end_note) == ("terminated", "Unpaid for weeks.")
    assert spare_rooms_of(engagement.provider_id) == 5
    with pytest.raises(Conflict):
        assign_trader(
            engagement_id=engagement.pk, trader_code=engagement.provider.traders.get().code, rooms=1, by=company
        )


def test_a_trader_hands_over_to_another() -> None:
    engagement = make_engagement()
    company = owner_of(engagement.provider)
    second = make_trader(engagement.provider, max_live_rooms=2)
    with pytest.raises(Conflict) as full:
        assign_trader(engagement_id=engagement.pk, trader_code=second.code, rooms=3, by=company, now=IN_TIME)
    assert full.value.field == "traders"
    with pytest.raises(NotPermitted):
        assign_trader(
            engagement_id=engagement.pk,
            trader_code=second.code,
            rooms=1,
            by=owner_of_shop(engagement.merchant),
            now=IN_TIME,
        )
    assign_trader(engagement_id=engagement.pk, trader_code=second.code, rooms=2, by=company, version=1, now=IN_TIME)
    with pytest.raises(Stale):
        assign_trader(engagement_id=engagement.pk, trader_code=second.code, rooms=1, by=company, version=1)
    with pytest.raises(Conflict):
        assign_trader(engagement_id=engagement.pk, trader_code=second.code, rooms=1, by=company)
    first = engagement.assignments.order_by("pk")[0]
    later = IN_TIME + timedelta(days=1)
    end_assignment(assignment_id=first.pk, by=company, version=2, now=later)
    with pytest.raises(Conflict):
        end_assignment(assignment_id=first.pk, by=company, now=later)
    with pytest.raises(NotFound):
        end_assignment(assignment_id=0, by=company)
    assert list(engagement.assignments.values_list("rooms", "ended_at")) == [(2, later), (2, None)]
    assert spare_rooms_of(engagement.provider_id) == 5


def test_engagements_are_seen_by_both_sides_and_staff_alone() -> None:
    engagement = make_engagement()
    for person in (
        owner_of_shop(engagement.merchant),
        owner_of(engagement.provider),
        make_member(engagement.provider.organisation, Role.PROVIDER_TRADER),
        make_staff(Role.AUDITOR),
    ):
        assert list(visible_to(person)) == [engagement]
    for person in (owner_of_shop(make_merchant()), owner_of(make_ready_provider())):
        assert list(visible_to(person)) == []


def test_progress_comes_from_the_facts_of_this_shop_with_this_provider() -> None:
    engagement = make_engagement()
    assert measure_progress(engagement).measured is None
    start = business_day(engagement.started_at)
    ours = {"provider": engagement.provider.code, "merchant": engagement.merchant.code}
    make_facts(
        [
            {**ours, "day": start - timedelta(days=1), "gmv_minor": 99_000_000},
            {**ours, "day": start, "gmv_minor": 4_000_000},
            {**ours, "day": start + timedelta(days=40), "gmv_minor": 9_000_000, "refunded_gmv_minor": 1_000_000},
            {**ours, "day": start + timedelta(days=41), "trader": "T1", "gmv_minor": 2_000_000},
            {**ours, "merchant": "M7", "day": start + timedelta(days=41), "gmv_minor": 5_000_000},
        ]
    )
    progress = measure_progress(engagement)
    assert (progress.measured, progress.until) == (10_000_000, start + timedelta(days=41))
    assert progress.share == 0.2
    engagement.target_metric = "total_gmv"
    assert measure_progress(engagement).measured == 14_000_000


def test_nobody_is_invited_by_a_stale_page() -> None:
    request = make_shortlisted_request(providers=2)
    invitation = make_invitation(request, now=NOON)
    assert invitation.request.version == request.version + 1
