"""Filters of a trader list, for the page and the endpoint."""

from datetime import timedelta

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from providers.enums import Capability
from providers.traders.enums import CertificateStatus, TraderLevel, TraderStatus, VerificationStatus
from providers.traders.models import Certificate, Trader

WITHIN_DAYS = (7, 14, 30, 90)


class TraderFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    status = filters.ChoiceFilter(label=_("Status"), choices=TraderStatus.choices, empty_label=_("Any"))
    verification = filters.ChoiceFilter(
        label=_("Verification"), choices=VerificationStatus.choices, empty_label=_("Any")
    )
    level = filters.ChoiceFilter(label=_("Level"), choices=TraderLevel.choices, empty_label=_("Any"))
    expires_within = filters.ChoiceFilter(
        label=_("Certificate ends within"),
        choices=[(str(days), format_lazy(_("{days} days"), days=days)) for days in WITHIN_DAYS],
        method="ends_soon",
        empty_label=_("Any"),
    )
    capability = filters.ChoiceFilter(
        label=_("Capability"), choices=Capability.choices, method="can", empty_label=_("Any")
    )

    class Meta:
        model = Trader
        fields: list[str] = []

    def search(self, queryset: QuerySet[Trader], name: str, value: str) -> QuerySet[Trader]:
        own = Q(name__icontains=value) | Q(code__iexact=value)
        return queryset.filter(own | Q(provider__code__iexact=value) | Q(provider__name__icontains=value))

    def can(self, queryset: QuerySet[Trader], name: str, value: str) -> QuerySet[Trader]:
        return queryset.filter(capabilities__contains=[value])

    def ends_soon(self, queryset: QuerySet[Trader], name: str, value: str) -> QuerySet[Trader]:
        last = business_day(timezone.now()) + timedelta(days=int(value))
        soon = Certificate.objects.filter(trader=OuterRef("pk"), status=CertificateStatus.VALID, expires_on__lte=last)
        return queryset.filter(Exists(soon))
