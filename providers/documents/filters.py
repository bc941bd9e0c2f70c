"""Filters of the document list, for the page and the endpoint."""

from datetime import timedelta

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from providers.documents.enums import LIVE, DocumentStatus, DocumentType
from providers.documents.models import Document

WITHIN = [
    ("7", _("7 days")),
    ("14", _("14 days")),
    ("30", _("30 days")),
    ("90", _("90 days")),
]


class DocumentFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Company or code"), method="search")
    document_type = filters.ChoiceFilter(label=_("Document"), choices=DocumentType.choices, empty_label=_("Any"))
    status = filters.ChoiceFilter(label=_("Status"), choices=DocumentStatus.choices, empty_label=_("Any"))
    expires_within = filters.ChoiceFilter(
        label=_("Expires within"), choices=WITHIN, method="expire_within", empty_label=_("Any time")
    )

    class Meta:
        model = Document
        fields: list[str] = []

    def search(self, queryset: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        return queryset.filter(Q(provider__name__icontains=value) | Q(provider__code__iexact=value))

    def expire_within(self, queryset: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        """Those that count now and expire in at most so many days."""
        until = business_day(timezone.now()) + timedelta(days=int(value))
        return queryset.filter(status__in=LIVE, expires_on__lte=until)
