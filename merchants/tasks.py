"""Gathers the tasks of this room for Celery."""

from merchants.engagements.tasks import measure_duties, start_measuring_duties
from merchants.matching.tasks import expire_invitations, make_shortlist
from merchants.registry.tasks import relate, start_relating

__all__ = [
    "expire_invitations",
    "make_shortlist",
    "measure_duties",
    "relate",
    "start_measuring_duties",
    "start_relating",
]
