"""What the clock does every minute."""

from celery import shared_task

from providers.admission.decision_services import finalise_due_rejections
from providers.admission.window_services import advance_due_windows


@shared_task(name="providers.advance_windows")
def advance_windows() -> None:
    """Open and close windows, and move their lists on."""
    advance_due_windows()


@shared_task(name="providers.finalise_rejections")
def finalise_rejections() -> None:
    """Make rejections final whose standstill is over."""
    finalise_due_rejections()
