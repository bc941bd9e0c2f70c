"""Work in the background on the registry of shops."""

from dataclasses import asdict
from typing import Any

from celery import shared_task

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from merchants.registry.identity_services import RELATE, ask_relating, relate_merchants


@job_task(RELATE)
def relate(progress: Progress) -> dict[str, Any]:
    """Find the merchants that belong to providers."""
    progress.report(0, 1)
    kept = relate_merchants()
    progress.report(1, 1)
    return asdict(kept)


@shared_task(name="merchants.start_relating")
def start_relating() -> None:
    """The clock's call, before the night's scores."""
    ask_relating(by=None)
