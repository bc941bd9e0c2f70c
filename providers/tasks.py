"""Gathers the tasks of this room for Celery."""

from providers.admission.tasks import triage_all, triage_one, try_draft

__all__ = ["triage_all", "triage_one", "try_draft"]
from providers.conduct.tasks import begin_probation, judge_all, rejudge_provider, start_night

__all__ = ["begin_probation", "judge_all", "rejudge_provider", "start_night"]
from providers.traders.tasks import watch_certificates

__all__ = ["watch_certificates"]
from providers.documents.tasks import sweep_documents, watch_documents

__all__ = ["sweep_documents", "watch_documents"]
