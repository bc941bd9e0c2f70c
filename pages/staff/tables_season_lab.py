"""The table of who fares how by tried season rules."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from pages.columns import NumberColumn
from pages.season_lab_tables import group_names
from pages.staff.tables_lab import ShareColumn
from scoring.season_lab.models import ReplayMove
from scoring.seasons.enums import Outcome
from scoring.seasons.verdict_words import say_reason

Namer = Callable[[str], str]


class OutcomeColumn(tables.Column):
    """A verdict; a dash for who did not race, and the plain word in an export."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(empty_values=(), **kwargs)
        self.name_of_field = name

    def render(self, record: ReplayMove) -> SafeString:
        value = getattr(record, self.name_of_field)
        if not value:
            return format_html("—")
        return format_html('<span class="state state-{}">{}</span>', value, Outcome(value).label)

    def value(self, record: ReplayMove) -> str:
        return str(getattr(record, self.name_of_field))


class ReplayMoveTable(tables.Table):
    provider = tables.Column(verbose_name=gettext_lazy("Provider"), order_by="provider__code")
    real_track = tables.Column(verbose_name=gettext_lazy("Track then"))
    real_outcome = OutcomeColumn("real_outcome", verbose_name=gettext_lazy("What really happened"))
    track = tables.Column(verbose_name=gettext_lazy("Track"))
    place = NumberColumn(verbose_name=gettext_lazy("Place"))
    outcome = OutcomeColumn("outcome", verbose_name=gettext_lazy("By these rules"))
    reasons = tables.Column(verbose_name=gettext_lazy("Why"), orderable=False, attrs={"td": {"class": "lab-reasons"}})
    kept = ShareColumn(verbose_name=gettext_lazy("Same verdict, scores redrawn"))
    up_odds = ShareColumn(verbose_name=gettext_lazy("Odds of rising"))
    down_odds = ShareColumn(verbose_name=gettext_lazy("Odds of falling or leaving"))
    size = tables.Column(verbose_name=gettext_lazy("Size"))
    newcomer = tables.BooleanColumn(verbose_name=gettext_lazy("Newcomer"), yesno="✓,")

    class Meta:
        model = ReplayMove
        fields = (
            "provider",
            "real_track",
            "real_outcome",
            "track",
            "place",
            "outcome",
            "reasons",
            "kept",
            "up_odds",
            "down_odds",
            "size",
            "newcomer",
        )

    def __init__(self, *args: Any, track_names: Namer = str, real_names: Namer = str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.track_names, self.real_names = track_names, real_names

    def render_track(self, value: str) -> str:
        return self.track_names(value)

    def value_track(self, value: str) -> str:
        return value

    def render_real_track(self, value: str) -> str:
        return self.real_names(value)

    def value_real_track(self, value: str) -> str:
        return value

    def render_provider(self, record: ReplayMove) -> SafeString:
        address = reverse("pages:staff:provider_detail", args=[record.provider.code])
        return format_html(
            '<a class="text-nowrap" href="{}">{}</a><br><span class="text-secondary">{}</span>',
            address,
            record.provider.name,
            record.provider.code,
        )

    def value_provider(self, record: ReplayMove) -> str:
        return record.provider.code

    def render_reasons(self, record: ReplayMove) -> str:
        return " ".join(say_deciding(record))

    def render_size(self, value: str) -> str:
        return group_names().get(value, "—")

    def value_size(self, value: str) -> str:
        return value


def say_deciding(move: ReplayMove) -> list[str]:
    """Why the tried rules say so, in sentences."""
    told = [say_reason(one["code"], one["met"], one["params"]) for one in move.reasons]
    return [text for text in told if text]
