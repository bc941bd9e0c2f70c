"""Filters of the lists of adjustments and of related merchants; pages and endpoints use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.enums import AdjustmentKind
from scoring.facts.related_models import RelatedMerchant


class AdjustmentFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=AdjustmentKind.choices, label=_("Kind"))
    provider = django_filters.CharFilter(method="of_provider", label=_("Provider code"))
    day = django_filters.DateFilter(method="with_day", label=_("Holds the day"), widget=DayInput())

    class Meta:
        model = Adjustment
        fields = ["kind", "provider", "day"]

    def of_provider(self, queryset: "QuerySet[Adjustment]", name: str, value: str) -> "QuerySet[Adjustment]":
        """Those that touch a provider."""
        return queryset.filter(lines__provider__code__iexact=value.strip()).distinct()

    def with_day(self, queryset: "QuerySet[Adjustment]", name: str, value: object) -> "QuerySet[Adjustment]":
        """Those that reach over one business day."""
        return queryset.filter(day_from__lte=value, day_to__gte=value)


class RelatedMerchantFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("Provider or merchant"))
    effect = django_filters.ChoiceFilter(
        choices=[("left_out", _("left out")), ("counts", _("counts"))], method="by_effect", label=_("Effect")
    )

    class Meta:
        model = RelatedMerchant
        fields = ["search", "effect"]

    def find(self, queryset: "QuerySet[RelatedMerchant]", name: str, value: str) -> "QuerySet[RelatedMerchant]":
        """By either code, or a part of the provider's name."""
        value = value.strip()
        return queryset.filter(
            Q(provider__code__iexact=value) | Q(merchant__iexact=value) | Q(provider__name__icontains=value)
        )

    def by_effect(self, queryset: "QuerySet[RelatedMerchant]", name: str, value: str) -> "QuerySet[RelatedMerchant]":
        """Pairs whose facts do not count, or those that count again."""
        return queryset.filter(ended_at__isnull=value == "left_out")
