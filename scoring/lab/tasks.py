"""Background work of this folder."""

from typing import Any

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from scoring.lab.services import TASK, stop_trial
from scoring.lab.work import carry_out


@job_task(TASK, stop=stop_trial)
def try_model(progress: Progress, trial_id: int) -> dict[str, Any]:
    """Try one model on its runs."""
    return carry_out(trial_id, progress)
