"""Reads about adjustments."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from scoring.facts.adjustment_models import Adjustment, AdjustmentLine


def visible_to(user: User | AnonymousUser) -> QuerySet[Adjustment]:
    """The adjustments that `user` may see: staff all, a provider's members those that touch their own."""
    found = Adjustment.objects.select_related("created_by")
    if has_permission(user, "adjustment.view"):
        return found
    own = organisation_ids_with(user, "adjustment.view")
    return found.filter(pk__in=AdjustmentLine.objects.filter(provider__organisation_id__in=own).values("adjustment"))


def lines_visible_to(user: User | AnonymousUser, adjustment: Adjustment) -> QuerySet[AdjustmentLine]:
    """The lines of an adjustment that `user` may see: one that touches several companies shows each its own."""
    lines = AdjustmentLine.objects.filter(adjustment=adjustment).select_related("provider").order_by("pk")
    if has_permission(user, "adjustment.view"):
        return lines
    return lines.filter(provider__organisation_id__in=organisation_ids_with(user, "adjustment.view"))


def adjustments_between(since: date, until: date) -> QuerySet[Adjustment]:
    """The adjustments of facts of some days, by id."""
    return Adjustment.objects.filter(day_from__lte=until, day_to__gte=since).order_by("pk")


def corrections_of(provider_id: int, adjustment_ids: list[int]) -> QuerySet[AdjustmentLine]:
    """What some adjustments changed for a provider."""
    lines = AdjustmentLine.objects.filter(provider_id=provider_id, adjustment_id__in=adjustment_ids)
    return lines.select_related("adjustment").order_by("-adjustment", "pk")
