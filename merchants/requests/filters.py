"""The filter of help requests, for the pages and the endpoint."""

import django_filters
from django.utils.translation import gettext_lazy as _

from merchants.requests.enums import Goal, Mode, RequestStatus
from merchants.requests.models import HelpRequest
from providers.enums import Category


class HelpRequestFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(field_name="title", lookup_expr="icontains", label=_("Title"))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=RequestStatus.choices)
    goal = django_filters.ChoiceFilter(label=_("Goal"), choices=Goal.choices)

    class Meta:
        model = HelpRequest
        fields = ["search", "status", "goal"]


class MatchDeskFilter(HelpRequestFilter):
    """What staff narrow down by, besides."""

    merchant = django_filters.CharFilter(field_name="merchant__code", lookup_expr="iexact", label=_("Shop code"))
    category = django_filters.ChoiceFilter(label=_("Category"), choices=Category.choices)
    mode = django_filters.ChoiceFilter(label=_("Who chooses"), choices=Mode.choices)

    class Meta(HelpRequestFilter.Meta):
        fields = ["search", "merchant", "status", "goal", "category", "mode"]
