"""The two works of a round: prepare its preview, and carry it out. Both are safe to repeat."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from common.exceptions import IllegalTransition
from common.jobs.progress import JobCancelled
from common.refusals import refuse
from engine.errors import EngineError
from merchants.requests.selectors import referable
from merchants.rounds.compute import Reports, compute_preview
from merchants.rounds.models import MatchRound
from merchants.rounds.place_services import finish_round, settle_place, stop_invitations
from merchants.rounds.selectors import unsettled
from merchants.rounds.services import keep_preview, stop_round
from merchants.rounds.states import MATCH_ROUND

INVITING = _("Invite providers")


def prepare(round_id: int, progress: Reports, *, now: datetime | None = None) -> dict[str, int]:
    """Compute and keep the preview; does nothing for a round that has one or was discarded.

    Raises DomainError for an input that the engine refuses, JobCancelled when somebody stopped or discarded it.
    """
    now = now or timezone.now()
    match_round = MatchRound.objects.get(pk=round_id)
    if MATCH_ROUND.find(match_round.status, "present") is None:
        return {"round": round_id}
    try:
        preview = compute_preview(match_round, list(referable()), now=now, progress=progress)
        keep_preview(round_id=round_id, preview=preview, now=now)
    except JobCancelled:
        stop_round(round_id=round_id)
        raise
    except IllegalTransition as error:
        # Somebody discarded the round while it was computed.
        raise JobCancelled from error
    except EngineError as error:
        raise refuse(error) from error
    return {"round": round_id, "places": len(preview.places)}


def carry_out(round_id: int, progress: Reports, *, now: datetime | None = None) -> dict[str, int]:
    """Settle every place that has no outcome yet. Raises JobCancelled when somebody stopped it."""
    places = list(unsettled(round_id).values_list("pk", flat=True))
    try:
        for number, place_id in enumerate(places):
            progress.report(number, len(places), INVITING)
            settle_place(place_id=place_id, now=now)
    except JobCancelled:
        stop_invitations(round_id=round_id)
        raise
    finish_round(round_id=round_id, now=now)
    return {"round": round_id, "settled": len(places)}
