"""What the database itself refuses about match rounds, whoever writes; and who may take which step in which state."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.db.utils import InternalError

from accounts.roles import ROLES_OF_KIND, OrganisationKind, Role
from common.exceptions import DomainError, IllegalTransition, NotPermitted
from merchants.matching.models import Invitation
from merchants.rounds import services
from merchants.rounds.enums import RoundStatus
from merchants.rounds.models import MatchRound, RoundPlace
from merchants.rounds.permissions import offer_actions
from merchants.rounds.work import carry_out
from tests.factories.accounts import make_staff, make_user
from tests.factories.merchants import (
    NOON,
    Quiet,
    make_committed_round,
    make_ready_provider,
    make_round,
    make_waiting_request,
    state_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def preview() -> MatchRound:
    make_ready_provider()
    make_waiting_request()
    return make_round()


ROUND_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"status": "asleep"}, "match_round_status_known"),
    ({"balance": "total"}, "match_round_balance_known"),
    ({"newcomer_places": 4}, "match_round_settings_in_range"),
    ({"candidate_limit": 4}, "match_round_settings_in_range"),
    ({"candidate_limit": 101}, "match_round_settings_in_range"),
    ({"status": "preview"}, "match_round_has_figures"),
    ({"request_count": 1, "matched_count": 2}, "match_round_matched_within"),
    ({"mean_fit": 1.1}, "match_round_mean_in_range"),
    ({"committed_at": NOON}, "match_round_committed_triple"),
    ({"finished_at": NOON}, "match_round_committed_triple"),
    ({"discarded_at": NOON}, "match_round_discarded_triple"),
    ({"status": "discarded"}, "match_round_discarded_triple"),
]


@pytest.mark.parametrize(("fields", "constraint"), ROUND_BREAKS, ids=lambda value: str(value))
def test_a_round_holds_together(fields: dict[str, Any], constraint: str) -> None:
    values = {"balance": "light", "created_by": make_staff(Role.PROGRAMME_MANAGER), **fields}
    with pytest.raises(IntegrityError, match=constraint):
        MatchRound.objects.create(**values)


def test_one_round_is_open_whatever_its_state(preview: MatchRound) -> None:
    with pytest.raises(IntegrityError, match="match_round_one_open"):
        MatchRound.objects.create(balance="none", created_by=preview.created_by)


@pytest.mark.parametrize("fields", [{"balance": "none"}, {"matched_count": 0}, {"digest": "1" * 64}, {"costs": []}])
def test_what_was_chosen_and_found_stays(preview: MatchRound, fields: dict[str, Any]) -> None:
    with pytest.raises(InternalError, match="Cannot update"):
        MatchRound.objects.filter(pk=preview.pk).update(**fields)


def test_rounds_are_kept(preview: MatchRound) -> None:
    with pytest.raises(InternalError, match="Cannot delete"):
        MatchRound.objects.filter(pk=preview.pk)._raw_delete("default")


def test_places_are_kept(preview: MatchRound) -> None:
    with pytest.raises(InternalError, match="Cannot delete"):
        preview.places.all()._raw_delete("default")


PLACE_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"fit": None}, "round_place_fit_with_provider"),
    ({"fit": 1.2}, "round_place_fit_with_provider"),
    ({"provider_id": None}, "round_place_fit_with_provider"),
    ({"digest": "short"}, "round_place_digest_shape"),
    ({"eligible": 9}, "round_place_eligible_within"),
    ({"skipped": "bored", "finished_at": NOON}, "round_place_skip_known"),
    ({"skipped": "changed"}, "round_place_one_outcome"),
    ({"finished_at": NOON}, "round_place_one_outcome"),
    ({"provider_id": None, "fit": None, "skipped": "changed", "finished_at": NOON}, "round_place_one_outcome"),
]


@pytest.mark.parametrize(("fields", "constraint"), PLACE_BREAKS, ids=lambda value: str(value))
def test_a_place_holds_together(preview: MatchRound, fields: dict[str, Any], constraint: str) -> None:
    known = preview.places.values(
        "round_id", "request_version", "provider_id", "fit", "digest", "considered", "eligible"
    ).get()
    request = make_waiting_request()
    with pytest.raises(IntegrityError, match=constraint):
        RoundPlace.objects.create(request=request, **{**known, **fields})


def test_a_request_has_one_place_in_a_round(preview: MatchRound) -> None:
    place = preview.places.get()
    with pytest.raises(IntegrityError, match="round_place_once_per_request"):
        RoundPlace.objects.create(
            round=preview, request=place.request, request_version=1, digest="1" * 64, considered=0, eligible=0
        )


def test_an_outcome_is_either_an_invitation_or_a_reason(preview: MatchRound) -> None:
    make_committed_round(preview)
    carry_out(preview.pk, Quiet(), now=NOON)
    invitation = Invitation.objects.get()
    known = preview.places.values("provider_id", "fit", "digest", "considered", "eligible").get()
    make_ready_provider()
    make_waiting_request()
    other = make_round()
    with pytest.raises(IntegrityError, match="round_place_one_outcome"):
        RoundPlace.objects.create(
            round=other,
            request=make_waiting_request(),
            request_version=1,
            invitation=invitation,
            skipped="changed",
            finished_at=NOON,
            **known,
        )


@pytest.mark.parametrize("fields", [{"fit": 0.1}, {"provider": None}, {"candidates": []}, {"request_version": 9}])
def test_only_the_outcome_of_a_place_is_added(preview: MatchRound, fields: dict[str, Any]) -> None:
    with pytest.raises(InternalError, match="Cannot update"):
        preview.places.update(**fields)


def test_an_outcome_is_added_once(preview: MatchRound) -> None:
    make_committed_round(preview)
    preview.places.update(skipped="stopped", finished_at=NOON)
    with pytest.raises(InternalError, match="Cannot update"):
        preview.places.update(skipped="changed")


ACTING = {
    "commit": {("preview", Role.PROGRAMME_MANAGER)},
    "discard": {("preparing", Role.PROGRAMME_MANAGER), ("preview", Role.PROGRAMME_MANAGER)},
    "resume": {("committed", Role.PROGRAMME_MANAGER)},
}


def bring_to(state: str) -> MatchRound:
    make_ready_provider()
    make_waiting_request()
    if state == RoundStatus.PREPARING:
        return services.start_round(by=make_staff(Role.PROGRAMME_MANAGER), in_background=False, now=NOON)
    match_round = make_round()
    if state == RoundStatus.COMMITTED:
        return make_committed_round(match_round)
    if state == RoundStatus.DISCARDED:
        return services.discard_round(round_id=match_round.pk, by=match_round.created_by, now=NOON)
    return match_round


@pytest.mark.parametrize("state", RoundStatus.values)
def test_every_state_action_and_role(state: str) -> None:
    """Who may not do a step gets a refusal that changes nothing; who may, brings the round where the table says."""
    match_round = bring_to(state)
    roles = ROLES_OF_KIND[OrganisationKind.PLATFORM]
    others = [make_staff(role) for role in roles if role != Role.PROGRAMME_MANAGER] + [make_user()]
    for action, allowed in ACTING.items():
        possible = any(frm == state for frm, _role in allowed)
        for person in others:
            before = state_of(match_round)
            with pytest.raises(NotPermitted if possible else IllegalTransition):
                services.ACTIONS[action](round_id=match_round.pk, by=person, now=NOON)
            assert state_of(match_round) == before
        if not possible:
            with pytest.raises(DomainError):
                services.ACTIONS[action](round_id=match_round.pk, by=match_round.created_by, now=NOON)
    offered = {offer.action for offer in offer_actions(match_round.created_by, match_round) if offer.allowed}
    assert offered == {action for action, allowed in ACTING.items() if (state, Role.PROGRAMME_MANAGER) in allowed}
