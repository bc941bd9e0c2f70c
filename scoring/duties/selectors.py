"""Reads about work that may count for duties."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from scoring.disputes.enums import DisputeStatus
from scoring.disputes.models import Dispute
from scoring.duties.enums import WorkState
from scoring.duties.models import DutyWork


def newest_of(provider_id: int, reference: str) -> DutyWork | None:
    """What is known now of one piece of work."""
    return DutyWork.objects.filter(provider=provider_id, reference=reference).order_by("-pk").first()


def reaching_into(first: date, last: date) -> QuerySet[DutyWork]:
    """All that was ever told of work that reaches into these days."""
    reaching = Q(ended_on__gte=first) | Q(state=WorkState.RUNNING)
    return DutyWork.objects.filter(reaching, started_on__lte=last)


def works_of(provider_ids: Collection[int], first: date, last: date) -> QuerySet[DutyWork]:
    """What is known now of the work of some providers that reaches into these days, by when it ended."""
    newest = DutyWork.objects.filter(provider__in=provider_ids).order_by("reference", "-pk").distinct("reference")
    works = reaching_into(first, last).filter(pk__in=newest.values("pk"))
    return works.order_by("provider_id", "ended_on", "reference")


def open_disputes(provider_ids: Collection[int]) -> list[Dispute]:
    """The open disputes of some providers."""
    return list(Dispute.objects.filter(status=DisputeStatus.OPEN, provider__in=provider_ids))
