"""Conduct in the background: the contract after an admission, the night, and a second look when something changed."""

from typing import Any

from celery import shared_task

from accounts.models import User
from common.exceptions import DomainError
from common.jobs.progress import Progress
from common.jobs.services import enqueue
from common.jobs.tasks import job_task
from providers.conduct.dry_run_services import DRY_RUN, run_dry_run
from providers.conduct.night_services import judge_again, judge_night
from providers.conduct.probation_services import begin_probation as begin
from providers.conduct.probation_services import judge_due_probations


@job_task("providers.begin_probation")
def begin_probation(progress: Progress, *, provider_id: int) -> dict[str, Any]:
    """The contract that follows from an admission."""
    probation = begin(provider_id=provider_id)
    return {"probation": probation.pk if probation else None}


@job_task("providers.judge_night")
def judge_all(progress: Progress) -> dict[str, Any]:
    """Every active provider, the watch list and the contracts whose last day has come. Without criteria in force
    only the contracts."""
    progress.report(0, 2)
    try:
        night = judge_night()
    except DomainError as error:
        if error.reason != "no_criteria":
            raise
        night = None
    progress.report(1, 2)
    due = judge_due_probations()
    progress.report(2, 2)
    return {"judgement": night.pk if night else None, "providers": night.total if night else 0, "contracts": due}


@job_task("providers.rejudge_provider")
def rejudge_provider(progress: Progress, *, provider_id: int, cause: str = "") -> dict[str, Any]:
    """One provider, because a trader came or left or a document expired in the transaction `cause`."""
    try:
        return {"signs": judge_again(provider_ids=[provider_id])}
    except DomainError as error:
        if error.reason != "no_criteria":
            raise
        return {"signs": 0}


@job_task(DRY_RUN)
def try_draft(progress: Progress, criteria_set_id: int, by_id: int) -> dict[str, Any]:
    """Try a draft on all open applications and for one night."""
    dry_run = run_dry_run(criteria_set_id=criteria_set_id, by=User.objects.get(pk=by_id))
    return {"dry_run": dry_run.pk, "moves": len(dry_run.moves)}


@shared_task(name="providers.start_night")
def start_night() -> None:
    """The clock's call for the night."""
    enqueue("providers.judge_night")
