"""Background work of this folder."""

from datetime import date
from typing import Any

from celery import shared_task

from common.jobs.progress import Progress
from common.jobs.services import enqueue
from common.jobs.tasks import job_task
from scoring.seasons.nightly import run_night
from scoring.seasons.settlement_services import TASK
from scoring.seasons.settling_work import settle_all

NIGHTLY = "scoring.nightly"


@job_task(NIGHTLY)
def nightly(progress: Progress, day: str | None = None) -> dict[str, Any]:
    """Score a business day, by default yesterday, and rank the running seasons."""
    return run_night(progress, day=date.fromisoformat(day) if day else None)


@job_task(TASK)
def settle_season(progress: Progress, season_id: int, by_id: int) -> dict[str, Any]:
    """Settle the tracks of a season that have no verdicts yet."""
    return settle_all(season_id, by_id, progress)


@shared_task(name="scoring.start_nightly")
def start_nightly() -> None:
    """What the clock calls: the night's work as a job that people can follow."""
    enqueue(NIGHTLY)
