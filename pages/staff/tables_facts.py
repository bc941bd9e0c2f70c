"""Tables of batches and of their reports."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pages.columns import CountColumn, DayColumn, MomentColumn, NumberColumn, StatusColumn
from scoring.facts.enums import Fault, Notice
from scoring.facts.models import FactBatch

SENTENCES: dict[str, Any] = {**dict(Fault.choices), **dict(Notice.choices)}


class FactBatchTable(tables.Table):
    id = NumberColumn(
        verbose_name=_("Batch"), linkify=lambda record: reverse("pages:staff:fact_batch_detail", args=[record.pk])
    )
    status = StatusColumn()
    file_name = tables.Column(linkify=lambda record: reverse("pages:staff:fact_batch_detail", args=[record.pk]))
    source = tables.Column()
    day_from = DayColumn()
    day_to = DayColumn()
    rows = CountColumn()
    rejected_rows = CountColumn(verbose_name=_("Rejected"))
    received_at = MomentColumn()
    received_by = tables.Column(verbose_name=_("Sent by"), default="Paddock", order_by="received_by__email")

    class Meta:
        model = FactBatch
        fields = (
            "id",
            "status",
            "file_name",
            "source",
            "day_from",
            "day_to",
            "rows",
            "rejected_rows",
            "received_at",
            "received_by",
        )
        attrs = {"caption": _("Batches of facts")}


class ReportTable(tables.Table):
    row = CountColumn(verbose_name=_("Row"))
    column = tables.Column(verbose_name=_("Column"), default="—")
    value = tables.Column(verbose_name=_("Value"), orderable=False, default="")
    reason = tables.Column(verbose_name=_("What is wrong"))

    class Meta:
        attrs = {"caption": _("Report by row")}

    def render_reason(self, value: str) -> Any:
        return SENTENCES.get(value, value)

    def value_reason(self, value: str) -> str:
        return value
