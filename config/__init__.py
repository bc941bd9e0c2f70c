"""Wiring: settings, environment, URLs, Celery and the launcher."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
