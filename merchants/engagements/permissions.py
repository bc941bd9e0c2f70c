"""May this person do that with this engagement?"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.roles import OrganisationKind
from common.states import ActionOffer, Transition
from merchants.engagements.models import Engagement
from merchants.engagements.states import ENGAGEMENT
from merchants.parties import Sides, check_side, offer_to

ACTIONS = ("pause", "resume", "complete", "terminate")


def sides_of(engagement: Engagement) -> Sides:
    """Both sides."""
    return {
        OrganisationKind.MERCHANT: engagement.merchant.organisation_id,
        OrganisationKind.PROVIDER: engagement.provider.organisation_id,
    }


def check_act(user: User | AnonymousUser, engagement: Engagement, row: Transition) -> None:
    """Whether `user` may take the step `row`; raises NotPermitted."""
    check_side(user, row.permission, sides_of(engagement))


def check_staff(user: User | AnonymousUser, engagement: Engagement) -> None:
    """Whether `user` may change who operates the live rooms; raises NotPermitted."""
    check_side(user, "engagement.staff", {OrganisationKind.PROVIDER: engagement.provider.organisation_id})


def offer_actions(user: User | AnonymousUser, engagement: Engagement) -> list[ActionOffer]:
    """The buttons of the viewer."""
    return offer_to(
        user,
        ENGAGEMENT,
        engagement,
        lambda row: check_act(user, engagement, row),
        sides=sides_of(engagement),
        actions=ACTIONS,
    )
