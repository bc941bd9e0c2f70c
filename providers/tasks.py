"""Gathers the tasks of this room for Celery."""

from providers.admission.tasks import triage_all, triage_one, try_draft

__all__ = ["triage_all", "triage_one", "try_draft"]
