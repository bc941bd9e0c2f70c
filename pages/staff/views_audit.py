"""The audit log, searchable by subject, person, action and time."""

from datetime import date
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.audit.models import AuditEntry
from common.days import end_of, start_of
from common.forms import DayInput
from pages.audit_labels import action_choices, name_action
from pages.base import ListPage, StaffPage
from pages.columns import MomentColumn
from providers.admission.review.selectors import without_hidden


def day_field(label: Any, method: str) -> filters.DateFilter:
    """A filter by business day."""
    widget = DayInput()
    return filters.DateFilter(label=label, method=method, widget=widget)


class AuditFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Subject or reason"), method="search")
    person = filters.CharFilter(label=_("Person"), method="by_person")
    action = filters.ChoiceFilter(label=_("Action"), choices=action_choices, empty_label=_("Any"))
    since = day_field(_("From day"), "from_day")
    until = day_field(_("To day"), "to_day")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def search(self, queryset: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        words = Q(subject_label__icontains=value) | Q(note__icontains=value)
        return queryset.filter(words | Q(subject_id=value) | Q(request_id=value))

    def by_person(self, queryset: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        return queryset.filter(Q(by__email__icontains=value) | Q(by__name__icontains=value))

    def from_day(self, queryset: QuerySet[AuditEntry], name: str, value: date) -> QuerySet[AuditEntry]:
        return queryset.filter(at__gte=start_of(value))

    def to_day(self, queryset: QuerySet[AuditEntry], name: str, value: date) -> QuerySet[AuditEntry]:
        return queryset.filter(at__lt=end_of(value))


class ChangesColumn(tables.Column):
    """The changed fields, each with its new value, or old and new."""

    def render(self, value: dict[str, Any]) -> SafeString:
        return format_html_join(
            "", "<div><code>{}</code> {}</div>", [(key, _describe(new)) for key, new in value.items()]
        )

    def value(self, value: dict[str, Any]) -> str:
        return "; ".join(f"{key}: {_describe(new)}" for key, new in value.items())


class AuditTable(tables.Table):
    at = MomentColumn(verbose_name=_("When"), attrs={"td": {"class": "text-nowrap"}})
    by = tables.Column(verbose_name=_("Who"), order_by="by__email", empty_values=())
    action = tables.Column(verbose_name=_("What"))
    subject_label = tables.Column(verbose_name=_("Subject"))
    note = tables.Column(verbose_name=_("Reason"), orderable=False)
    changes = ChangesColumn(verbose_name=_("Changes"), orderable=False)

    class Meta:
        attrs = {"caption": _("Audit log"), "class": "table-audit"}
        order_by = "-at"

    def render_by(self, value: Any) -> str:
        return str(value) if value else "Paddock"

    def render_action(self, value: str) -> SafeString:
        return format_html("{}<div><code>{}</code></div>", name_action(value), value)

    def value_action(self, value: str) -> str:
        return value


class AuditLog(StaffPage, ListPage):
    """Every mutation with who, when and why."""

    title = _("Audit log")
    lead = _("Who did what, when and why. Nothing here can be changed or removed.")
    permission = "audit.view"
    table_class = AuditTable
    filterset_class = AuditFilter
    export_name = "audit-log"

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return without_hidden(self.request.user, AuditEntry.objects.select_related("by"))


def _describe(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return " → ".join("—" if one in (None, "") else str(one) for one in value)
    return "—" if value in (None, "") else str(value)
