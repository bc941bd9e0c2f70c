"""Work in the background: the check of an applicant."""

from typing import Any

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from providers.relations import check_services


@job_task("providers.check_relations")
def check_relations(progress: Progress, *, provider_id: int) -> dict[str, Any]:
    """Look for links of one provider to barred parties; a repeat finds what is there and changes nothing."""
    progress.report(0, 1)
    links = check_services.recheck_relations(provider_id=provider_id)
    progress.report(1, 1)
    return {"changed": len(links), "intercepting": sum(link.is_blocking for link in links)}
