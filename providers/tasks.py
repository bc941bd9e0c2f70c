"""Gathers the tasks of this room for Celery."""

from providers.relations.tasks import check_relations

__all__ = ["check_relations"]
