"""Who acts for which side; shared by requests, invitations and engagements."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import grants_of, has_permission
from accounts.roles import ROLE_PERMISSIONS, ROLES_OF_KIND, OrganisationKind
from common.exceptions import NotPermitted
from common.states import ActionOffer, Check, Stateful, StateTable

PORTAL = ""  # the permission of steps that only follow from another act: no person holds it

Sides = dict[OrganisationKind, int | None]


def check_side(user: User | AnonymousUser | None, permission: str, sides: Sides) -> None:
    """Whether `user` holds `permission` in one of the organisations of `sides`, or by the platform. None is the portal
    itself, which acts on its own clock. Raises NotPermitted."""
    if user is None:
        return
    if permission == PORTAL or not any(has_permission(user, permission, organisation_id=pk) for pk in sides.values()):
        raise NotPermitted(
            _("Your role does not allow this."), remedy=_("Ask an owner or an administrator of your organisation.")
        )


def kinds_holding(permission: str) -> set[OrganisationKind]:
    """The kinds of organisation of which some role holds `permission`."""
    return {
        OrganisationKind(kind)
        for kind, roles in ROLES_OF_KIND.items()
        if any(permission in ROLE_PERMISSIONS[role] for role in roles)
    }


def kinds_of_viewer(user: User | AnonymousUser, sides: Sides) -> set[OrganisationKind]:
    """For which sides of an object `user` works; platform staff work for the platform."""
    grants = grants_of(user)
    kinds = {kind for kind, pk in sides.items() if pk is not None and pk in grants}
    return kinds | ({OrganisationKind.PLATFORM} if None in grants else set())


def offer_to(
    user: User | AnonymousUser,
    table: StateTable,
    obj: Stateful,
    check: Check,
    *,
    sides: Sides,
    actions: Iterable[str],
) -> list[ActionOffer]:
    """The offers among `actions` that concern the viewer's side. What belongs to the other side alone, or to the
    portal, is no button of theirs."""
    kinds, wanted = kinds_of_viewer(user, sides), set(actions)
    mine = {
        row.action
        for row in table
        if row.frm == obj.status and row.action in wanted and kinds & kinds_holding(row.permission)
    }
    return [offer for offer in table.offer_actions(obj, check) if offer.action in mine]
