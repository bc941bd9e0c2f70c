"""Time in a model: blocks of days before the as-of day, and integer weights by age.

Weights are fixed-point integers, so that sums are exact whatever the order in which rows are read, and the same in
every engine.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from engine.model import ScoringModel
from engine.reach import first_lag, lag_of_formulas, reach_of, wait_of
from engine.tables import Table

WEIGHT_ONE = 1 << 20
BLOCK_DAYS = 7


@dataclass(frozen=True)
class Weighting:
    """How a sum weighs the age of a row: nothing before `wait`, then by the half-life (None is no decay)."""

    half_life: float | None
    wait: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether every row counts once."""
        return self.half_life is None and self.wait == 0


@dataclass(frozen=True)
class Blocks:
    """Blocks of ages in days: block b holds `edges[b] <= age < edges[b + 1]`. Every window of the model begins and ends
    at an edge, so a window is a number of whole blocks."""

    edges: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return len(self.edges) - 1

    def within(self, days: int) -> int:
        """How many blocks make up the ages below `days`."""
        return self.edges.index(days)

    def mean_decay(self, weighting: Weighting) -> NDArray[np.float64]:
        """The mean weight of a day in each block, 1 without decay."""
        one = 1 if weighting.half_life is None else WEIGHT_ONE
        weights = age_weights(self.edges[-1], weighting) / one
        return np.add.reduceat(weights, self.edges[:-1]) / np.diff(self.edges)


def make_blocks(model: ScoringModel, *, weekly: bool) -> Blocks:
    """The model's blocks: one per distinct window, or weeks cut at every window's end."""
    ends = {days for metric in model.metrics for days in reach_of(model, metric)}
    starts = {wait_of(model, metric) for metric in model.metrics}
    if model.integrity.measure:
        ends.add(near_end(model))
    last = max(ends)
    weeks = set(range(0, last, BLOCK_DAYS)) if weekly else set()
    return Blocks(edges=tuple(sorted(ends | starts | weeks | {0})))


def near_end(model: ScoringModel) -> int:
    """The age at which the model's own window ends for what a merchant's share is a share of."""
    wait = max(0, lag_of_formulas(model, model.integrity.share_of) - first_lag(model))
    return wait + model.window.days


def decay_weights(days: int, half_life: float | None) -> NDArray[np.int64]:
    """`round(2^(-age / half_life) * 2^20)` for ages 0 to days - 1; 2^20 throughout without decay."""
    ages = np.arange(days, dtype=np.float64)
    if half_life is None:
        return np.full(days, WEIGHT_ONE, dtype=np.int64)
    weights: NDArray[np.float64] = np.rint(np.exp2(-ages / half_life) * WEIGHT_ONE)
    return weights.astype(np.int64)


def age_weights(days: int, weighting: Weighting) -> NDArray[np.int64]:
    """The weight of each age below `days`: 0 before the wait, then the decay counted from its end (1 without one)."""
    weights = np.zeros(days, dtype=np.int64)
    counted = max(0, days - weighting.wait)
    weights[days - counted :] = 1 if weighting.half_life is None else decay_weights(counted, weighting.half_life)
    return weights


def decay_table(model: ScoringModel, blocks: Blocks, weightings: tuple[Weighting, ...], as_of: date) -> Table:
    """One row per day of the widest window: `day`, `block` and the weight `w0`, `w1`, ... of each weighting."""
    days = blocks.edges[-1]
    last = np.datetime64(as_of - timedelta(days=first_lag(model)), "D")
    ages = np.arange(days)
    table: Table = {
        "day": last - ages.astype("timedelta64[D]"),
        "block": np.searchsorted(np.asarray(blocks.edges[1:]), ages, side="right").astype(np.int64),
    }
    for index, weighting in enumerate(weightings):
        table[f"w{index}"] = age_weights(days, weighting)
    return table
