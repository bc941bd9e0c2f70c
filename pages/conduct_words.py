"""Probation, watch list and nights as templates and tables show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import day, local_text
from providers.conduct.models import Probation, ProbationTarget, WatchEntry
from providers.conduct.selectors import criteria_by_key, trend_of
from providers.criteria.enums import Direction
from providers.criteria.models import Criterion
from providers.criteria.sentences import say_limit, say_signal, say_value
from providers.criteria.signals import SIGNAL_OF


@dataclass(frozen=True)
class EntryWords:
    """An entry of the watch list with what the template cannot work out itself. `measure` is empty for a criterion
    without a measured limit."""

    entry: WatchEntry
    criterion: Criterion | None
    title: str
    measure: str
    value: str
    limit: str


@dataclass(frozen=True)
class TargetWords:
    """A target with the figure to hold against it; `met` is None when it is not known."""

    row: ProbationTarget
    measure: str
    limit: str
    value: str
    met: bool | None


def describe_entries(entries: Sequence[WatchEntry]) -> list[EntryWords]:
    """The entries with their criteria, in the order given."""
    criteria = criteria_by_key(list(entries))
    return [_describe(entry, criteria.get((entry.criteria_set_id, entry.criterion_key))) for entry in entries]


def _describe(entry: WatchEntry, criterion: Criterion | None) -> EntryWords:
    measure = criterion.measure if criterion else ""
    return EntryWords(
        entry=entry,
        criterion=criterion,
        title=local_text(criterion, "title") or entry.criterion_key,
        measure=say_signal(measure) if measure else "",
        value=say_value(measure, entry.value) if measure else "",
        limit=say_limit(criterion) if criterion else "",
    )


def describe_targets(probation: Probation, present: dict[str, float | None] | None = None) -> list[TargetWords]:
    """The targets with what they were judged by, or with the figures of today in `present` before that."""
    found = []
    for row in probation.targets.all():
        value, met = row.value, row.met
        if probation.judged_on is None and present is not None:
            value = present.get(row.measure)
            met = None if value is None else row.as_target().is_met(value)
        limit = say_value(row.measure, row.limit)
        words = _("at most %(limit)s") if row.direction == Direction.AT_MOST else _("at least %(limit)s")
        found.append(
            TargetWords(row, say_signal(row.measure), words % {"limit": limit}, say_value(row.measure, value), met)
        )
    return found


def draw_trend(entry: WatchEntry, criterion: Criterion | None, today: date) -> dict[str, Any] | None:
    """The measure over the last weeks beside its limit; None for fewer than two days."""
    if criterion is None or not criterion.measure or criterion.limit is None:
        return None
    points = trend_of(entry.provider_id, criterion.measure, today)
    if len(points) < 2:
        return None
    factor, unit, decimals = _scale(criterion.measure)
    return {
        "kind": "line",
        "label": _("%(measure)s over the last weeks") % {"measure": say_signal(criterion.measure)},
        "data": {
            "x": [day(at) for at, _value in points],
            "decimals": decimals,
            "unit": unit,
            "series": [
                {"name": say_signal(criterion.measure), "values": [value * factor for _at, value in points]},
                {"name": _("Limit"), "values": [criterion.limit * factor] * len(points)},
            ],
        },
        "head": [_("Day"), say_signal(criterion.measure), _("Limit")],
        "rows": [
            [day(at), say_value(criterion.measure, value), say_limit(criterion)] for at, value in reversed(points)
        ],
    }


def _scale(measure: str) -> tuple[float, str, int]:
    """By what a value is multiplied for people, with its unit and decimals."""
    unit = SIGNAL_OF[measure].unit if measure in SIGNAL_OF else "count"
    return {"share": (100.0, "%", 2), "minor": (0.01, "", 0)}.get(unit, (1.0, "", 1))
