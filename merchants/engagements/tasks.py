"""Work in the background: what facts say about work that may count for duties."""

from typing import Any

from celery import shared_task

from common.jobs.progress import Progress
from common.jobs.services import enqueue
from common.jobs.tasks import job_task
from merchants.engagements.duty_services import MEASURE, measure_work, unsettled_work
from merchants.engagements.models import Engagement


@job_task(MEASURE)
def measure_duties(progress: Progress, *, engagement_id: int | None = None) -> dict[str, Any]:
    """Measure one engagement, or all whose facts may still change."""
    works = unsettled_work()
    if engagement_id is not None:
        works = Engagement.objects.filter(pk=engagement_id).select_related("merchant", "provider")
    total = works.count()
    for done, engagement in enumerate(works.iterator(chunk_size=500)):
        progress.report(done, total)
        measure_work(engagement)
    return {"measured": total}


@shared_task(name="merchants.start_measuring_duties")
def start_measuring_duties() -> None:
    """The clock's call, after the night's scores."""
    enqueue(MEASURE)
