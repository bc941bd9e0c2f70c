"""Writes that carry a committed round out, place by place, each in a transaction of its own."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.exceptions import Conflict, NotFound
from common.jobs import services as jobs
from common.locks import lock
from merchants.clocks import PICK_WITHIN
from merchants.matching.judge import describe_weights
from merchants.matching.models import Invitation
from merchants.matching.policies import find_obstacle
from merchants.matching.steps import Found, write_invitation, write_shortlist
from merchants.requests.models import HelpRequest
from merchants.requests.services import lock_request, move
from merchants.requests.states import HELP_REQUEST
from merchants.rounds.enums import RoundStatus, Skip
from merchants.rounds.models import MatchRound, RoundPlace
from merchants.rounds.permissions import check_act
from merchants.rounds.policies import has_changed
from merchants.rounds.selectors import unsettled
from merchants.rounds.states import MATCH_ROUND

INVITE = "merchants.invite_round"


@transaction.atomic
def settle_place(*, place_id: int, now: datetime | None = None) -> RoundPlace:
    """Invite the place's provider, if the request is as the preview saw it and the provider can still be asked; else
    note why not. A place that has its outcome keeps it, so that a repeat invites nobody twice.

    Raises Conflict when the round is not committed or the place has no provider.
    """
    now = now or timezone.now()
    request_id = RoundPlace.objects.filter(pk=place_id).values_list("request", flat=True).first()
    if request_id is None:
        raise NotFound()
    request = lock_request(request_id)
    place = lock(RoundPlace.objects.select_related("round__committed_by", "provider"), place_id)
    if place.finished_at is not None:
        return place
    if place.round.status != RoundStatus.COMMITTED or place.provider is None:
        raise Conflict(_("This place of the round invites nobody."), remedy=_("Commit the round first."))
    if has_changed(request, place):
        return _close(place, skipped=Skip.CHANGED, now=now)
    obstacle = find_obstacle(request, place.provider, now)
    if obstacle is not None:
        return _close(place, skipped=obstacle[0], now=now)
    return _close(place, invitation=_invite(place, request, now), now=now)


@transaction.atomic
def finish_round(*, round_id: int, now: datetime | None = None) -> MatchRound:
    """Every place has its outcome; safe to repeat."""
    now = now or timezone.now()
    match_round = lock(MatchRound.objects.all(), round_id)
    if match_round.finished_at is None and not unsettled(round_id).exists():
        match_round.finished_at = now
        match_round.save_checked()
        invited = match_round.places.filter(invitation__isnull=False).count()
        record("match_round.finish", match_round, by=None, now=now, changes={"invited": invited})
    return match_round


@transaction.atomic
def stop_invitations(*, round_id: int, now: datetime | None = None) -> MatchRound:
    """The job was cancelled: who was invited stays invited, the other places are closed without an invitation."""
    now = now or timezone.now()
    for place in unsettled(round_id).select_related("round__committed_by").select_for_update(of=("self",)):
        _close(place, skipped=Skip.STOPPED, now=now)
    return finish_round(round_id=round_id, now=now)


@transaction.atomic
def resume_round(
    *, round_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> MatchRound:
    """Go on where the sending of invitations broke off. Raises IllegalTransition, Conflict when all are settled or the
    work is under way, Stale, NotPermitted."""
    now = now or timezone.now()
    match_round = lock(MatchRound.objects.select_related("job"), round_id)
    match_round.check_version(version)
    row = MATCH_ROUND.check(match_round, "resume", note=note)
    check_act(by, match_round, row)
    match_round.job = jobs.enqueue(INVITE, by=by, now=now, round_id=match_round.pk)
    match_round.save_checked()
    record(row.audit, match_round, by=by, note=note, now=now)
    return match_round


def _invite(place: RoundPlace, request: HelpRequest, now: datetime) -> Invitation:
    """A shortlist whose first candidate is the round's provider, so that the next are asked when it declines."""
    by = place.round.committed_by
    found = Found(
        score_run_id=place.round.score_run_id,
        digest=place.digest,
        considered=place.considered,
        eligible=place.eligible,
        excluded=place.excluded,
        weights={**describe_weights(), "round": place.round_id},
        candidates=place.candidates,
    )
    row = HELP_REQUEST.check(request, "shortlist")
    shortlist = write_shortlist(request, found, by=by, now=now)
    told = {"shortlist": shortlist.pk, "round": place.round_id}
    move(request, row, by=by, now=now, due_at=now + PICK_WITHIN, changes=told)
    first = shortlist.candidates.select_related("provider").get(position=1)
    return write_invitation(request, first, by=by, now=now)


def _close(place: RoundPlace, *, now: datetime, invitation: Invitation | None = None, skipped: str = "") -> RoundPlace:
    place.invitation, place.skipped, place.finished_at = invitation, skipped, now
    place.full_clean()
    place.save(update_fields=["invitation", "skipped", "finished_at"])
    outcome = {"invitation": invitation.pk} if invitation else {"skipped": skipped}
    action = "round_place.invite" if invitation else "round_place.skip"
    record(action, place, by=place.round.committed_by, now=now, changes=outcome)
    return place
