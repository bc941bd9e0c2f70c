"""The clock's work on disputes."""

from celery import shared_task

from scoring.disputes.sweeping import sweep_files


@shared_task(name="scoring.sweep_evidence")
def sweep_evidence() -> None:
    sweep_files()
