"""The table of who moves between two rules."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from common.templatetags.paddock import percent
from pages.columns import NumberColumn
from pages.staff.tables_scoring import ScoreColumn
from pages.templatetags.scoring import gain
from scoring.lab.models import LabMove


class ChangeColumn(NumberColumn):
    """A change with its sign and colour; the number alone in an export."""

    def __init__(self, decimals: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.decimals = decimals

    def render(self, value: float) -> SafeString:
        shown = round(value, self.decimals)
        kind = "up" if shown > 0 else "down" if shown < 0 else "same"
        return format_html('<span class="move-{}">{}</span>', kind, gain(value, self.decimals))

    def value(self, value: float | None) -> str:
        return "" if value is None else repr(value)


class ShareColumn(NumberColumn):
    """A share in per cent; the plain share in an export."""

    def render(self, value: float) -> str:
        return percent(value)

    def value(self, value: float | None) -> str:
        return "" if value is None else repr(value)


class LabMoveTable(tables.Table):
    provider = tables.Column(verbose_name=gettext_lazy("Provider"), order_by="provider__code")
    kind = tables.Column(verbose_name=gettext_lazy("Move"))
    score_before = ScoreColumn(verbose_name=gettext_lazy("Score before"))
    score_after = ScoreColumn(verbose_name=gettext_lazy("Score after"))
    score_change = ChangeColumn(decimals=1, verbose_name=gettext_lazy("Change"))
    rank_before = NumberColumn(verbose_name=gettext_lazy("Rank before"))
    rank_after = NumberColumn(verbose_name=gettext_lazy("Rank after"))
    rank_change = ChangeColumn(verbose_name=gettext_lazy("Places"))
    level_before = NumberColumn(verbose_name=gettext_lazy("Level before"))
    level_after = NumberColumn(verbose_name=gettext_lazy("Level after"))
    level_kept = ShareColumn(verbose_name=gettext_lazy("Keeps its level, weights varied"))
    level_kept_noise = ShareColumn(verbose_name=gettext_lazy("Keeps its level, facts redrawn"))

    class Meta:
        model = LabMove
        fields = (
            "provider",
            "kind",
            "score_before",
            "score_after",
            "score_change",
            "rank_before",
            "rank_after",
            "rank_change",
            "level_before",
            "level_after",
            "level_kept",
            "level_kept_noise",
        )

    def render_provider(self, record: LabMove) -> SafeString:
        address = reverse("pages:staff:provider_detail", args=[record.provider.code])
        return format_html(
            '<a class="text-nowrap" href="{}">{}</a><br><span class="text-secondary">{}</span>',
            address,
            record.provider.name,
            record.provider.code,
        )

    def value_provider(self, record: LabMove) -> str:
        return record.provider.code
