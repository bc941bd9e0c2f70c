"""Reads about providers."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from providers.registry.enums import ACTIVE
from providers.registry.models import Provider


def visible_to(user: User | AnonymousUser) -> QuerySet[Provider]:
    """The providers that `user` may see: staff all, members their own, others none."""
    if has_permission(user, "provider.view"):
        return Provider.objects.all()
    return Provider.objects.filter(organisation__in=organisation_ids_with(user, "provider.view"))


def active() -> QuerySet[Provider]:
    """Those that may work for merchants now: on probation or admitted."""
    return Provider.objects.filter(status__in=ACTIVE)


def known_codes() -> set[str]:
    """The codes that facts may name."""
    return set(Provider.objects.values_list("code", flat=True))


def of_organisation(organisation_id: int) -> Provider | None:
    """The provider behind an organisation, None when the organisation is no provider."""
    return Provider.objects.filter(organisation=organisation_id).first()


def public_directory() -> QuerySet[Provider]:
    """What everybody may read: active providers by name, with their public columns only."""
    return (
        active()
        .only("code", "name", "introduction", "provider_type", "category", "region", "status", "admitted_at")
        .order_by("name", "pk")
    )


def verifiable() -> QuerySet[Provider]:
    """Whom everybody may look up by code: every company that was ever admitted, whatever became of it since."""
    return Provider.objects.filter(admitted_at__isnull=False)
