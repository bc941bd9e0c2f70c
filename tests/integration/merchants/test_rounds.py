"""Match rounds: who is in one, what it decides, and how it is carried out."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from accounts.services import add_member
from common.exceptions import Conflict, DomainError, IllegalTransition, NotPermitted, Stale
from common.jobs.models import Job, JobStatus
from common.jobs.progress import JobCancelled
from common.models import AuditEntry
from engine.reasons import SHOWN
from merchants.matching.answer_services import accept_invitation, decline_invitation, withdraw_invitation
from merchants.matching.features import ask_field, gather_features
from merchants.matching.field import read_field
from merchants.matching.models import Invitation, Shortlist
from merchants.requests.models import HelpRequest
from merchants.requests.selectors import referable
from merchants.requests.services import edit_help_request
from merchants.rounds import place_services, services
from merchants.rounds.compute import compute_preview
from merchants.rounds.models import MatchRound, RoundPlace
from merchants.rounds.work import carry_out, prepare
from providers.registry.models import Provider
from providers.registry.services import declare_leave
from providers.registry.status_services import suspend_provider
from tests.factories.accounts import make_staff
from tests.factories.merchants import (
    IN_TIME,
    NOON,
    Quiet,
    make_committed_round,
    make_invitation,
    make_ready_provider,
    make_request,
    make_round,
    make_scores,
    make_shortlisted_request,
    make_waiting_request,
    owner_of_shop,
    state_of,
    today_of,
)
from tests.factories.providers import owner_of

pytestmark = pytest.mark.django_db

EVEN = [60.0] * 5


def manager() -> User:
    return make_staff(Role.PROGRAMME_MANAGER)


def places_of(match_round: MatchRound) -> dict[int, int | None]:
    """Provider by request."""
    return dict(match_round.places.values_list("request", "provider"))


def veteran(**fields: Any) -> Provider:
    """A ready provider whose time as a newcomer is over."""
    provider = make_ready_provider(**fields)
    Provider.objects.filter(pk=provider.pk).update(newcomer_until=today_of() - timedelta(days=1))
    return provider


class TestPreparing:
    def test_a_round_takes_who_waits_for_a_referral_and_nobody_else(self) -> None:
        waiting = [make_waiting_request() for _ in range(2)]
        make_request(mode="refer_me")  # a draft
        make_waiting_request(mode="i_pick")
        make_shortlisted_request(providers=1, mode="refer_me")  # its first candidate is invited
        assert places_of(make_round()).keys() == {request.pk for request in waiting}

    def test_a_withdrawn_invitation_brings_a_request_back(self) -> None:
        request = make_shortlisted_request(providers=3, mode="refer_me")
        invitation = request.invitations.get()
        withdraw_invitation(
            invitation_id=invitation.pk, by=owner_of_shop(request.merchant), note="Too far away.", now=IN_TIME
        )
        (place,) = make_round(now=IN_TIME).places.all()
        assert place.request == request
        assert place.provider not in (None, invitation.provider)

    def test_the_preview_holds_the_optimum_its_figures_and_reasons(self) -> None:
        """Two requests like the same provider best; it has one place, and goes to whom the second choice costs more."""
        best, second = veteran(max_live_rooms=1), veteran(max_live_rooms=1)
        make_scores({best: [60, 60, 60, 60, 95], second: [60, 60, 60, 90, 40]})
        live = make_waiting_request(needs={"live_operations": 3})
        chain = make_waiting_request(needs={"live_operations": 2, "supply_chain": 1})
        match_round = make_round(balance="none")
        assert places_of(match_round) == {live.pk: best.pk, chain.pk: second.pk}
        places = {place.request_id: place for place in match_round.places.all()}
        # .45 x lower bounds / 100, load .10, halves of category .15, response .10 and price .05
        assert places[live.pk].fit == pytest.approx(0.45 * 0.90 + 0.10 + 0.15, abs=1e-9)
        assert places[chain.pk].fit == pytest.approx(0.45 * (2 / 3 * 0.35 + 1 / 3 * 0.85) + 0.10 + 0.15, abs=1e-9)
        assert match_round.utility_units == round(places[live.pk].fit * 10**6) + round(places[chain.pk].fit * 10**6)
        assert (match_round.request_count, match_round.matched_count) == (2, 2)
        assert match_round.mean_fit == pytest.approx(match_round.utility_units / 2 / 10**6)
        assert (match_round.gini_before, match_round.gini_after) == (0.0, 0.0)
        assert (match_round.idle_before, match_round.idle_after, match_round.newcomer_count) == (2, 0, 0)
        assert match_round.loads == {"before": [2, 0, 0, 0, 0], "after": [0, 0, 0, 0, 2]}
        (told,) = places[chain.pk].why_not
        assert (told["code"], told["params"]["provider"]) == ("flow.full", best.pk)
        assert told["params"]["utility"] == pytest.approx(0.45 * (2 / 3 * 0.90 + 1 / 3 * 0.55) + 0.25, abs=10**-SHOWN)
        assert places[live.pk].why_not == []
        assert [(entry["provider_id"], entry["seat"]) for entry in places[live.pk].candidates] == [
            (best.pk, "round"),
            (second.pk, "fit"),
        ]
        assert places[live.pk].candidates[0]["reasons_for"][0]["code"] == "capability.strong"
        assert sum(places[live.pk].candidates[0]["contributions"].values()) == pytest.approx(places[live.pk].fit)

    def test_every_setting_is_told_with_what_it_costs(self) -> None:
        """All three like the strong one; balance spreads them, the reserve brings the newcomer in."""
        strong, newcomer = veteran(max_live_rooms=5), make_ready_provider(max_live_rooms=5)
        make_scores({strong: [70] * 5, newcomer: [63] * 5})
        for _ in range(3):
            make_waiting_request()
        match_round = make_round(balance="none", newcomer_places=0)
        told = {(row["balance"], row["newcomer_places"]): row for row in match_round.costs}
        assert list(told) == [(b, n) for b in ("none", "light", "medium", "strong") for n in (0, 1)]
        assert {row["matched"] for row in told.values()} == {3}
        own = told["none", 0]
        assert (own["newcomers"], own["idle"], own["gini"]) == (0, 1, 0.5)
        assert (match_round.newcomer_count, match_round.idle_after, match_round.gini_after) == (0, 1, 0.5)
        assert own["mean_fit"] == match_round.mean_fit
        assert (told["none", 1]["newcomers"], told["none", 1]["idle"]) == (1, 0)
        assert told["none", 1]["mean_fit"] == pytest.approx(own["mean_fit"] - 0.45 * 0.07 / 3, abs=1e-6)
        assert told["strong", 0]["gini"] == pytest.approx(1 / 6)
        assert own["mean_fit"] > told["strong", 0]["mean_fit"]

    def test_rooms_offered_elsewhere_are_taken(self) -> None:
        """Whoever says yes to all that it was offered has the rooms for it."""
        provider = veteran(max_live_rooms=2)
        make_invitation(make_shortlisted_request(providers=0, rooms=1))
        first, second = (make_waiting_request() for _ in range(2))
        match_round = make_round()
        assert sorted(map(str, places_of(match_round).values())) == sorted([str(provider.pk), "None"])
        assert places_of(match_round).keys() == {first.pk, second.pk}
        assert (match_round.matched_count, match_round.idle_before) == (1, 0)

    def test_a_request_needs_all_its_rooms_at_one_provider(self) -> None:
        small, large = veteran(max_live_rooms=2), veteran(max_live_rooms=3)
        wide, narrow = make_waiting_request(rooms=3), make_waiting_request(rooms=2)
        assert places_of(make_round()) == {wide.pk: large.pk, narrow.pk: small.pk}

    def test_nobody_eligible_is_told_by_filters(self) -> None:
        make_ready_provider(category="home")
        request = make_waiting_request()
        (place,) = make_round().places.all()
        assert (place.request, place.provider, place.fit, place.candidates, place.why_not) == (
            request,
            None,
            None,
            [],
            [],
        )
        assert (place.considered, place.eligible, place.excluded) == (1, 0, {"category": 1})

    def test_the_newcomers_seat_stands_among_those_who_are_asked_next(self) -> None:
        veterans = [veteran() for _ in range(6)]
        newcomer = make_ready_provider()
        make_scores({**{provider: [90 - number] * 5 for number, provider in enumerate(veterans)}, newcomer: [20] * 5})
        make_waiting_request()
        (place,) = make_round(newcomer_places=0).places.all()
        assert [(entry["provider_id"], entry["seat"]) for entry in place.candidates] == [
            (veterans[0].pk, "round"),
            *((provider.pk, "fit") for provider in veterans[1:4]),
            (newcomer.pk, "newcomer"),
        ]

    def test_many_requests_have_the_columns_that_each_has_alone(self) -> None:
        """One reading for all: category, stage, region, currency, conflict and invitations differ by request."""
        provider = make_ready_provider(category="apparel", region="zhejiang")
        make_ready_provider(category="home", region="guangdong")
        invited = make_shortlisted_request(providers=1, mode="refer_me")
        invitation = invited.invitations.get()
        accept_invitation(
            invitation_id=invitation.pk,
            trader_codes=[trader.code for trader in invitation.provider.traders.all()],
            by=owner_of(invitation.provider),
            now=IN_TIME,
        )
        again = make_shortlisted_request(providers=1, mode="refer_me")
        for number, fields in enumerate(
            ({}, {"category": "home"}, {"region": "guangdong"}, {"rooms": 3}, {"budget_max_minor": 2_000_000})
        ):
            request = make_waiting_request(**fields)
            if number == 0:
                add_member(
                    organisation_id=provider.organisation_id,
                    user=owner_of_shop(request.merchant),
                    role=Role.PROVIDER_TRADER,
                    by=None,
                )
        make_scores({provider: EVEN})
        requests = [*referable(), HelpRequest.objects.select_related("merchant").get(pk=again.pk)]
        field = read_field(requests, today=today_of())
        for request in requests:
            alone, shared = gather_features(request, today=today_of()), ask_field(field, request)
            assert shared.digest(request, {}) == alone.digest(request, {})
            assert shared.need == alone.need
            for name, column in vars(alone.candidates).items():
                for key, values in (column if isinstance(column, dict) else {"": column}).items():
                    other = vars(shared.candidates)[name]
                    other = other[key] if isinstance(other, dict) else other
                    np.testing.assert_array_equal(other, values, err_msg=name)

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_preview_costs_ten_queries_for_any_number_of_requests(self, count: int) -> None:
        make_scores({make_ready_provider(): EVEN for _ in range(3)})
        for _ in range(count):
            make_waiting_request()
        begun = services.start_round(by=manager(), in_background=False, now=NOON)
        requests = list(referable())
        with CaptureQueriesContext(connection) as queries:
            preview = compute_preview(begun, requests, now=NOON, progress=Quiet())
        assert (len(queries), len(preview.places)) == (10, count)

    def test_the_digest_covers_settings_and_inputs(self) -> None:
        provider = veteran()
        make_waiting_request()
        digests = []
        for settings in ({}, {}, {"balance": "strong"}, {"newcomer_places": 2}, {"candidate_limit": 7}):
            match_round = make_round(**settings)
            digests.append(match_round.digest)
            services.discard_round(round_id=match_round.pk, by=match_round.created_by)
        declare_leave(
            provider_id=provider.pk,
            leave_from=today_of() + timedelta(days=1),
            leave_until=today_of() + timedelta(days=9),
            by=owner_of(provider),
            now=NOON,
        )
        digests.append(make_round(now=NOON + timedelta(days=2)).digest)
        assert digests[0] == digests[1]
        assert len(set(digests)) == 5


class TestStarting:
    def test_a_job_prepares_it(self) -> None:
        make_ready_provider()
        make_waiting_request()
        by = manager()
        match_round = services.start_round(by=by, balance="medium", newcomer_places=3, candidate_limit=5, now=NOON)
        job = Job.objects.get(name=services.PREPARE)
        assert (match_round.status, match_round.job, job.arguments) == ("preparing", job, {"round_id": match_round.pk})
        assert (match_round.created_at, match_round.created_by) == (NOON, by)
        entry = AuditEntry.objects.get(action="match_round.start")
        assert (entry.by, entry.changes["balance"]) == (by, "medium")
        prepare(match_round.pk, Quiet(), now=IN_TIME)
        match_round.refresh_from_db()
        assert (match_round.status, match_round.as_of, match_round.request_count) == ("preview", IN_TIME, 1)

    def test_nobody_waits(self) -> None:
        with pytest.raises(Conflict) as refusal:
            services.start_round(by=manager())
        assert refusal.value.reason == "nobody_waits"
        assert not MatchRound.objects.exists()

    @pytest.mark.parametrize("prepared", [True, False])
    def test_one_round_is_open_at_a_time(self, prepared: bool) -> None:
        make_waiting_request()
        first = make_round() if prepared else services.start_round(by=manager())
        with pytest.raises(Conflict) as refusal:
            services.start_round(by=manager())
        assert refusal.value.reason == "round_open"
        assert list(MatchRound.objects.all()) == [first]

    def test_a_failed_preparation_makes_way(self) -> None:
        make_waiting_request()
        first = services.start_round(by=manager())
        Job.objects.filter(pk=first.job_id).update(status=JobStatus.FAILED, finished_at=NOON)
        second = services.start_round(by=manager(), now=NOON)
        first.refresh_from_db()
        assert (first.status, first.discarded_at, first.discarded_by) == ("discarded", NOON, None)
        assert second.status == "preparing"

    @pytest.mark.parametrize(
        "settings", [{"balance": "total"}, {"newcomer_places": 4}, {"candidate_limit": 4}, {"candidate_limit": 101}]
    )
    def test_settings_have_limits(self, settings: dict[str, Any]) -> None:
        make_waiting_request()
        with pytest.raises(ValidationError) as refusal:
            services.start_round(by=manager(), **settings)
        assert refusal.value.error_dict.keys() == set(settings)
        assert not MatchRound.objects.exists()

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.SCORING_ANALYST, Role.ADMINISTRATOR])
    def test_only_programme_managers_start_one(self, role: str) -> None:
        make_waiting_request()
        with pytest.raises(NotPermitted):
            services.start_round(by=make_staff(role))
        assert not MatchRound.objects.exists()

    def test_a_repeat_of_the_preparation_changes_nothing(self) -> None:
        make_waiting_request()
        match_round = make_round()
        before = state_of(match_round, *match_round.places.all())
        assert prepare(match_round.pk, Quiet()) == {"round": match_round.pk}
        assert state_of(match_round, *match_round.places.all()) == before

    def test_a_cancelled_preparation_is_discarded(self) -> None:
        class Cancelled:
            def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
                raise JobCancelled

        make_waiting_request()
        match_round = services.start_round(by=manager())
        with pytest.raises(JobCancelled):
            prepare(match_round.pk, Cancelled())
        match_round.refresh_from_db()
        assert (match_round.status, match_round.places.count()) == ("discarded", 0)

    def test_one_discarded_meanwhile_stays_so(self) -> None:
        make_waiting_request()
        by = manager()
        match_round = services.start_round(by=by)

        class Discards:
            def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
                if MatchRound.objects.filter(pk=match_round.pk, status="preparing").exists():
                    services.discard_round(round_id=match_round.pk, by=by)

        with pytest.raises(JobCancelled):
            prepare(match_round.pk, Discards())
        match_round.refresh_from_db()
        assert (match_round.status, match_round.discarded_by, match_round.request_count) == ("discarded", by, None)
        assert Job.objects.get(pk=match_round.job_id).status == JobStatus.CANCELLED


class TestDeciding:
    def test_committing_sends_a_job_that_invites(self) -> None:
        first, second = veteran(max_live_rooms=1), veteran(max_live_rooms=1)
        requests = [make_waiting_request() for _ in range(2)]
        match_round = make_round()
        by = match_round.created_by
        services.commit_round(round_id=match_round.pk, by=by, version=match_round.version, now=IN_TIME)
        match_round.refresh_from_db()
        job = Job.objects.get(name=place_services.INVITE)
        assert (match_round.status, match_round.committed_at, match_round.committed_by) == ("committed", IN_TIME, by)
        assert (match_round.job, match_round.finished_at, Invitation.objects.count()) == (job, None, 0)
        assert carry_out(match_round.pk, Quiet(), now=IN_TIME) == {"round": match_round.pk, "settled": 2}
        match_round.refresh_from_db()
        assert match_round.finished_at == IN_TIME
        assert {invitation.provider for invitation in Invitation.objects.all()} == {first, second}
        for place in match_round.places.select_related("invitation__candidate__shortlist", "request"):
            invitation = place.invitation
            assert invitation is not None
            shortlist = invitation.candidate.shortlist
            assert (invitation.request, invitation.provider) == (place.request, place.provider)
            assert (invitation.created_by, invitation.status) == (by, "pending")
            assert (invitation.candidate.position, invitation.candidate.seat) == (1, "round")
            assert (shortlist.digest, shortlist.considered, shortlist.eligible) == (place.digest, 2, 2)
            assert shortlist.weights["round"] == match_round.pk
            assert shortlist.candidates.count() == 2
            assert (place.request.status, place.finished_at) == ("invited", IN_TIME)
        actions = AuditEntry.objects.filter(by=by).values_list("action", flat=True)
        assert {"match_round.commit", "round_place.invite", "invitation.create"} <= set(actions)
        assert {request.pk for request in requests} == set(places_of(match_round))

    def test_after_a_decline_the_next_best_is_asked(self) -> None:
        best, other = veteran(), veteran()
        make_scores({best: [80] * 5, other: [60] * 5})
        request = make_waiting_request()
        match_round = make_committed_round()
        carry_out(match_round.pk, Quiet(), now=NOON)
        decline_invitation(
            invitation_id=request.invitations.get().pk, by=owner_of(best), note="No trader is free.", now=IN_TIME
        )
        assert [(i.provider, i.status) for i in request.invitations.order_by("pk")] == [
            (best, "declined"),
            (other, "pending"),
        ]

    def test_committing_twice_is_refused(self) -> None:
        veteran()
        make_waiting_request()
        match_round = make_committed_round()
        before = state_of(match_round)
        with pytest.raises(IllegalTransition):
            services.commit_round(round_id=match_round.pk, by=match_round.created_by)
        with pytest.raises(IllegalTransition):
            services.discard_round(round_id=match_round.pk, by=match_round.created_by)
        assert state_of(match_round) == before

    def test_a_stale_or_wrong_person_changes_nothing(self) -> None:
        veteran()
        make_waiting_request()
        match_round = make_round()
        before = state_of(match_round)
        for act in (services.commit_round, services.discard_round):
            with pytest.raises(Stale):
                act(round_id=match_round.pk, by=match_round.created_by, version=match_round.version - 1)
            with pytest.raises(NotPermitted):
                act(round_id=match_round.pk, by=make_staff(Role.AUDITOR))
        assert state_of(match_round) == before

    def test_a_round_without_a_match_cannot_be_committed(self) -> None:
        make_waiting_request()
        match_round = make_round()
        with pytest.raises(Conflict) as refusal:
            services.commit_round(round_id=match_round.pk, by=match_round.created_by)
        assert refusal.value.reason == "nothing_to_commit"

    def test_discarding_invites_nobody_and_lets_a_new_one_start(self) -> None:
        veteran()
        request = make_waiting_request()
        match_round = make_round()
        before = state_of(request)
        services.discard_round(round_id=match_round.pk, by=match_round.created_by, note="Too early.", now=IN_TIME)
        match_round.refresh_from_db()
        assert (match_round.status, match_round.discarded_at, match_round.discarded_by) == (
            "discarded",
            IN_TIME,
            match_round.created_by,
        )
        assert (state_of(request), Invitation.objects.count(), Shortlist.objects.count()) == (before, 0, 0)
        assert make_round().status == "preview"


def suspend(place: RoundPlace) -> None:
    suspend_provider(
        provider_id=place.provider_id, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.", now=IN_TIME
    )


def go_on_leave(place: RoundPlace) -> None:
    provider = place.provider
    assert provider is not None
    declare_leave(
        provider_id=provider.pk,
        leave_from=today_of(),
        leave_until=today_of() + timedelta(days=5),
        by=owner_of(provider),
        now=NOON,
    )


def fill(place: RoundPlace) -> None:
    """The only room is taken by another request meanwhile."""
    provider = place.provider
    assert provider is not None
    invitation = make_invitation(make_shortlisted_request(providers=0, rooms=1))
    assert invitation.provider == provider
    accept_invitation(
        invitation_id=invitation.pk,
        trader_codes=[trader.code for trader in provider.traders.all()],
        by=owner_of(provider),
        now=IN_TIME,
    )


def join(place: RoundPlace) -> None:
    provider = place.provider
    assert provider is not None
    add_member(
        organisation_id=provider.organisation_id,
        user=owner_of_shop(place.request.merchant),
        role=Role.PROVIDER_TRADER,
        by=None,
    )


def edit(place: RoundPlace) -> None:
    edit_help_request(
        request_id=place.request_id, changes={"rooms": 2}, by=owner_of_shop(place.request.merchant), now=IN_TIME
    )


class TestCarryingOut:
    @pytest.mark.parametrize(
        ("meanwhile", "code"),
        [
            (suspend, "not_active"),
            (go_on_leave, "on_leave"),
            (fill, "no_rooms"),
            (join, "conflict"),
            (edit, "changed"),
        ],
    )
    def test_what_happened_meanwhile_is_told_and_nobody_is_invited(self, meanwhile: Any, code: str) -> None:
        veteran(max_live_rooms=1)
        request = make_waiting_request()
        match_round = make_committed_round()
        place = match_round.places.select_related("request__merchant", "provider").get()
        meanwhile(place)
        before = state_of(request)
        carry_out(match_round.pk, Quiet(), now=IN_TIME)
        place.refresh_from_db()
        match_round.refresh_from_db()
        assert (place.skipped, place.invitation, place.finished_at) == (code, None, IN_TIME)
        assert match_round.finished_at == IN_TIME
        assert state_of(request) == before
        assert (request.invitations.count(), request.shortlists.count()) == (0, 0)
        assert AuditEntry.objects.get(action="round_place.skip").changes == {"skipped": code}

    def test_a_worker_that_dies_in_the_middle_is_followed_by_one_that_goes_on(self) -> None:
        for _ in range(3):
            veteran(max_live_rooms=1)
        for _ in range(3):
            make_waiting_request()
        match_round = make_committed_round()

        class Dies:
            def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
                if done == 2:
                    raise MemoryError

        with pytest.raises(MemoryError):
            carry_out(match_round.pk, Dies(), now=NOON)
        match_round.refresh_from_db()
        assert (Invitation.objects.count(), match_round.finished_at) == (2, None)
        assert carry_out(match_round.pk, Quiet(), now=IN_TIME) == {"round": match_round.pk, "settled": 1}
        assert carry_out(match_round.pk, Quiet(), now=IN_TIME) == {"round": match_round.pk, "settled": 0}
        assert Invitation.objects.count() == 3
        assert Shortlist.objects.count() == 3
        assert [place.finished_at for place in match_round.places.order_by("pk")] == [NOON, NOON, IN_TIME]

    def test_settling_a_place_again_leaves_it(self) -> None:
        veteran()
        make_waiting_request()
        match_round = make_committed_round()
        (place,) = match_round.places.all()
        place_services.settle_place(place_id=place.pk, now=NOON)
        place.refresh_from_db()
        before = state_of(place)
        place_services.settle_place(place_id=place.pk, now=IN_TIME)
        assert (state_of(place), Invitation.objects.count()) == (before, 1)

    def test_places_of_a_preview_invite_nobody(self) -> None:
        veteran()
        make_waiting_request()
        (place,) = make_round().places.all()
        with pytest.raises(Conflict):
            place_services.settle_place(place_id=place.pk)
        with pytest.raises(DomainError):
            place_services.settle_place(place_id=place.pk + 1)
        assert Invitation.objects.count() == 0

    def test_a_cancelled_job_closes_the_places_that_are_left(self) -> None:
        for _ in range(2):
            veteran(max_live_rooms=1)
            make_waiting_request()
        match_round = make_committed_round()

        class Cancels:
            def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
                if done == 1:
                    raise JobCancelled

        with pytest.raises(JobCancelled):
            carry_out(match_round.pk, Cancels(), now=NOON)
        match_round.refresh_from_db()
        assert sorted(match_round.places.values_list("skipped", flat=True)) == ["", "stopped"]
        assert Invitation.objects.count() == 1
        assert match_round.finished_at is not None

    def test_resuming_goes_on_where_a_failed_job_broke_off(self) -> None:
        veteran()
        make_waiting_request()
        match_round = make_round()
        by = match_round.created_by
        services.commit_round(round_id=match_round.pk, by=by)
        with pytest.raises(Conflict) as refusal:
            place_services.resume_round(round_id=match_round.pk, by=by)
        assert refusal.value.reason == "under_way"
        Job.objects.filter(name=place_services.INVITE).update(status=JobStatus.FAILED, finished_at=NOON)
        with pytest.raises(NotPermitted):
            place_services.resume_round(round_id=match_round.pk, by=make_staff(Role.AUDITOR))
        place_services.resume_round(round_id=match_round.pk, by=by)
        assert Job.objects.filter(name=place_services.INVITE).count() == 2
        carry_out(match_round.pk, Quiet())
        Job.objects.filter(name=place_services.INVITE).update(status=JobStatus.DONE, finished_at=NOON)
        with pytest.raises(Conflict) as refusal:
            place_services.resume_round(round_id=match_round.pk, by=by)
        assert refusal.value.reason == "finished"
        assert Invitation.objects.count() == 1
