"""Filters of the lists of models, runs and scorecards; pages and endpoints use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from providers.enums import ProviderType
from scoring.capabilities.enums import CardStatus, ModelStatus, RunStatus
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel


class ScoringModelFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ModelStatus.choices, label=_("Status"))
    key = django_filters.CharFilter(label=_("Model"))

    class Meta:
        model = ScoringModel
        fields = ["status", "key"]


class ScoreRunFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=RunStatus.choices, label=_("Status"))
    as_of_after = django_filters.DateFilter("as_of", "gte", label=_("From day"), widget=DayInput())
    as_of_before = django_filters.DateFilter("as_of", "lte", label=_("To day"), widget=DayInput())
    scoring_model = django_filters.ModelChoiceFilter(
        queryset=ScoringModel.objects.exclude(published_at=None).order_by("key", "-published_at"),
        label=_("Scoring model"),
    )

    class Meta:
        model = ScoreRun
        fields = ["status", "as_of_after", "as_of_before", "scoring_model"]


class ScorecardFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("Provider"))
    status = django_filters.ChoiceFilter(choices=CardStatus.choices, label=_("Status"))
    provider_type = django_filters.ChoiceFilter(
        field_name="provider__provider_type", choices=ProviderType.choices, label=_("Type")
    )
    run = django_filters.NumberFilter(label=_("Score run"))
    level = django_filters.NumberFilter(label=_("Level"))

    class Meta:
        model = Scorecard
        fields = ["search", "status", "provider_type", "run", "level"]

    def find(self, queryset: "QuerySet[Scorecard]", name: str, value: str) -> "QuerySet[Scorecard]":
        """By code or a part of the name."""
        return queryset.filter(Q(provider__code__iexact=value) | Q(provider__name__icontains=value))
