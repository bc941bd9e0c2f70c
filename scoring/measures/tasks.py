"""Background work of this folder."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from common.days import business_day
from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from scoring.measures.compute import measure_providers

MEASURE = "scoring.measure_providers"


@job_task(MEASURE)
def measure(progress: Progress, day: str | None = None) -> dict[str, Any]:
    """Measure every provider as of a business day, by default yesterday."""
    run = measure_providers(date.fromisoformat(day) if day else business_day(timezone.now()) - timedelta(days=1))
    return {"day": run.measured_on.isoformat(), "providers": run.provider_count}
