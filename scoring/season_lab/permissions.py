"""Who may do what with a trial of season rules in its present state."""

from accounts.models import User
from accounts.permissions import check_permission
from common.states import ActionOffer
from scoring.season_lab.models import SeasonTrial
from scoring.season_lab.states import ACTIONS_OF_PEOPLE, SEASON_TRIAL


def offer_actions(trial: SeasonTrial, user: User) -> list[ActionOffer]:
    """What people can do with a trial; the other rows of the table are the worker's."""
    offers = SEASON_TRIAL.offer_actions(trial, lambda row: check_permission(user, row.permission))
    return [offer for offer in offers if offer.action in ACTIONS_OF_PEOPLE]
