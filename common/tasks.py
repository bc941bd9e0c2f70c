"""Gathers this app's tasks for Celery."""

import time
from typing import Any

from common.jobs.progress import Progress
from common.jobs.tasks import job_task, recover_jobs

__all__ = ["probe", "recover_jobs"]


@job_task("common.probe")
def probe(progress: Progress, *, steps: int, seconds: float) -> dict[str, Any]:
    """Shows an operator that queue, worker, progress and cancel work: counts `steps` in `seconds`."""
    for step in range(steps):
        progress.report(step, steps)
        time.sleep(seconds / steps)
    progress.report(steps, steps)
    return {"steps": steps}
