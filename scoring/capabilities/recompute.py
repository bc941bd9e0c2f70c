"""The work of a recomputation, from beginning to end; safe to repeat."""

from common.jobs.models import Job
from scoring.capabilities.compute import Reports, carry_out
from scoring.capabilities.recompute_services import (
    begin_recomputation,
    finish_recomputation,
    plan_recomputations,
)


def recompute(adjustment_id: int, progress: Reports, *, job: Job | None = None) -> dict[str, object]:
    """Compute the runs again that an adjustment touches and tell who moved. Raises DomainError, JobCancelled."""
    runs, changed = [], 0
    for row in plan_recomputations(adjustment_id=adjustment_id):
        after = begin_recomputation(recomputation_id=row.pk, job=job)
        if after is None:
            continue
        carry_out(after.pk, progress)
        done = finish_recomputation(recomputation_id=row.pk)
        runs.append(after.pk)
        changed += done.changed_count or 0
    return {"adjustment": adjustment_id, "runs": runs, "changed": changed}
