"""Tables of corrections and related merchants."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from common.templatetags.paddock import percent
from pages.columns import CountColumn, DayColumn, MomentColumn, NumberColumn
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.related_models import RelatedMerchant


class AdjustmentTable(tables.Table):
    number = tables.Column(
        verbose_name=_("Correction"),
        order_by="pk",
        linkify=lambda record: reverse("pages:staff:adjustment_detail", args=[record.pk]),
    )
    kind = tables.Column()
    reference = tables.Column(default="—")
    day_from = DayColumn()
    day_to = DayColumn()
    provider_count = CountColumn()
    line_count = CountColumn()
    created_at = MomentColumn()
    created_by = tables.Column(verbose_name=_("Made by"), order_by="created_by__email")

    class Meta:
        model = Adjustment
        fields = (
            "number",
            "kind",
            "reference",
            "day_from",
            "day_to",
            "provider_count",
            "line_count",
            "created_at",
            "created_by",
        )
        attrs = {"caption": _("Corrections of facts")}


class RelatedMerchantTable(tables.Table):
    provider = tables.Column(
        accessor="provider__name",
        order_by="provider__name",
        linkify=lambda record: reverse("pages:staff:related_detail", args=[record.pk]),
    )
    merchant = tables.Column()
    reasons = tables.Column(orderable=False)
    strength = NumberColumn()
    recorded_at = MomentColumn()
    state = tables.Column(verbose_name=_("Effect"), empty_values=(), order_by="ended_at")

    class Meta:
        model = RelatedMerchant
        fields = ("provider", "merchant", "reasons", "strength", "recorded_at", "state")
        attrs = {"caption": _("Related merchants")}

    def render_reasons(self, record: Any) -> str:
        return _now(", ").join(record.reason_labels)

    def value_reasons(self, record: Any) -> str:
        return " ".join(record.reasons)

    def render_strength(self, value: float) -> str:
        return percent(value)

    def value_strength(self, value: float) -> float:
        return value

    def render_state(self, record: Any) -> SafeString:
        tone = "live" if record.is_open else "closed"
        text = _now("left out") if record.is_open else _now("counts")
        return format_html('<span class="state state-{}">{}</span>', tone, text)

    def value_state(self, record: Any) -> str:
        return "left_out" if record.is_open else "counts"
