"""Background work of match rounds."""

from typing import Any

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from merchants.rounds.place_services import INVITE, stop_invitations
from merchants.rounds.services import PREPARE, stop_round
from merchants.rounds.work import carry_out, prepare


@job_task(PREPARE, stop=stop_round)
def prepare_round(progress: Progress, *, round_id: int) -> dict[str, Any]:
    """Compute the preview of a round."""
    return prepare(round_id, progress)


@job_task(INVITE, stop=stop_invitations)
def invite_round(progress: Progress, *, round_id: int) -> dict[str, Any]:
    """Invite the providers of a committed round."""
    return carry_out(round_id, progress)
