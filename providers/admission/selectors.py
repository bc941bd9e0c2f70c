"""Reads about applications."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from providers.admission.enums import OPEN, ApplicationStatus
from providers.admission.models import Application
from providers.registry.models import Provider
from providers.traders.models import Trader


def visible_to(user: User | AnonymousUser) -> QuerySet[Application]:
    """The applications that `user` may see: members those of their own providers, staff what was ever submitted."""
    own = Q(provider__organisation__in=organisation_ids_with(user, "application.view"))
    if has_permission(user, "application.view"):
        own |= Q(submitted_at__isnull=False)
    return Application.objects.filter(own).select_related("provider")


def with_content(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Evidence, traders and people ready, for a case and for representations."""
    return applications.select_related("submitted_by", "returned_by", "decided_by", "withdrawn_by").prefetch_related(
        "evidence", Prefetch("traders", Trader.objects.order_by("code"))
    )


def with_counts(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Adds `evidence_count` and `trader_count`, for lists."""
    return applications.annotate(
        evidence_count=Count("evidence", distinct=True), trader_count=Count("traders", distinct=True)
    )


def open_of(provider: Provider) -> Application | None:
    """The one open application of `provider`, if any."""
    return Application.objects.filter(provider=provider, status__in=OPEN).first()


def history_of(provider: Provider) -> QuerySet[Application]:
    """All applications of `provider`, newest first."""
    return Application.objects.filter(provider=provider)


def waiting_for_review(user: User | AnonymousUser) -> QuerySet[Application]:
    """Submitted applications that `user` may see, the longest wait first."""
    return visible_to(user).filter(status=ApplicationStatus.SUBMITTED).order_by("submitted_at", "pk")
