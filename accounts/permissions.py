"""May this person do that?"""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.roles import ALL_PERMISSIONS, ROLE_PERMISSIONS, OrganisationKind
from common.exceptions import NotPermitted

Grants = dict[int | None, frozenset[str]]


@dataclass(frozen=True)
class Belonging:
    """What a person may do now, and the providers and merchants that he or she is or ever was a member of."""

    grants: Grants
    companies: frozenset[int]


def grants_of(user: User | AnonymousUser) -> Grants:
    """Permissions by organisation id; those of the platform stand under None. Read once per user object."""
    return _belonging_of(user).grants if isinstance(user, User) and user.is_active else {}


def companies_of(user: User | AnonymousUser) -> frozenset[int]:
    """The providers and merchants, by organisation id, of which `user` is or was a member. Read with the grants."""
    return _belonging_of(user).companies if isinstance(user, User) else frozenset()


def _belonging_of(user: User) -> Belonging:
    cached: Belonging | None = getattr(user, "_grants", None)
    if cached is None:
        cached = user._grants = _read_belonging(user)  # type: ignore[attr-defined]
    return cached


def _read_belonging(user: User) -> Belonging:
    grants: defaultdict[int | None, frozenset[str]] = defaultdict(frozenset)
    companies = set()
    for membership in Membership.objects.filter(user=user).select_related("organisation"):
        platform = membership.organisation.kind == OrganisationKind.PLATFORM
        if not platform:
            companies.add(membership.organisation_id)
        if membership.ended_at is None:
            grants[None if platform else membership.organisation_id] |= ROLE_PERMISSIONS[membership.role]
    return Belonging(dict(grants), frozenset(companies))


def has_permission(user: User | AnonymousUser, permission: str, *, organisation_id: int | None = None) -> bool:
    """Whether `user` holds `permission` by the platform, or in the organisation that owns the object."""
    if permission not in ALL_PERMISSIONS:
        raise ValueError(f"no role grants {permission!r}")
    grants = grants_of(user)
    own = grants.get(organisation_id, frozenset()) if organisation_id is not None else frozenset()
    return permission in own or permission in grants.get(None, frozenset())


def check_permission(user: User | AnonymousUser, permission: str, *, organisation_id: int | None = None) -> None:
    """`has_permission` as a gate; raises NotPermitted."""
    if not has_permission(user, permission, organisation_id=organisation_id):
        raise NotPermitted(
            _("Your role does not allow this."), remedy=_("Ask an owner or an administrator of your organisation.")
        )


def organisation_ids_with(user: User | AnonymousUser, permission: str) -> frozenset[int]:
    """The providers and merchants in which `user` holds `permission`."""
    return frozenset(key for key, held in grants_of(user).items() if key is not None and permission in held)


def is_staff(user: User | AnonymousUser) -> bool:
    """Whether `user` has any role of the platform."""
    return None in grants_of(user)
