"""Gathers the tasks of this room for Celery."""

from providers.admission.tasks import (
    advance_windows,
    finalise_rejections,
    retriage_provider,
    tell_of_new_criteria,
    triage_all,
    triage_one,
)
from providers.conduct.tasks import begin_probation, judge_all, rejudge_provider, start_night, try_draft
from providers.documents.tasks import sweep_documents, watch_documents
from providers.relations.tasks import check_relations
from providers.traders.tasks import watch_certificates

__all__ = [
    "advance_windows",
    "begin_probation",
    "check_relations",
    "finalise_rejections",
    "judge_all",
    "rejudge_provider",
    "retriage_provider",
    "start_night",
    "sweep_documents",
    "tell_of_new_criteria",
    "triage_all",
    "triage_one",
    "try_draft",
    "watch_certificates",
    "watch_documents",
]
