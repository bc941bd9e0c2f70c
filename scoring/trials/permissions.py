"""Who may do what with a trial in its present state."""

from accounts.models import User
from accounts.permissions import check_permission
from common.states import ActionOffer
from scoring.trials.models import Trial
from scoring.trials.states import ACTIONS_OF_PEOPLE


def offer_actions(trial: Trial, user: User) -> list[ActionOffer]:
    """What people can do with a trial; the other rows of its table are the worker's."""
    offers = trial.table.offer_actions(trial, lambda row: check_permission(user, row.permission))
    return [offer for offer in offers if offer.action in ACTIONS_OF_PEOPLE]
