"""Background work of this folder."""

from typing import Any

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from scoring.capabilities.compute import carry_out
from scoring.capabilities.runs import TASK


@job_task(TASK)
def run_scores(progress: Progress, run_id: int) -> dict[str, Any]:
    """Compute one score run."""
    return carry_out(run_id, progress)
