"""The filter of the list of bans; the page and the endpoint use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from scoring.seasons.ban_models import BoardBan

NOW, COMING, OVER = "now", "coming", "over"


class BanFilter(django_filters.FilterSet):
    provider = django_filters.CharFilter(method="find", label=_("Provider"))
    state = django_filters.ChoiceFilter(
        method="keep_state",
        label=_("State"),
        empty_label=_("Any"),
        choices=((NOW, _("In force")), (COMING, _("Still to come")), (OVER, _("Over"))),
    )

    class Meta:
        model = BoardBan
        fields: list[str] = []

    def find(self, queryset: "QuerySet[BoardBan]", name: str, value: str) -> "QuerySet[BoardBan]":
        """By code or a part of the name."""
        return queryset.filter(Q(provider__code__iexact=value) | Q(provider__name__icontains=value))

    def keep_state(self, queryset: "QuerySet[BoardBan]", name: str, value: str) -> "QuerySet[BoardBan]":
        """By where today stands in the days of the ban."""
        today = business_day(timezone.now())
        over = Q(lifted_on__isnull=False) | Q(ends_on__lt=today)
        if value == OVER:
            return queryset.filter(over)
        begun = Q(starts_on__lte=today)
        return queryset.filter(~over, begun if value == NOW else ~begun)
