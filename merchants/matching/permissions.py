"""May this person do that with this invitation?"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.roles import OrganisationKind
from common.states import ActionOffer, Transition
from merchants.matching.models import Invitation
from merchants.matching.states import INVITATION
from merchants.parties import Sides, check_side, offer_to

ACTIONS = ("accept", "decline", "withdraw")


def sides_of(invitation: Invitation) -> Sides:
    """Both sides."""
    return {
        OrganisationKind.MERCHANT: invitation.request.merchant.organisation_id,
        OrganisationKind.PROVIDER: invitation.provider.organisation_id,
    }


def check_act(user: User | AnonymousUser | None, invitation: Invitation, row: Transition) -> None:
    """Whether `user` may take the step `row`; None is the portal. Raises NotPermitted."""
    check_side(user, row.permission, sides_of(invitation))


def offer_actions(user: User | AnonymousUser, invitation: Invitation) -> list[ActionOffer]:
    """The buttons of the viewer."""
    return offer_to(
        user,
        INVITATION,
        invitation,
        lambda row: check_act(user, invitation, row),
        sides=sides_of(invitation),
        actions=ACTIONS,
    )
