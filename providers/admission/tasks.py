"""Background work of this folder."""

from typing import Any

from celery import shared_task

from common.jobs.progress import Progress
from common.jobs.tasks import job_task
from providers.admission.criteria_notice_services import tell_of_criteria
from providers.admission.decision_services import finalise_due_rejections
from providers.admission.services import TRIAGE
from providers.admission.triage_services import triage_application, triage_open_applications, triage_provider
from providers.admission.window_services import advance_due_windows
from providers.criteria.services import TELL, TRIAGE_OPEN
from providers.registry.rejudge_services import RETRIAGE


@job_task(TRIAGE)
def triage_one(progress: Progress, application_id: int) -> dict[str, Any]:
    """Judge a submitted application."""
    triage = triage_application(application_id=application_id)
    return {"outcome": triage.outcome if triage else None}


@job_task(RETRIAGE)
def retriage_provider(progress: Progress, provider_id: int, cause: str = "") -> dict[str, Any]:
    """Judge what waits of one provider again, because something changed in the transaction `cause`."""
    triage = triage_provider(provider_id=provider_id)
    return {"outcome": triage.outcome if triage else None}


@job_task(TRIAGE_OPEN)
def triage_all(progress: Progress) -> dict[str, Any]:
    """Judge everything that waits."""
    return {"applications": triage_open_applications()}


@job_task(TELL)
def tell_of_new_criteria(progress: Progress, criteria_set_id: int) -> dict[str, Any]:
    """Tell applicants and admitted providers of the set in force."""
    return {"notices": tell_of_criteria(criteria_set_id=criteria_set_id)}


@shared_task(name="providers.advance_windows")
def advance_windows() -> None:
    """Open and close windows, and move their lists on."""
    advance_due_windows()


@shared_task(name="providers.finalise_rejections")
def finalise_rejections() -> None:
    """Make rejections final whose standstill is over."""
    finalise_due_rejections()
