"""Reads about traders."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from providers.registry.models import Provider
from providers.traders.enums import TraderStatus
from providers.traders.models import Trader


def visible_to(user: User | AnonymousUser) -> QuerySet[Trader]:
    """The traders that `user` may see: staff all, members those of their own providers, others none."""
    traders = Trader.objects.select_related("provider")
    if has_permission(user, "trader.view"):
        return traders
    return traders.filter(provider__organisation__in=organisation_ids_with(user, "trader.view"))


def active_of(provider: Provider) -> QuerySet[Trader]:
    """The traders who work at `provider` now."""
    return Trader.objects.filter(provider=provider, status=TraderStatus.ACTIVE)
