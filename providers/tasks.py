"""Gathers the tasks of this room for Celery."""
