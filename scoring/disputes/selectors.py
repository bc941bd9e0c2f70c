"""Reads about disputes."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, QuerySet, When

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from scoring.disputes.enums import DisputeStatus
from scoring.disputes.models import Dispute, DisputeFile
from scoring.facts.adjustment_models import AdjustmentLine
from scoring.facts.rows import batches_of


def visible_to(user: User | AnonymousUser) -> QuerySet[Dispute]:
    """The disputes that `user` may see: those who decide and audit all, a provider's members their own."""
    found = Dispute.objects.select_related("provider", "opened_by", "decided_by", "withdrawn_by", "adjustment")
    if has_permission(user, "dispute.view"):
        return found
    return found.filter(provider__organisation_id__in=organisation_ids_with(user, "dispute.view"))


def waiting(user: User | AnonymousUser) -> QuerySet[Dispute]:
    """The open disputes that `user` may see, the first due on top."""
    return visible_to(user).filter(status=DisputeStatus.OPEN).order_by("due_at", "pk")


def by_clock(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """The open ones by what is due first, then the decided ones from the newest."""
    closed = Case(When(status=DisputeStatus.OPEN, then=0), default=1)
    return disputes.order_by(closed, "due_at", "-pk")


def open_disputes_of(provider_id: int) -> QuerySet[Dispute]:
    """The disputes of a provider that are not decided yet: while a decisive one is open, it is protected."""
    return Dispute.objects.filter(provider_id=provider_id, status=DisputeStatus.OPEN).order_by("due_at", "pk")


def disputed_among(provider_ids: Iterable[int]) -> dict[int, int]:
    """How many disputes are open of each of these providers; who has none is left out."""
    rows = Dispute.objects.filter(provider_id__in=list(provider_ids), status=DisputeStatus.OPEN).order_by()
    return dict(rows.values_list("provider_id").annotate(Count("pk")))


def files_visible_to(user: User | AnonymousUser) -> QuerySet[DisputeFile]:
    """The evidence of the disputes that `user` may see."""
    return DisputeFile.objects.filter(dispute__in=visible_to(user)).select_related("dispute__provider", "added_by")


def people_behind(dispute: Dispute) -> set[int]:
    """Who imported the disputed facts or corrected them: they do not decide."""
    sent = {batch.imported_by_id or batch.received_by_id for batch in batches_of(dispute.slice)}
    lines = AdjustmentLine.objects.filter(
        provider=dispute.provider, column=dispute.column, day__range=(dispute.day_from, dispute.day_to)
    )
    for name in ("merchant", "trader"):
        if value := getattr(dispute, name):
            lines = lines.filter(**{name: value})
    return {pk for pk in (*sent, *lines.values_list("adjustment__created_by", flat=True)) if pk is not None}
