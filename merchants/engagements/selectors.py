"""Reads about engagements and the load of traders."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from merchants.engagements.enums import RUNNING
from merchants.engagements.models import Assignment, Engagement
from providers.traders.enums import TraderStatus
from providers.traders.models import Trader


def visible_to(user: User | AnonymousUser) -> QuerySet[Engagement]:
    """The engagements that `user` may see: staff all, members of either side their own, others none."""
    engagements = Engagement.objects.select_related("merchant", "provider", "request")
    if has_permission(user, "engagement.view"):
        return engagements
    own = organisation_ids_with(user, "engagement.view")
    return engagements.filter(Q(merchant__organisation__in=own) | Q(provider__organisation__in=own))


def open_assignments() -> QuerySet[Assignment]:
    """The assignments that go on."""
    return Assignment.objects.filter(ended_at=None)


def with_load(traders: QuerySet[Trader]) -> QuerySet[Any]:
    """Traders with `load`, the live rooms they run now, and `spare`, those they could still take."""
    running = (
        open_assignments()
        .filter(trader=OuterRef("pk"))
        .order_by()
        .values("trader")
        .annotate(total=Sum("rooms"))
        .values("total")
    )
    return traders.annotate(load=Coalesce(Subquery(running), 0)).annotate(
        spare=Greatest(F("max_live_rooms") - F("load"), 0)
    )


@dataclass(frozen=True)
class Workload:
    """A trader with the live rooms that run now and those that could still be taken."""

    trader: Trader
    load: int
    spare: int


def workloads_of(provider_id: int) -> list[Workload]:
    """The traders who work at a provider now, by code."""
    active = Trader.objects.filter(provider=provider_id, status=TraderStatus.ACTIVE).order_by("code")
    return [Workload(trader, trader.load, trader.spare) for trader in with_load(active)]


def spare_rooms_of(provider_id: int) -> int:
    """The live rooms that all traders of a provider together could still take."""
    return sum(workload.spare for workload in workloads_of(provider_id))


def running(user: User | AnonymousUser) -> QuerySet[Engagement]:
    """Engagements that `user` may see and that go on, the nearest target first."""
    return visible_to(user).filter(status__in=RUNNING).order_by("target_by", "pk")
