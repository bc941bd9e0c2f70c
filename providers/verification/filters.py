"""Filters of the reported false claims, for the page and the endpoint."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers.verification.enums import FalseClaimStatus
from providers.verification.models import FalseClaim


class FalseClaimFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    status = filters.ChoiceFilter(label=_("Status"), choices=FalseClaimStatus.choices, empty_label=_("Any"))

    class Meta:
        model = FalseClaim
        fields: list[str] = []

    def search(self, queryset: QuerySet[FalseClaim], name: str, value: str) -> QuerySet[FalseClaim]:
        return queryset.filter(Q(claimant__icontains=value) | Q(claimed_code__iexact=value))
