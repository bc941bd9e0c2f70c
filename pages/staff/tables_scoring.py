"""Tables of models, runs and scorecards."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from common.templatetags.paddock import local_text, number
from pages.charts_scoring import interval_text
from pages.columns import CountColumn, DayColumn, MomentColumn, NumberColumn, StatusColumn
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel


class ScoreColumn(NumberColumn):
    """A score with one decimal; full precision in an export."""

    def render(self, value: float) -> str:
        return number(value, 1)

    def value(self, value: float) -> str:
        return "" if value is None else repr(value)


class ScoringModelTable(tables.Table):
    name = tables.Column(accessor="key", verbose_name=gettext_lazy("Model"), order_by="key")
    model_version = tables.Column()
    status = StatusColumn(verbose_name=gettext_lazy("Status"))
    effective_from = DayColumn()
    published_at = MomentColumn(verbose_name=gettext_lazy("Published at"))
    digest = tables.Column(verbose_name=gettext_lazy("Digest"), orderable=False)

    class Meta:
        model = ScoringModel
        fields = ("name", "model_version", "status", "effective_from", "published_at", "digest")
        attrs = {"caption": gettext_lazy("Scoring models")}

    def render_name(self, record: ScoringModel) -> SafeString:
        address = reverse("pages:staff:scoring_model_detail", args=[record.pk])
        return format_html('<a href="{}">{}</a>', address, local_text(record, "name") or record.key)

    def value_name(self, record: ScoringModel) -> str:
        return record.key

    def render_digest(self, value: str) -> SafeString:
        return format_html("<code>{}</code>", value[:12])

    def value_digest(self, value: str) -> str:
        return value


class ScoreRunTable(tables.Table):
    as_of = DayColumn(linkify=lambda record: reverse("pages:staff:score_run_detail", args=[record.pk]))
    scoring_model = tables.Column(verbose_name=gettext_lazy("Scoring model"))
    status = StatusColumn(verbose_name=gettext_lazy("Status"))
    fact_count = CountColumn(verbose_name=gettext_lazy("Facts"))
    provider_count = CountColumn(verbose_name=gettext_lazy("Providers"))
    assessed_count = CountColumn(verbose_name=gettext_lazy("Assessed"))
    created_at = MomentColumn(verbose_name=gettext_lazy("Started"))
    created_by = tables.Column(verbose_name=gettext_lazy("Started by"), default="Paddock")

    class Meta:
        model = ScoreRun
        fields = (
            "as_of",
            "scoring_model",
            "status",
            "fact_count",
            "provider_count",
            "assessed_count",
            "created_at",
            "created_by",
        )
        attrs = {"caption": gettext_lazy("Score runs")}


class ScorecardTable(tables.Table):
    rank = NumberColumn(verbose_name=gettext_lazy("Rank"))
    provider = tables.Column(
        verbose_name=gettext_lazy("Provider"),
        order_by="provider__code",
        linkify=lambda record: reverse("pages:staff:scorecard_detail", args=[record.pk]),
    )
    status = StatusColumn(verbose_name=gettext_lazy("Status"))
    composite = ScoreColumn(verbose_name=gettext_lazy("Score"))
    interval = NumberColumn(accessor="lower", verbose_name=gettext_lazy("Interval"), order_by="lower")
    level = NumberColumn(verbose_name=gettext_lazy("Level"))
    metrics_assessed = NumberColumn(verbose_name=gettext_lazy("Metrics assessed"))

    class Meta:
        model = Scorecard
        fields = ("rank", "provider", "status", "composite", "interval", "level", "metrics_assessed")
        attrs = {"caption": gettext_lazy("Scorecards")}

    def render_interval(self, record: Any) -> str:
        return interval_text(record.lower, record.upper)
