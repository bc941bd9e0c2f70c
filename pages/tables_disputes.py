"""Tables of disputes, for either side."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.templatetags.paddock import day
from pages.columns import MomentColumn, NumberColumn, ToneColumn
from pages.waiting import say_left
from scoring.capabilities.words import figure_name, format_figure
from scoring.disputes.models import Dispute


class FigureColumn(NumberColumn):
    """A sum of the disputed figure; the plain number in an export."""

    def render(self, record: Any, value: int) -> str:
        return format_figure(record.column, value)

    def value(self, value: int) -> int:
        return value


class OwnDisputeTable(tables.Table):
    number = tables.Column(
        verbose_name=_("Dispute"),
        order_by="pk",
        linkify=lambda record: reverse("pages:provider:dispute_detail", args=[record.pk]),
    )
    status = ToneColumn()
    column = tables.Column()
    days = tables.Column(verbose_name=_("Days"), empty_values=(), order_by="day_from")
    merchant = tables.Column(default="—")
    held = FigureColumn()
    should_be = FigureColumn()
    opened_at = MomentColumn()
    due_at = tables.Column(verbose_name=_("Clock"))

    class Meta:
        model = Dispute
        fields = ("number", "status", "column", "days", "merchant", "held", "should_be", "opened_at", "due_at")
        attrs = {"caption": _("Disputes")}

    def render_column(self, value: str) -> str:
        return figure_name(value)

    def value_column(self, record: Any) -> str:
        return str(record.column)

    def render_days(self, record: Any) -> str:
        first, last = day(record.day_from), day(record.day_to)
        return first if first == last else f"{first} – {last}"

    def value_days(self, record: Any) -> str:
        return f"{record.day_from.isoformat()}/{record.day_to.isoformat()}"

    def render_due_at(self, record: Any, value: Any) -> str:
        return say_left(value, timezone.now()) if record.is_open else "—"

    def value_due_at(self, value: Any) -> str:
        return str(value.isoformat())


class DisputeTable(OwnDisputeTable):
    number = tables.Column(
        verbose_name=_("Dispute"),
        order_by="pk",
        linkify=lambda record: reverse("pages:staff:dispute_detail", args=[record.pk]),
    )
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", order_by="provider__name")

    class Meta(OwnDisputeTable.Meta):
        fields = (
            "number",
            "status",
            "provider",
            "column",
            "days",
            "merchant",
            "held",
            "should_be",
            "opened_at",
            "due_at",
        )
