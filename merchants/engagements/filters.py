"""The filter of engagements, for the pages and the endpoint."""

import django_filters
from django.utils.translation import gettext_lazy as _

from merchants.engagements.enums import EngagementStatus
from merchants.engagements.models import Engagement
from merchants.requests.enums import Goal
from providers.enums import Category


class EngagementFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label=_("Status"), choices=EngagementStatus.choices)
    goal = django_filters.ChoiceFilter(label=_("Goal"), choices=Goal.choices)
    category = django_filters.ChoiceFilter(label=_("Category"), choices=Category.choices)

    class Meta:
        model = Engagement
        fields = ["status", "goal", "category"]


class EngagementPartiesFilter(EngagementFilter):
    """What staff narrow down by, besides."""

    merchant = django_filters.CharFilter(field_name="merchant__code", lookup_expr="iexact", label=_("Shop code"))
    provider = django_filters.CharFilter(field_name="provider__code", lookup_expr="iexact", label=_("Provider code"))

    class Meta(EngagementFilter.Meta):
        fields = ["merchant", "provider", "status", "goal", "category"]
