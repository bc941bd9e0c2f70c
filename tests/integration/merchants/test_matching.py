"""Shortlists: who is on them, why, what is stored, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from accounts.services import add_member
from common.exceptions import Conflict, InvalidInput
from common.jobs.services import enqueue
from merchants.matching.answer_services import accept_invitation, decline_invitation
from merchants.matching.features import gather_features
from merchants.matching.judge import explain_why_not, judge
from merchants.matching.models import Shortlist
from merchants.matching.services import invite, make_shortlist
from merchants.requests.models import HelpRequest
from providers.registry.models import Provider
from providers.registry.services import declare_leave
from providers.registry.status_services import suspend_provider
from tests.factories.accounts import make_staff
from tests.factories.documents import make_document
from tests.factories.merchants import (
    IN_TIME,
    NOON,
    make_engagement,
    make_invitation,
    make_open_request,
    make_ready_provider,
    make_scores,
    make_shortlisted_request,
    owner_of_shop,
    state_of,
    today_of,
)
from tests.factories.providers import make_provider, make_trader, owner_of

pytestmark = pytest.mark.django_db


def codes(request: HelpRequest, provider: Provider) -> list[str]:
    return [reason.code for reason in explain_why_not(request, provider.pk, today=today_of())]


def settle_newcomer(provider: Provider) -> Provider:
    """Its protection as a newcomer is over."""
    Provider.objects.filter(pk=provider.pk).update(newcomer_until=today_of() - timedelta(days=1))
    return provider


def test_a_shortlist_orders_by_fit_and_stores_what_decided() -> None:
    strong, middle, weak = (make_ready_provider() for _ in range(3))
    run = make_scores({strong: [60, 60, 60, 80, 95], middle: [60, 60, 60, 60, 60], weak: [60, 60, 60, 30, 20]})
    request = make_open_request()
    version = request.version
    request = make_shortlist(request_id=request.pk, by=None, now=NOON)
    shortlist = request.shortlists.get()
    found = list(shortlist.candidates.all())
    assert [candidate.provider for candidate in found] == [strong, middle, weak]
    assert [candidate.position for candidate in found] == [1, 2, 3]
    assert (shortlist.considered, shortlist.eligible, shortlist.excluded) == (3, 3, {})
    assert (shortlist.score_run, shortlist.request_version, shortlist.made_at) == (run, version, NOON)
    # capability .45 x (3/4 x .90 + 1/4 x .75), load .10, halves of category .15, response .10 and price .05
    assert found[0].fit == pytest.approx(0.45 * (0.75 * 0.90 + 0.25 * 0.75) + 0.10 + 0.075 + 0.05 + 0.025, abs=1e-9)
    assert [reason["code"] for reason in found[0].reasons_for] == [
        "capability.strong",
        "trader_load.strong",
        "capability.strong",
    ]
    assert [reason["code"] for reason in found[0].reasons_against] == [
        "stage_experience.weak",
        "category_record.not_assessed",
        "response_record.not_assessed",
    ]
    assert found[0].capability_scores == [60, 60, 60, 80, 95]
    assert (found[0].composite, found[0].lower, found[0].upper) == (71.0, 66.0, 76.0)
    for candidate in found:
        assert sum(candidate.contributions.values()) == pytest.approx(candidate.fit, abs=1e-8)
    assert (request.status, request.due_at) == ("shortlisted", NOON + timedelta(hours=72))


def test_the_same_knowledge_gives_the_same_digest() -> None:
    request = make_shortlisted_request(providers=2)
    first = request.shortlists.get()
    make_shortlist(request_id=request.pk, by=None, now=NOON)
    again = request.shortlists.exclude(pk=first.pk).get()
    assert again.digest == first.digest
    make_ready_provider()
    make_shortlist(request_id=request.pk, by=None, now=NOON)
    third = request.shortlists.exclude(pk__in=[first.pk, again.pk]).get()
    assert third.digest != first.digest
    assert (first.considered, third.considered) == (2, 3)


def expire_licence(provider: Provider) -> None:
    """Its business licence is over since today, and the nightly run has not come by yet."""
    day = today_of()
    past = NOON - timedelta(days=90)
    make_document(provider, status="accepted", issued_on=day - timedelta(days=400), expires_on=day, now=past)


def test_filters_exclude_and_say_why() -> None:
    request = make_open_request(region="zhejiang")
    cases: dict[str, Provider] = {
        "filter.category": make_ready_provider(category="food"),
        "filter.region": make_ready_provider(region="beijing"),
        "filter.capacity": make_ready_provider(max_live_rooms=1),
        "filter.documents": make_ready_provider(),
        "filter.on_leave": make_ready_provider(),
        "filter.conflict_of_interest": make_ready_provider(),
        "filter.status": make_ready_provider(),
    }
    expire_licence(cases["filter.documents"])
    leaver = cases["filter.on_leave"]
    declare_leave(provider_id=leaver.pk, leave_from=today_of(), leave_until=today_of(), by=owner_of(leaver))
    add_member(
        organisation_id=cases["filter.conflict_of_interest"].organisation_id,
        user=owner_of_shop(request.merchant),
        role=Role.PROVIDER_TRADER,
        by=None,
    )
    suspend_provider(
        provider_id=cases["filter.status"].pk, by=make_staff(Role.CONDUCT_OFFICER), note="Orders under inquiry."
    )
    good = make_ready_provider()
    for code, provider in cases.items():
        assert codes(request, provider) == [code]
    assert codes(request, good) == []
    request = make_shortlist(request_id=request.pk, by=None, now=NOON)
    shortlist = request.shortlists.get()
    assert [candidate.provider for candidate in shortlist.candidates.all()] == [good]
    # The suspended one is no candidate at all; the six others were considered.
    assert (shortlist.considered, shortlist.eligible) == (7, 1)
    assert shortlist.excluded == {
        "documents": 1,
        "category": 1,
        "region": 1,
        "capacity": 1,
        "conflict_of_interest": 1,
        "on_leave": 1,
    }


def test_without_candidates_the_request_waits_for_staff() -> None:
    request = make_open_request()
    request = make_shortlist(request_id=request.pk, by=None, now=NOON)
    assert (request.status, request.due_at) == ("unmatched", NOON + timedelta(hours=24))
    assert (Shortlist.objects.get().considered, Shortlist.objects.get().eligible) == (0, 0)
    make_ready_provider()
    request = make_shortlist(request_id=request.pk, by=make_staff(Role.PROGRAMME_MANAGER), now=NOON)
    assert request.status == "shortlisted"


def test_who_is_not_on_the_list_is_told_the_fit_that_was_missing() -> None:
    ranked = [settle_newcomer(make_ready_provider()) for _ in range(6)]
    make_scores({provider: [90 - 10 * place] * 5 for place, provider in enumerate(ranked)})
    request = make_open_request()
    [reason] = explain_why_not(request, ranked[5].pk, today=today_of())
    assert reason.code == "shortlist.fit"
    assert reason.params["position"] == 6
    assert reason.params["missing"] == pytest.approx(0.45 * 0.10, abs=1e-9)


def test_a_newcomer_has_a_seat() -> None:
    veterans = [settle_newcomer(make_ready_provider()) for _ in range(5)]
    newcomer = make_ready_provider()
    make_scores({**{veteran: [80] * 5 for veteran in veterans}, newcomer: [30] * 5})
    request = make_shortlist(request_id=make_open_request().pk, by=None, now=NOON)
    found = list(request.shortlists.get().candidates.all())
    assert [(candidate.provider, candidate.seat) for candidate in found] == [
        *((veteran, "fit") for veteran in veterans[:4]),
        (newcomer, "newcomer"),
    ]
    assert codes(request, veterans[4]) == ["shortlist.newcomer_seat"]


def test_the_record_counts_answers_work_and_price() -> None:
    provider = make_ready_provider(max_live_rooms=5)
    engagement = make_engagement(make_invitation(make_shortlist(request_id=make_open_request().pk, by=None, now=NOON)))
    assert engagement.provider == provider
    request = make_open_request(rooms=1, budget_max_minor=4_000_000)
    features = gather_features(request, today=today_of())
    columns: dict[str, Any] = {
        name: getattr(features.candidates, name).tolist()
        for name in ("invitations", "answered", "spare_rooms", "room_capacity", "price_minor", "declined_before")
    }
    assert columns == {
        "invitations": [1],
        "answered": [1],
        "spare_rooms": [3],
        "room_capacity": [5],
        "price_minor": [2_500_000],  # 5,000,000 for two live rooms
        "declined_before": [False],
    }
    cheap = make_open_request(rooms=1, budget_min_minor=None, budget_max_minor=2_000_000)
    assert codes(cheap, provider) == ["filter.budget"]


@pytest.mark.parametrize("size", [1, 3, 12])
def test_features_cost_nine_queries_for_any_number_of_providers(size: int) -> None:
    providers = [make_ready_provider(traders=2) for _ in range(size)]
    make_scores({provider: [50] * 5 for provider in providers})
    request = HelpRequest.objects.select_related("merchant").get(pk=make_open_request().pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        verdict = judge(request, today=today_of())
    assert (len(queries), len(verdict.features.providers)) == (9, size)


def test_nobody_is_invited_whose_document_has_expired() -> None:
    request = make_shortlisted_request(providers=1)
    candidate = request.shortlists.get().candidates.get()
    expire_licence(candidate.provider)
    before = state_of(request)
    with pytest.raises(Conflict) as refusal:
        invite(
            request_id=request.pk,
            provider_code=candidate.provider.code,
            by=owner_of_shop(request.merchant),
            now=IN_TIME,
        )
    assert (refusal.value.field, refusal.value.reason) == ("provider", "not_invitable")
    assert state_of(request) == before


def test_external_and_registered_providers_are_no_candidates() -> None:
    make_provider(status="registered")
    request = make_shortlist(request_id=make_open_request().pk, by=None, now=NOON)
    assert (request.status, Shortlist.objects.get().considered) == ("unmatched", 0)


def test_refer_me_invites_the_best_at_once_and_reroutes_after_a_no() -> None:
    request = make_shortlisted_request(providers=2, mode="refer_me")
    first = request.invitations.get()
    best, second = request.shortlists.get().candidates.all()
    assert (request.status, request.due_at) == ("invited", NOON + timedelta(hours=24))
    assert (first.provider_id, first.created_by, first.expires_at) == (
        best.provider_id,
        None,
        NOON + timedelta(hours=24),
    )
    decline_invitation(invitation_id=first.pk, by=owner_of(first.provider), note="Full until May.", now=IN_TIME)
    request.refresh_from_db()
    following = request.invitations.get(status="pending")
    assert (following.provider_id, following.expires_at) == (second.provider_id, IN_TIME + timedelta(hours=24))
    assert (request.status, request.due_at) == ("invited", IN_TIME + timedelta(hours=24))
    decline_invitation(invitation_id=following.pk, by=owner_of(following.provider), note="Full, too.", now=IN_TIME)
    request.refresh_from_db()
    assert (request.status, request.due_at) == ("unmatched", IN_TIME + timedelta(hours=24))
    assert [invitation.status for invitation in request.invitations.order_by("pk")] == ["declined", "declined"]


def test_referral_passes_over_who_cannot_be_asked_any_more() -> None:
    request = make_shortlisted_request(providers=3, mode="refer_me")
    first, second, third = (candidate.provider for candidate in request.shortlists.get().candidates.all())
    declare_leave(provider_id=second.pk, leave_from=today_of(), leave_until=today_of(), by=owner_of(second))
    invitation = request.invitations.get()
    assert invitation.provider == first
    decline_invitation(invitation_id=invitation.pk, by=owner_of(first), note="Full.", now=IN_TIME)
    assert request.invitations.get(status="pending").provider == third


def test_in_i_pick_the_merchant_is_asked_again_after_a_no() -> None:
    request = make_shortlisted_request(providers=2)
    invitation = make_invitation(request)
    decline_invitation(invitation_id=invitation.pk, by=owner_of(invitation.provider), note="Full.", now=IN_TIME)
    request.refresh_from_db()
    assert (request.status, request.due_at) == ("shortlisted", IN_TIME + timedelta(hours=72))
    before = state_of(request)
    with pytest.raises(Conflict) as refusal:
        invite(
            request_id=request.pk,
            provider_code=invitation.provider.code,
            by=owner_of_shop(request.merchant),
            now=IN_TIME,
        )
    assert (refusal.value.field, refusal.value.reason) == ("provider", "not_invitable")
    assert state_of(request) == before
    assert request.invitations.count() == 1


def test_only_candidates_of_the_shortlist_are_invited() -> None:
    request = make_shortlisted_request(providers=1)
    outsider = make_ready_provider()
    with pytest.raises(InvalidInput) as refusal:
        invite(request_id=request.pk, provider_code=outsider.code, by=owner_of_shop(request.merchant), now=NOON)
    assert refusal.value.field == "provider"
    assert not request.invitations.exists()


def test_a_new_shortlist_leaves_out_whom_the_request_asked_before() -> None:
    request = make_shortlisted_request(providers=2)
    invitation = make_invitation(request)
    decline_invitation(invitation_id=invitation.pk, by=owner_of(invitation.provider), note="Full.", now=IN_TIME)
    make_shortlist(request_id=request.pk, by=None, now=IN_TIME)
    latest = request.shortlists.first()
    assert latest is not None
    assert invitation.provider_id not in latest.candidates.values_list("provider", flat=True)
    assert latest.excluded == {"declined_before": 1}
    assert codes(request, invitation.provider) == ["filter.declined_before"]


@pytest.mark.django_db(transaction=True)
def test_the_job_makes_the_shortlist_once() -> None:
    make_ready_provider()
    request = make_open_request()  # committed: its job has run
    assert request.shortlist_job is not None
    request.shortlist_job.refresh_from_db()
    assert (request.shortlist_job.status, request.shortlist_job.result) == ("done", {"made": True})
    again = enqueue("merchants.make_shortlist", request_id=request.pk)
    again.refresh_from_db()
    assert (again.status, again.result) == ("done", {"made": False})
    assert Shortlist.objects.filter(request=request).count() == 1
    request.refresh_from_db()
    assert request.status == "shortlisted"


def test_accepting_uses_up_places_that_the_next_shortlist_sees() -> None:
    provider = make_ready_provider(max_live_rooms=3)
    request = make_shortlist(request_id=make_open_request().pk, by=None, now=NOON)
    invitation = make_invitation(request)
    trader = provider.traders.get()
    accept_invitation(invitation_id=invitation.pk, trader_codes=[trader.code], by=owner_of(provider), now=IN_TIME)
    assert codes(make_open_request(), provider) == ["filter.capacity"]
    make_trader(provider)
    assert codes(make_open_request(), provider) == []
