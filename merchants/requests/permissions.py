"""May this person do that with this request?"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.permissions import check_permission
from accounts.roles import OrganisationKind
from common.states import ActionOffer, Transition
from merchants.parties import Sides, check_side, offer_to
from merchants.requests.models import HelpRequest
from merchants.requests.states import HELP_REQUEST

# What a person may ask for by name; inviting names a provider and has its own door.
ACTIONS = ("submit", "shortlist", "reopen", "cancel")


def sides_of(request: HelpRequest) -> Sides:
    """The one side that a request has."""
    return {OrganisationKind.MERCHANT: request.merchant.organisation_id}


def check_act(user: User | AnonymousUser | None, request: HelpRequest, row: Transition) -> None:
    """Whether `user` may take the step `row`; None is the portal. Raises NotPermitted."""
    check_side(user, row.permission, sides_of(request))


def check_edit(user: User | AnonymousUser, request: HelpRequest) -> None:
    """Whether `user` may edit the request; raises NotPermitted."""
    check_permission(user, "request.edit", organisation_id=request.merchant.organisation_id)


def offer_actions(user: User | AnonymousUser, request: HelpRequest) -> list[ActionOffer]:
    """The buttons of the viewer."""
    return offer_to(
        user,
        HELP_REQUEST,
        request,
        lambda row: check_act(user, request, row),
        sides=sides_of(request),
        actions=ACTIONS,
    )
