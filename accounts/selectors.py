"""Reads about people and organisations."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Membership, Organisation, User
from accounts.roles import OrganisationKind


def memberships_of(user: User) -> QuerySet[Membership]:
    """The present memberships with their organisations, platform first, then by name."""
    return (
        Membership.objects.filter(user=user, ended_at=None)
        .select_related("organisation")
        .order_by("organisation__kind", "organisation__name", "role")
    )


def organisations_of(user: User, kind: str) -> QuerySet[Organisation]:
    """The organisations of one kind to which `user` belongs now, by name."""
    return (
        Organisation.objects.filter(kind=kind, memberships__user=user, memberships__ended_at=None)
        .distinct()
        .order_by("name", "pk")
    )


def staff_with_roles(roles: Iterable[str]) -> QuerySet[User]:
    """Active people of the platform who hold one of `roles` now, by name."""
    platform = Membership.objects.filter(
        organisation__kind=OrganisationKind.PLATFORM, role__in=list(roles), ended_at=None
    )
    return User.objects.filter(is_active=True, pk__in=platform.values("user")).order_by("name", "pk")


def members_of(organisation_id: int) -> QuerySet[Membership]:
    """The present members of an organisation, by role."""
    return (
        Membership.objects.filter(organisation_id=organisation_id, ended_at=None)
        .select_related("user")
        .order_by("role")
    )
