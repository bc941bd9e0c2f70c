"""Reads about admission windows."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission
from providers.registry.models import Provider
from providers.windows.enums import ADVERTISED, MOVING, WindowStatus
from providers.windows.models import AdmissionWindow


def visible_to(user: User | AnonymousUser) -> QuerySet[AdmissionWindow]:
    """Staff see all windows, everybody else what was announced."""
    windows = AdmissionWindow.objects.all()
    return windows if has_permission(user, "window.view") else windows.exclude(status=WindowStatus.DRAFT)


def advertised() -> QuerySet[AdmissionWindow]:
    """What the public is shown: announced and open windows, the first to open on top."""
    return AdmissionWindow.objects.filter(status__in=ADVERTISED).order_by("opens_at", "pk")


def finished() -> QuerySet[AdmissionWindow]:
    """Windows whose list is final, the newest first."""
    return AdmissionWindow.objects.filter(status=WindowStatus.FINAL).order_by("-closes_at", "-pk")


def moving() -> QuerySet[AdmissionWindow]:
    """Windows that the clock may have to move on."""
    return AdmissionWindow.objects.filter(status__in=MOVING).order_by("pk")


def fitting(provider: Provider) -> QuerySet[AdmissionWindow]:
    """Windows for companies of this type and category."""
    return AdmissionWindow.objects.filter(
        Q(provider_types=[]) | Q(provider_types__contains=[provider.provider_type]),
        Q(categories=[]) | Q(categories__contains=[provider.category]),
    )


def open_for(provider: Provider, now: datetime) -> QuerySet[AdmissionWindow]:
    """The windows in which `provider` may begin an application now, those with a last day first."""
    opened = fitting(provider).filter(status=WindowStatus.OPEN, opens_at__lte=now)
    return opened.filter(Q(closes_at__isnull=True) | Q(closes_at__gt=now)).order_by("closes_at", "pk")


def next_for(provider: Provider, now: datetime) -> AdmissionWindow | None:
    """The announced window that opens next for `provider`."""
    return fitting(provider).filter(status=WindowStatus.ANNOUNCED, opens_at__gt=now).order_by("opens_at", "pk").first()
