"""Background work of this folder."""

from datetime import date
from typing import Any

from celery import shared_task

from common.jobs.progress import Progress
from common.jobs.services import enqueue
from common.jobs.tasks import job_task
from scoring.seasons.nightly import run_night

NIGHTLY = "scoring.nightly"


@job_task(NIGHTLY)
def nightly(progress: Progress, day: str | None = None) -> dict[str, Any]:
    """Score a business day, by default yesterday, and rank the running seasons."""
    return run_night(progress, day=date.fromisoformat(day) if day else None)


@shared_task(name="scoring.start_nightly")
def start_nightly() -> None:
    """What the clock calls: the night's work as a job that people can follow."""
    enqueue(NIGHTLY)
