"""Background work of this folder."""

from typing import Any

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from scoring.season_lab.services import TASK, stop_trial
from scoring.season_lab.work import carry_out


@job_task(TASK, stop=stop_trial)
def try_season(progress: Progress, trial_id: int) -> dict[str, Any]:
    """Try the rules of one season on past ones."""
    return carry_out(trial_id, progress)
