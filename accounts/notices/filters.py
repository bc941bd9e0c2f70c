"""Filters of the notices, for the page and the endpoint."""

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.notices.models import Notice


class NoticeFilter(filters.FilterSet):
    show = filters.ChoiceFilter(
        label=_("Show"),
        choices=[("unread", _("Not read yet")), ("read", _("Read"))],
        method="choose",
        empty_label=_("All"),
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def choose(self, queryset: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        return queryset.filter(read_at__isnull=value == "unread")
