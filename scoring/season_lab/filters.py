"""Filters of the lists of trials and moves; pages and endpoints use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from scoring.lab.filters import YES_NO
from scoring.season_lab.models import ReplayMove, SeasonTrial
from scoring.seasons.enums import Outcome
from scoring.trials.enums import TrialStatus

THIRDS = (("small", _("Smallest third")), ("medium", _("Middle third")), ("large", _("Largest third")))


class SeasonTrialFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=TrialStatus.choices, label=_("Status"))
    season = django_filters.NumberFilter(label=_("Season"))

    class Meta:
        model = SeasonTrial
        fields = ["status", "season"]


class ReplayMoveFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("Provider"))
    differs = django_filters.ChoiceFilter(choices=YES_NO, label=_("Differs from what happened"))
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices, label=_("By these rules"))
    real_outcome = django_filters.ChoiceFilter(choices=Outcome.choices, label=_("What really happened"))
    track = django_filters.CharFilter(label=_("Track"))
    size = django_filters.ChoiceFilter(choices=THIRDS, label=_("Size of the provider"))
    newcomer = django_filters.ChoiceFilter(choices=YES_NO, label=_("Newcomer"))
    reversed = django_filters.ChoiceFilter(choices=YES_NO, label=_("Turned round by the next season"))

    class Meta:
        model = ReplayMove
        fields = ["search", "differs", "outcome", "real_outcome", "track", "size", "newcomer", "reversed"]

    def find(self, queryset: "QuerySet[ReplayMove]", name: str, value: str) -> "QuerySet[ReplayMove]":
        """By code or a part of the name."""
        return queryset.filter(Q(provider__code__iexact=value) | Q(provider__name__icontains=value))
