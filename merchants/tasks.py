"""Gathers the tasks of this room for Celery."""

from merchants.matching.tasks import expire_invitations, make_shortlist
from merchants.registry.tasks import relate, start_relating
from merchants.rounds.tasks import invite_round, prepare_round

__all__ = [
    "expire_invitations",
    "invite_round",
    "make_shortlist",
    "prepare_round",
    "relate",
    "start_relating",
]
