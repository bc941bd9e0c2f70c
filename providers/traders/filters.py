"""Filters of a trader list, for the page and the endpoint."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers.enums import Capability
from providers.traders.enums import TraderLevel, TraderStatus
from providers.traders.models import Trader


class TraderFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    status = filters.ChoiceFilter(label=_("Status"), choices=TraderStatus.choices, empty_label=_("Any"))
    level = filters.ChoiceFilter(label=_("Level"), choices=TraderLevel.choices, empty_label=_("Any"))
    capability = filters.ChoiceFilter(
        label=_("Capability"), choices=Capability.choices, method="can", empty_label=_("Any")
    )

    class Meta:
        model = Trader
        fields: list[str] = []

    def search(self, queryset: QuerySet[Trader], name: str, value: str) -> QuerySet[Trader]:
        return queryset.filter(Q(name__icontains=value) | Q(code__iexact=value))

    def can(self, queryset: QuerySet[Trader], name: str, value: str) -> QuerySet[Trader]:
        return queryset.filter(capabilities__contains=[value])
