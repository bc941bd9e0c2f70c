"""Background work of this folder."""

from typing import Any

from celery import shared_task

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from scoring.facts.imports import import_upload
from scoring.facts.services import TASK
from scoring.facts.sweeping import sweep


@job_task(TASK)
def import_facts(progress: Progress, batch_id: int) -> dict[str, Any]:
    """Import one uploaded batch."""
    batch = import_upload(batch_id=batch_id, report=progress.report)
    return {"batch": batch.pk, "status": batch.status, "rows": batch.rows}


@shared_task(name="scoring.sweep_facts")
def sweep_facts() -> None:
    sweep()
