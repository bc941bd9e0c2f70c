"""Gathers the tasks of this room for Celery."""

from merchants.matching.tasks import expire_invitations, make_shortlist
from merchants.registry.tasks import relate, start_relating

__all__ = ["expire_invitations", "make_shortlist", "relate", "start_relating"]
