"""Filters of the lists of seasons and standings; pages and endpoints use the same."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers.enums import ProviderType
from scoring.seasons.enums import ObjectionKind, ObjectionStatus, SeasonStatus
from scoring.seasons.models import Season, Standing
from scoring.seasons.objection_models import Objection


class SeasonFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=SeasonStatus.choices, label=_("Status"))

    class Meta:
        model = Season
        fields = ["status"]


class ObjectionFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ObjectionStatus.choices, label=_("Status"))
    kind = django_filters.ChoiceFilter(choices=ObjectionKind.choices, label=_("Kind"))
    season = django_filters.CharFilter(field_name="track__season__code", label=_("Season"))

    class Meta:
        model = Objection
        fields = ["status", "kind", "season"]


class StandingFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("Provider"))
    provider_type = django_filters.ChoiceFilter(
        field_name="provider__provider_type", choices=ProviderType.choices, label=_("Type")
    )

    class Meta:
        model = Standing
        fields = ["search", "provider_type"]

    def find(self, queryset: "QuerySet[Standing]", name: str, value: str) -> "QuerySet[Standing]":
        """By code or a part of the name."""
        return queryset.filter(Q(provider__code__iexact=value) | Q(provider__name__icontains=value))


class NightFilter(StandingFilter):
    """The filter of a night; `track` and `day` chose the night before and are only kept."""

    day = django_filters.CharFilter(method="keep", widget=forms.HiddenInput)
    track = django_filters.CharFilter(method="keep", widget=forms.HiddenInput)

    def keep(self, queryset: "QuerySet[Standing]", name: str, value: str) -> "QuerySet[Standing]":
        """Nothing to filter: the night is chosen by the view."""
        return queryset
