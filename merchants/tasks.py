"""Gathers the tasks of this room for Celery."""

from merchants.matching.tasks import expire_invitations, make_shortlist

__all__ = ["expire_invitations", "make_shortlist"]
