"""Gathers the tasks of this room for Celery."""

from providers.documents.tasks import sweep_documents, watch_documents

__all__ = ["sweep_documents", "watch_documents"]
