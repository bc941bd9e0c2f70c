"""Gathers the tasks of this room for Celery."""

from providers.admission.tasks import advance_windows, finalise_rejections

__all__ = ["advance_windows", "finalise_rejections"]
