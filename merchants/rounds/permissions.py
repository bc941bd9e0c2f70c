"""Who may do what with a round in its present state."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.roles import OrganisationKind
from common.states import ActionOffer, Transition
from merchants.parties import check_side
from merchants.rounds.models import MatchRound
from merchants.rounds.policies import check_committable, check_resumable
from merchants.rounds.states import ACTIONS_OF_PEOPLE, MATCH_ROUND

POLICIES = {"commit": check_committable, "resume": check_resumable}


def check_act(user: User | AnonymousUser, match_round: MatchRound, row: Transition) -> None:
    """Whether `user` may take the step `row` now; raises NotPermitted or Conflict."""
    check_side(user, row.permission, {OrganisationKind.PLATFORM: None})
    if policy := POLICIES.get(row.action):
        policy(match_round)


def offer_actions(user: User | AnonymousUser, match_round: MatchRound) -> list[ActionOffer]:
    """The buttons of the viewer. What has nothing to resume offers no button for it."""
    offers = MATCH_ROUND.offer_actions(match_round, lambda row: check_act(user, match_round, row))
    return [
        offer for offer in offers if offer.action in ACTIONS_OF_PEOPLE and (offer.allowed or offer.action != "resume")
    ]
