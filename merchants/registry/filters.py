"""The filter of merchants, for the page and the endpoint."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from merchants.registry.enums import MerchantStage, MerchantType
from merchants.registry.models import Merchant
from providers.enums import Category, Region


class MerchantFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="match", label=_("Code or name"))
    merchant_type = django_filters.ChoiceFilter(label=_("Type"), choices=MerchantType.choices)
    category = django_filters.ChoiceFilter(label=_("Main category"), choices=Category.choices)
    region = django_filters.ChoiceFilter(label=_("Region"), choices=Region.choices)
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=MerchantStage.choices)

    class Meta:
        model = Merchant
        fields = ["search", "merchant_type", "category", "region", "stage"]

    def match(self, queryset: QuerySet[Merchant], name: str, value: str) -> QuerySet[Merchant]:
        return queryset.filter(Q(code__iexact=value) | Q(name__icontains=value))
