"""The filter of a board's rows; pages and endpoints use the same."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers.enums import ProviderType
from scoring.seasons.board_models import BoardRow


class BoardRowFilter(django_filters.FilterSet):
    """`track` and `day` chose the night before and are only kept."""

    search = django_filters.CharFilter(method="find", label=_("Provider"))
    provider_type = django_filters.ChoiceFilter(
        field_name="provider__provider_type", choices=ProviderType.choices, label=_("Type")
    )
    day = django_filters.CharFilter(method="keep", widget=forms.HiddenInput)
    track = django_filters.CharFilter(method="keep", widget=forms.HiddenInput)

    class Meta:
        model = BoardRow
        fields = ["search", "provider_type"]

    def find(self, queryset: "QuerySet[BoardRow]", name: str, value: str) -> "QuerySet[BoardRow]":
        """By the code of provider or trader, or a part of the provider's name."""
        codes = Q(provider__code__iexact=value) | Q(trader__code__iexact=value)
        return queryset.filter(codes | Q(provider__name__icontains=value))

    def keep(self, queryset: "QuerySet[BoardRow]", name: str, value: str) -> "QuerySet[BoardRow]":
        """Nothing to filter: the night is chosen by the view."""
        return queryset
