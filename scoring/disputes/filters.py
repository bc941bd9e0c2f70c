"""The filter of the list of disputes; pages and endpoints use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scoring.capabilities.fact_forms import column_choices
from scoring.disputes.clocks import SOON, DisputeClock
from scoring.disputes.enums import DisputeStatus
from scoring.disputes.models import Dispute


class DisputeFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("Provider or merchant"))
    status = django_filters.ChoiceFilter(choices=DisputeStatus.choices, label=_("Status"))
    column = django_filters.ChoiceFilter(choices=column_choices, label=_("Figure"))
    clock = django_filters.ChoiceFilter(choices=DisputeClock.choices, method="by_clock", label=_("Clock"))

    class Meta:
        model = Dispute
        fields = ["search", "status", "column", "clock"]

    def find(self, queryset: "QuerySet[Dispute]", name: str, value: str) -> "QuerySet[Dispute]":
        """By a code, or a part of the provider's name."""
        value = value.strip()
        return queryset.filter(
            Q(provider__code__iexact=value) | Q(merchant__iexact=value) | Q(provider__name__icontains=value)
        )

    def by_clock(self, queryset: "QuerySet[Dispute]", name: str, value: str) -> "QuerySet[Dispute]":
        """Open disputes by how their wait stands against the promise."""
        now = timezone.now()
        due = {
            DisputeClock.OVERDUE: Q(due_at__lte=now),
            DisputeClock.DUE_SOON: Q(due_at__gt=now, due_at__lte=now + SOON),
            DisputeClock.ON_TIME: Q(due_at__gt=now + SOON),
        }
        return queryset.filter(due[DisputeClock(value)], status=DisputeStatus.OPEN)
