"""The filter of the list of disputes; pages and endpoints use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scoring.capabilities.fact_forms import column_choices
from scoring.disputes.enums import DisputeStatus
from scoring.disputes.models import Dispute


class DisputeFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("Provider or merchant"))
    status = django_filters.ChoiceFilter(choices=DisputeStatus.choices, label=_("Status"))
    column = django_filters.ChoiceFilter(choices=column_choices, label=_("Figure"))
    overdue = django_filters.BooleanFilter(method="is_overdue", label=_("Overdue"))

    class Meta:
        model = Dispute
        fields = ["search", "status", "column", "overdue"]

    def find(self, queryset: "QuerySet[Dispute]", name: str, value: str) -> "QuerySet[Dispute]":
        """By a code, or a part of the provider's name."""
        value = value.strip()
        return queryset.filter(
            Q(provider__code__iexact=value) | Q(merchant__iexact=value) | Q(provider__name__icontains=value)
        )

    def is_overdue(self, queryset: "QuerySet[Dispute]", name: str, value: bool) -> "QuerySet[Dispute]":
        """Whether an open dispute waits longer than promised."""
        late = Q(status=DisputeStatus.OPEN, due_at__lte=timezone.now())
        return queryset.filter(late) if value else queryset.exclude(late)
