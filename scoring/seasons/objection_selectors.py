"""Reads about objections."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, QuerySet, When

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from scoring.seasons.enums import ObjectionStatus
from scoring.seasons.objection_models import Objection


def visible_to(user: User | AnonymousUser) -> QuerySet[Objection]:
    """The objections that `user` may see: staff who decide or check all, a provider's members their own."""
    found = Objection.objects.select_related(
        "provider", "track__season", "verdict__settlement", "settlement", "opened_by", "decided_by"
    )
    if has_permission(user, "objection.view"):
        return found
    return found.filter(provider__organisation_id__in=organisation_ids_with(user, "objection.view"))


def by_clock(objections: QuerySet[Objection]) -> QuerySet[Objection]:
    """The open ones from the oldest, then the decided ones from the newest."""
    closed = Case(When(status=ObjectionStatus.OPEN, then=0), default=1)
    return objections.order_by(closed, "opened_at", "-pk")


def of_track(provider_id: int, track_id: int) -> QuerySet[Objection]:
    """What a provider objected to in a track, the newest first."""
    return Objection.objects.filter(provider_id=provider_id, track_id=track_id).select_related("decided_by")
