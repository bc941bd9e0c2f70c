"""Gathers the tasks of this room for Celery."""

from merchants.engagements.tasks import measure_duties, start_measuring_duties
from merchants.matching.tasks import expire_invitations, make_shortlist
from merchants.registry.tasks import relate, start_relating
from merchants.rounds.tasks import invite_round, prepare_round

__all__ = [
    "expire_invitations",
    "invite_round",
    "make_shortlist",
    "measure_duties",
    "prepare_round",
    "relate",
    "start_measuring_duties",
    "start_relating",
]
