"""Who may do what with a trial in its present state."""

from accounts.models import User
from accounts.permissions import check_permission
from common.states import ActionOffer
from scoring.lab.models import LabTrial
from scoring.lab.states import ACTIONS_OF_PEOPLE, TRIAL


def offer_actions(trial: LabTrial, user: User) -> list[ActionOffer]:
    """What people can do with a trial; the other rows of the table are the worker's."""
    offers = TRIAL.offer_actions(trial, lambda row: check_permission(user, row.permission))
    return [offer for offer in offers if offer.action in ACTIONS_OF_PEOPLE]
