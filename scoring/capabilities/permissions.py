"""Who may do what with a model or a run in its present state; for buttons and `allowed_actions`."""

from django.utils import timezone

from accounts.models import User
from accounts.permissions import check_permission
from common.days import business_day
from common.states import ActionOffer, Transition
from scoring.capabilities import policies
from scoring.capabilities.definitions import check_whole
from scoring.capabilities.models import ScoreRun, ScoringModel
from scoring.capabilities.states import RUN_ACTIONS_OF_PEOPLE, SCORE_RUN, SCORING_MODEL


def offer_model_actions(model: ScoringModel, user: User) -> list[ActionOffer]:
    """The model's actions, each allowed or with its reason."""

    def check(row: Transition) -> None:
        if row.action == "announce":
            check_whole(model.rule)
        if row.action == "publish":
            policies.check_in_force(model, business_day(timezone.now()))
        check_permission(user, row.permission)

    return SCORING_MODEL.offer_actions(model, check)


def offer_run_actions(run: ScoreRun, user: User) -> list[ActionOffer]:
    """What people can do with a run; the other rows of the table are the worker's."""
    offers = SCORE_RUN.offer_actions(run, lambda row: check_permission(user, row.permission))
    return [offer for offer in offers if offer.action in RUN_ACTIONS_OF_PEOPLE]
