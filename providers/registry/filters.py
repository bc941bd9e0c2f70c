"""Filters of the provider list, for the page and the endpoint."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers.enums import Category, ProviderType, Region
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider


class ProviderFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    status = filters.ChoiceFilter(label=_("Status"), choices=ProviderStatus.choices, empty_label=_("Any"))
    provider_type = filters.ChoiceFilter(label=_("Type"), choices=ProviderType.choices, empty_label=_("Any"))
    category = filters.ChoiceFilter(label=_("Main category"), choices=Category.choices, empty_label=_("Any"))
    region = filters.ChoiceFilter(label=_("Region"), choices=Region.choices, empty_label=_("Any"))

    class Meta:
        model = Provider
        fields: list[str] = []

    def search(self, queryset: QuerySet[Provider], name: str, value: str) -> QuerySet[Provider]:
        return queryset.filter(Q(name__icontains=value) | Q(code__iexact=value) | Q(uscc__iexact=value))
