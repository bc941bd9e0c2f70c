"""Time in a model: blocks of days before the last day that counts, and integer weights by day.

Weights are fixed-point integers, so that sums are exact whatever the order in which rows are read, and the same in
every engine. They grow from the oldest day to the youngest instead of shrinking with age (forward decay: Cormode,
Shkapenyuk, Srivastava and Xu, 2009): a day keeps its weight while the window moves on, so that a sum of yesterday
becomes one of today by adding the days that come and taking away those that leave, without any rounding.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from engine.model import ScoringModel
from engine.reach import cut_points, first_lag
from engine.tables import Table

WEIGHT_ONE = 1 << 20
BLOCK_DAYS = 7
# Half-lives until the weights start again from one; in between they grow to 2^GROWTH.
GROWTH = 2
EPOCH = date(1970, 1, 1)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """Blocks of ages in days: block b holds `edges[b] <= age < edges[b + 1]`. Every window of the model begins and ends
    at an edge, so a window is a number of whole blocks; weeks begin on Mondays and are cut there too."""

    last: date
    edges: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return len(self.edges) - 1

    @property
    def first(self) -> date:
        """The oldest day."""
        return self.last - timedelta(days=self.edges[-1] - 1)

    def within(self, days: int) -> int:
        """How many blocks make up the ages below `days`."""
        return self.edges.index(days)

    def days_of(self, block: int) -> tuple[date, date]:
        """The first and the last day of a block."""
        oldest, youngest = self.edges[block + 1] - 1, self.edges[block]
        return self.last - timedelta(days=oldest), self.last - timedelta(days=youngest)

    def mean_decay(self, half_life: float | None, wait: int = 0) -> Floats:
        """The mean weight of a day in each block, 1 without decay; the day of the age `wait` weighs 1."""
        ages = np.arange(self.edges[-1])
        weights = forward_weights(self.last, ages, half_life) * unit_weight(self.last, half_life, wait)
        return np.add.reduceat(weights, self.edges[:-1]) / np.diff(self.edges)


def last_day(model: ScoringModel, as_of: date) -> date:
    """The youngest day that counts in any metric: the day of age 0."""
    return as_of - timedelta(days=first_lag(model))


def make_blocks(model: ScoringModel, last: date, *, weeks_within: int = 0) -> Blocks:
    """The model's blocks: one between each two ages at which a window begins or ends, and calendar weeks in the
    youngest `weeks_within` days."""
    cuts = cut_points(model)
    limit = min(weeks_within, cuts[-1])
    weeks = set(range(last.weekday() + 1, limit, BLOCK_DAYS)) | {limit}
    return Blocks(last=last, edges=tuple(sorted({*cuts} | weeks)))


def anchor_of(last: date, half_life: float) -> int:
    """The day, counted from 1970, that weighs one: it stays for GROWTH half-lives, then it moves on."""
    period = max(1, round(GROWTH * half_life))
    return (last - EPOCH).days // period * period


def forward_weights(last: date, ages: NDArray[np.int64], half_life: float | None) -> Ints:
    """`round(2^((day - anchor) / half_life) * 2^20)` for the days of these ages; 1 throughout without decay."""
    if half_life is None:
        return np.ones(len(ages), dtype=np.int64)
    ahead = ((last - EPOCH).days - anchor_of(last, half_life) - ages) / half_life
    return np.asarray(np.rint(np.exp2(ahead) * WEIGHT_ONE), dtype=np.int64)


def unit_weight(last: date, half_life: float | None, wait: int = 0) -> float:
    """What turns a sum with forward weights into one in which the day `wait` days before the last weighs 1."""
    if half_life is None:
        return 1.0
    first = (last - EPOCH).days - wait
    return float(np.exp2((anchor_of(last, half_life) - first) / half_life) / WEIGHT_ONE)


def decay_table(last: date, edges: tuple[int, ...], half_lives: tuple[float, ...]) -> Table:
    """One row per day of the widest window: `day`, `block` and the weight `w0`, `w1`, ... of each half-life."""
    ages = np.arange(edges[-1])
    table: Table = {
        "day": np.datetime64(last, "D") - ages.astype("timedelta64[D]"),
        "block": np.searchsorted(np.asarray(edges[1:]), ages, side="right").astype(np.int64),
    }
    for index, half_life in enumerate(half_lives):
        table[f"w{index}"] = forward_weights(last, ages, half_life)
    return table
