"""Reads about related merchants."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from scoring.facts.related_models import RelatedMerchant


def visible_to(user: User | AnonymousUser) -> QuerySet[RelatedMerchant]:
    """The pairs that `user` may see: staff all, a provider's members their own."""
    pairs = RelatedMerchant.objects.select_related("provider", "recorded_by", "ended_by")
    if has_permission(user, "related.view"):
        return pairs
    return pairs.filter(provider__organisation_id__in=organisation_ids_with(user, "related.view"))


def open_pairs() -> QuerySet[RelatedMerchant]:
    """The pairs whose facts do not count now, by id."""
    return RelatedMerchant.objects.filter(ended_at=None).select_related("provider").order_by("pk")


def pairs_by_id(ids: Iterable[int]) -> QuerySet[RelatedMerchant]:
    """The pairs that a run has pinned, whatever became of them."""
    return RelatedMerchant.objects.filter(pk__in=list(ids)).select_related("provider").order_by("pk")
