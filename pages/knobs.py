"""Sliders with number fields: what a what-if page draws, and what it reads back. Works as a plain form.

Each knob sends `v_<key>` of the number field, `r_<key>` of the slider, and `p_<key>`, what both showed when the page
was drawn (its start, when that is left out). A script keeps the two equal; without one, whichever was moved counts,
the number first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor, isfinite, log10

import numpy as np
from django.utils.translation import gettext as _

from common.exceptions import InvalidInput
from engine.marginal import SHARE
from scoring.capabilities.arrays import Standpoint
from scoring.capabilities.explain import say_missing
from scoring.capabilities.peers import known
from scoring.capabilities.what_if_weights import WeightRow
from scoring.capabilities.words import label_of

DIGITS = 4
ENDS = (0.01, 0.99)


@dataclass(frozen=True)
class Knob:
    """One slider. `scale` turns the shown number into the engine's value (0.01 for a percentage); `start` is the shown
    present value, empty where there is none, and `rest` where the slider rests then."""

    key: str
    label: str
    group: str
    start: str
    rest: str
    low: str
    high: str
    unit: str
    scale: float
    hint: str
    shown: str
    is_share: bool = False

    @property
    def number_name(self) -> str:
        return f"v_{self.key}"

    @property
    def range_name(self) -> str:
        return f"r_{self.key}"

    @property
    def past_name(self) -> str:
        return f"p_{self.key}"

    @property
    def changed(self) -> bool:
        """Whether it stands elsewhere than at its start."""
        return self.shown != self.start


def plain(value: float, decimals: int) -> str:
    """A number for an input field: a point, and no zeros at its end."""
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals_for(size: float) -> int:
    """As many decimals as show DIGITS digits of a number of this size."""
    return max(0, DIGITS - 1 - floor(log10(size))) if size > 0 else DIGITS - 1


def metric_knobs(standpoint: Standpoint, query: Mapping[str, str]) -> list[Knob]:
    """One knob per metric, from the peers' lowest to their highest hundredth and to the own value."""
    basis, row, card = standpoint.basis, standpoint.row, standpoint.card
    assessed = ~np.isnan(basis.points)
    raw = np.where(assessed, basis.raw, np.nan)
    knobs = []
    for index, metric in enumerate(basis.model.metrics):
        share = metric.unit == SHARE
        shown = raw[:, index] * (100 if share else 1)
        column = shown[~np.isnan(shown)]
        own = known(shown[row])
        ends = np.quantile(column, ENDS) if len(column) else np.array([0.0, 100.0 if share else 1.0])
        decimals = 2 if share else decimals_for(float(np.abs(ends).max()))
        low, high = float(ends[0]), float(ends[1])
        if own is not None:
            low, high = min(low, own), max(high, own)
        start = "" if own is None else plain(own, decimals)
        middle = float(np.median(column)) if len(column) else (low + high) / 2
        rest = start or plain(middle, decimals)
        knobs.append(
            Knob(
                key=metric.key,
                label=label_of(metric),
                group=metric.capability,
                start=start,
                rest=rest,
                low=plain(floor_to(low, decimals), decimals),
                high=plain(-floor_to(-high, decimals), decimals),
                unit="%" if share else "",
                scale=0.01 if share else 1.0,
                hint=say_missing(basis.model, metric, card, index)
                or (_("lower is better") if metric.direction == "lower" else ""),
                shown=read_shown(metric.key, start, rest, query),
                is_share=share,
            )
        )
    return knobs


def floor_to(value: float, decimals: int) -> float:
    """The next number downwards with so many decimals."""
    return floor(value * 10**decimals) / 10**decimals


def weight_knobs(rows: Iterable[tuple[WeightRow, str]], query: Mapping[str, str]) -> list[Knob]:
    """One knob per weight, in per cent; `rows` come with the group that they stand in."""
    knobs = []
    for row, group in rows:
        start = plain(100 * row.before, 1)
        shown = read_shown(row.key, start, start, query)
        knobs.append(Knob(row.key, row.label, group, start, start, "0", "100", "%", 0.01, "", shown))
    return knobs


def read_shown(key: str, start: str, rest: str, query: Mapping[str, str]) -> str:
    """Where a knob stands after what was sent: the number or the slider, whichever was moved, else where it stood."""
    past = query.get(f"p_{key}", start).strip()
    number, slider = query.get(f"v_{key}", past).strip(), query.get(f"r_{key}", "").strip()
    if number != past:
        return number or start
    return slider if slider and slider != (past or rest) else past


def read_knobs(knobs: Iterable[Knob]) -> dict[str, float]:
    """The engine's values of the knobs that stand elsewhere than at their start, by key. Raises InvalidInput for what
    is no number."""
    return {knob.key: read_number(knob, knob.shown) * knob.scale for knob in knobs if knob.changed}


def read_number(knob: Knob, text: str) -> float:
    """A plain number."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise InvalidInput(
            _("%(metric)s: “%(text)s” is not a number.") % {"metric": knob.label, "text": text[:20]},
            field=knob.number_name,
            remedy=_("Enter a number such as 12.5."),
            code="not_a_number",
        )
    return value
