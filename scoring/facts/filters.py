"""The filter of the list of batches; page and endpoint use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from scoring.facts.enums import FactBatchStatus
from scoring.facts.models import FactBatch


class FactBatchFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("File or digest"))
    status = django_filters.ChoiceFilter(choices=FactBatchStatus.choices, label=_("Status"))
    source = django_filters.CharFilter(label=_("Source"))
    day = django_filters.DateFilter(method="with_day", label=_("Holds the day"), widget=DayInput())

    class Meta:
        model = FactBatch
        fields = ["search", "status", "source", "day"]

    def find(self, queryset: "QuerySet[FactBatch]", name: str, value: str) -> "QuerySet[FactBatch]":
        """By a part of the file's name, or the beginning of the digest."""
        return queryset.filter(Q(file_name__icontains=value) | Q(digest__startswith=value.lower()))

    def with_day(self, queryset: "QuerySet[FactBatch]", name: str, value: object) -> "QuerySet[FactBatch]":
        """Batches that reach over one business day."""
        return queryset.filter(day_from__lte=value, day_to__gte=value)
