"""Filters of the lists of trials and moves; pages and endpoints use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers.enums import Region
from scoring.lab.enums import MoveKind
from scoring.lab.models import LabMove, LabTrial
from scoring.trials.enums import TrialStatus

SIZES = (("small", _("small")), ("medium", _("medium size")), ("large", _("large")))
YES_NO = (("1", _("Yes")), ("0", _("No")))


class LabTrialFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=TrialStatus.choices, label=_("Status"))
    scoring_model = django_filters.NumberFilter(label=_("Scoring model"))

    class Meta:
        model = LabTrial
        fields = ["status", "scoring_model"]


class LabMoveFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("Provider"))
    kind = django_filters.ChoiceFilter(choices=MoveKind.choices, label=_("Move"))
    affected = django_filters.ChoiceFilter(choices=YES_NO, label=_("Affected"))
    size = django_filters.ChoiceFilter(choices=SIZES, label=_("Size of the provider"))
    region = django_filters.ChoiceFilter(choices=Region.choices, label=_("Region"))
    newcomer = django_filters.ChoiceFilter(choices=YES_NO, label=_("Newcomer"))
    level_before = django_filters.NumberFilter(label=_("Level before"))
    level_after = django_filters.NumberFilter(label=_("Level after"))

    class Meta:
        model = LabMove
        fields = ["search", "kind", "affected", "size", "region", "newcomer", "level_before", "level_after"]

    def find(self, queryset: "QuerySet[LabMove]", name: str, value: str) -> "QuerySet[LabMove]":
        """By code or a part of the name."""
        return queryset.filter(Q(provider__code__iexact=value) | Q(provider__name__icontains=value))
