"""Reads about the applications of windows."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission
from providers.admission.enums import ApplicationStatus
from providers.admission.models import Application
from providers.windows.enums import WindowStatus
from providers.windows.models import AdmissionWindow

S = ApplicationStatus
FINAL_LIST = (S.ADMITTED, S.REJECTED)


def with_counts(windows: QuerySet[AdmissionWindow]) -> QuerySet[AdmissionWindow]:
    """Adds `received`, `waiting`, `standing` and `admitted`, for lists."""

    def count(condition: Q) -> Count:
        return Count("applications", filter=condition)

    return windows.annotate(
        received=count(Q(applications__submitted_at__isnull=False)),
        waiting=count(Q(applications__status=S.SUBMITTED)),
        standing=count(Q(applications__status=S.STANDSTILL)),
        admitted=count(Q(applications__status=S.ADMITTED)),
    )


def count_states(window: AdmissionWindow) -> dict[str, int]:
    """How many applications of the window are in each state, all states named."""
    rows = Application.objects.filter(window=window).order_by().values_list("status").annotate(count=Count("pk"))
    return dict.fromkeys(S.values, 0) | dict(rows)


def count_states_for(user: User | AnonymousUser, window: AdmissionWindow) -> dict[str, int] | None:
    """`count_states` for staff, None for everybody else."""
    return count_states(window) if has_permission(user, "application.view") else None


def list_for(user: User | AnonymousUser, window: AdmissionWindow) -> QuerySet[Application]:
    """`list_of` for staff, nothing for everybody else."""
    return list_of(window) if has_permission(user, "application.view") else Application.objects.none()


def list_of(window: AdmissionWindow) -> QuerySet[Application]:
    """Who was admitted and who was finally rejected, by company name."""
    decided = Application.objects.filter(window=window, status__in=FINAL_LIST)
    return decided.select_related("provider").order_by("status", "provider__name", "pk")


def final_list(window: AdmissionWindow) -> QuerySet[Application]:
    """What everybody may read once the list is final: who was admitted, by company name; of the others nothing."""
    if window.status != WindowStatus.FINAL:
        return Application.objects.none()
    admitted = Application.objects.filter(window=window, status=S.ADMITTED)
    return admitted.select_related("provider").order_by("provider__name", "pk")


def undecided_of(window: AdmissionWindow, now: datetime) -> QuerySet[Application]:
    """What still waits for a decision: submitted, or returned and within its days of grace."""
    graced = Q(status=S.RETURNED)
    if window.closes_at is not None and window.closes_at <= now:
        graced &= Q(returned_at__gt=now - timedelta(days=window.return_grace_days))
    return Application.objects.filter(Q(status=S.SUBMITTED) | graced, window=window)


def standing_of(window: AdmissionWindow) -> QuerySet[Application]:
    """Rejections that stand still."""
    return Application.objects.filter(window=window, status=S.STANDSTILL)


def applicants_of(window: AdmissionWindow) -> QuerySet[Application]:
    """Whom the window's notices go to: everybody who applied in it and did not withdraw."""
    return Application.objects.filter(window=window).exclude(status=S.WITHDRAWN).select_related("provider")
