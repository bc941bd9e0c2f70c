"""Real connections at once: one round is open, a round is committed once, nobody is invited twice by two workers."""

import pytest

from accounts.roles import Role
from common.exceptions import Conflict
from merchants.matching.models import Invitation
from merchants.rounds.models import MatchRound
from merchants.rounds.services import commit_round, start_round
from merchants.rounds.work import carry_out
from tests.concurrency.test_matching import at_once
from tests.factories.accounts import make_staff
from tests.factories.merchants import (
    NOON,
    Quiet,
    make_committed_round,
    make_ready_provider,
    make_round,
    make_waiting_request,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_rounds_started_at_once_one_is_open() -> None:
    make_waiting_request()
    managers = [make_staff(Role.PROGRAMME_MANAGER) for _ in range(6)]
    results = at_once([lambda by=by: start_round(by=by, in_background=False, now=NOON) for by in managers])
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(refused), {error.reason for error in refused}) == (5, {"round_open"})
    assert MatchRound.objects.count() == 1


def test_a_round_is_committed_once() -> None:
    make_ready_provider()
    make_waiting_request()
    match_round = make_round()
    by = match_round.created_by
    results = at_once(
        [lambda: commit_round(round_id=match_round.pk, by=by, in_background=False, now=NOON) for _ in range(5)]
    )
    assert sorted(type(result).__name__ for result in results) == [*["IllegalTransition"] * 4, "MatchRound"]


def test_two_workers_on_one_round_invite_everybody_once() -> None:
    for _ in range(6):
        make_ready_provider(max_live_rooms=1)
        make_waiting_request()
    match_round = make_committed_round()
    at_once([lambda: carry_out(match_round.pk, Quiet(), now=NOON) for _ in range(4)])
    match_round.refresh_from_db()
    assert Invitation.objects.count() == match_round.places.filter(invitation__isnull=False).count() == 6
    assert match_round.finished_at == NOON
