"""Time in a model: blocks of days before the as-of day, and integer weights by age.

Weights are fixed-point integers, so that sums are exact whatever the order in which rows are read, and the same in
every engine.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from engine.model import ScoringModel
from engine.tables import Table

WEIGHT_ONE = 1 << 20
BLOCK_DAYS = 7


@dataclass(frozen=True)
class Blocks:
    """Blocks of ages in days: block b holds `edges[b] <= age < edges[b + 1]`. Every window of the model ends at an
    edge, so a window is a number of whole blocks."""

    edges: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return len(self.edges) - 1

    def within(self, days: int) -> int:
        """How many blocks make up a window of `days`."""
        return self.edges.index(days)

    def mean_decay(self, half_life: float | None) -> NDArray[np.float64]:
        """The mean weight of a day in each block, 1 without decay."""
        weights = decay_weights(self.edges[-1], half_life) / WEIGHT_ONE
        return np.add.reduceat(weights, self.edges[:-1]) / np.diff(self.edges)


def make_blocks(model: ScoringModel, *, weekly: bool) -> Blocks:
    """The model's blocks: one per distinct window, or weeks cut at every window's end."""
    ends = {days for metric in model.metrics for days in model.days_of(metric)}
    last = max(ends)
    weeks = set(range(0, last, BLOCK_DAYS)) if weekly else set()
    return Blocks(edges=tuple(sorted(ends | weeks | {0})))


def decay_weights(days: int, half_life: float | None) -> NDArray[np.int64]:
    """`round(2^(-age / half_life) * 2^20)` for ages 0 to days - 1; 2^20 throughout without decay."""
    ages = np.arange(days, dtype=np.float64)
    if half_life is None:
        return np.full(days, WEIGHT_ONE, dtype=np.int64)
    weights: NDArray[np.float64] = np.rint(np.exp2(-ages / half_life) * WEIGHT_ONE)
    return weights.astype(np.int64)


def decay_table(model: ScoringModel, blocks: Blocks, half_lives: tuple[float, ...], as_of: date) -> Table:
    """One row per day of the widest window: `day`, `block` and the weight `w0`, `w1`, ... of each half-life."""
    days = blocks.edges[-1]
    last = np.datetime64(as_of - timedelta(days=model.window.settlement_lag), "D")
    ages = np.arange(days)
    table: Table = {
        "day": last - ages.astype("timedelta64[D]"),
        "block": np.searchsorted(np.asarray(blocks.edges[1:]), ages, side="right").astype(np.int64),
    }
    for index, half_life in enumerate(half_lives):
        table[f"w{index}"] = decay_weights(days, half_life)
    return table
