"""Filters of the list of windows, for the page and the endpoint."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers.windows.enums import WindowKind, WindowStatus
from providers.windows.models import AdmissionWindow


class WindowFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Title or code"), method="search")
    status = filters.ChoiceFilter(label=_("Status"), choices=WindowStatus.choices, empty_label=_("Any"))
    kind = filters.ChoiceFilter(label=_("Kind"), choices=WindowKind.choices, empty_label=_("Any"))

    class Meta:
        model = AdmissionWindow
        fields: list[str] = []

    def search(self, queryset: QuerySet[AdmissionWindow], name: str, value: str) -> QuerySet[AdmissionWindow]:
        return queryset.filter(Q(code__icontains=value) | Q(title_zh__icontains=value) | Q(title_en__icontains=value))
