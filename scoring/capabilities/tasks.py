"""Background work of this folder."""

from typing import Any

from celery import shared_task

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from scoring.capabilities import recompute_services
from scoring.capabilities.compute import carry_out
from scoring.capabilities.recompute import recompute as recompute_runs
from scoring.capabilities.runs import TASK, stop_run
from scoring.facts.adjustment_services import RECOMPUTE


@job_task(TASK, stop=stop_run)
def run_scores(progress: Progress, run_id: int) -> dict[str, Any]:
    """Compute one score run."""
    return carry_out(run_id, progress)


@job_task(RECOMPUTE)
def recompute(progress: Progress, adjustment_id: int) -> dict[str, Any]:
    """Compute again what a correction touches."""
    return recompute_runs(adjustment_id, progress, job=progress.job)


@shared_task(name="scoring.resume_recomputations")
def resume_recomputations() -> None:
    recompute_services.resume_recomputations()
