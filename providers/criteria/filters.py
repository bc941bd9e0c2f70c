"""Filter of the list of criteria sets, for the page and the endpoint."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from providers.criteria.enums import SetStatus
from providers.criteria.models import CriteriaSet


class CriteriaSetFilter(filters.FilterSet):
    status = filters.ChoiceFilter(label=_("Status"), choices=SetStatus.choices, empty_label=_("Any"))

    class Meta:
        model = CriteriaSet
        fields = ["status"]
