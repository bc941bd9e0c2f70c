"""Work in the background: shortlists on demand, the sweep of the clocks every minute."""

from typing import Any

from celery import shared_task

from common.exceptions import IllegalTransition
from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from merchants.matching import answer_services, services
from merchants.requests.enums import RequestStatus
from merchants.requests.models import HelpRequest


@job_task("merchants.make_shortlist")
def make_shortlist(progress: Progress, *, request_id: int) -> dict[str, Any]:
    """Make the shortlist of a request that waits for one; does nothing when it was made or cancelled meanwhile."""
    progress.report(0, 1)
    waiting = HelpRequest.objects.filter(pk=request_id, status=RequestStatus.OPEN).exists()
    if waiting:
        try:
            services.make_shortlist(request_id=request_id, by=None)
        except IllegalTransition:
            waiting = False  # somebody was faster; what they did stands
    progress.report(1, 1)
    return {"made": waiting}


@shared_task(name="merchants.expire_invitations")
def expire_invitations() -> None:
    """Close the invitations whose time is over."""
    answer_services.expire_due_invitations()
