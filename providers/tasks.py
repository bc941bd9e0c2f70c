"""Gathers the tasks of this room for Celery."""

from providers.traders.tasks import watch_certificates

__all__ = ["watch_certificates"]
