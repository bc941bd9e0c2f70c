"""Step 8: intervals by a Poisson block bootstrap over provider x block of time, with a full re-score per replicate.

In each replicate every block of every provider counts N times, N drawn from Poisson(1), so a provider with few blocks
varies much and one with many varies little. The draws depend on the seed and on the order of providers alone.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compile import Sums
from engine.draws import Draws
from engine.groups import Groups, resolve_groups
from engine.inputs import Inputs, read_spells
from engine.model import ScoringModel
from engine.scoring import Scores, judge, score
from engine.tables import Table

Floats = NDArray[np.float64]
# One block cannot say how blocks differ: a width of nothing would pass for certainty.
MIN_BLOCKS = 2
# Replicates whose sums are computed together: enough for matrix products, few enough for the memory.
TOGETHER = 5


@dataclass(frozen=True)
class Intervals:
    """Bounds at the model's confidence; NaN where not assessed, seen in one block of time only, or assessed in fewer
    than half of the replicates.

    Per subject: `lower`, `upper` of the composite; `rank_lower` (best) and `rank_upper` (worst) of its place.
    Subjects x capabilities: `capability_lower`, `capability_upper`. `assessed` is the share of replicates assessed.
    """

    lower: Floats
    upper: Floats
    rank_lower: Floats
    rank_upper: Floats
    capability_lower: Floats
    capability_upper: Floats
    assessed: Floats


def poisson_table() -> NDArray[np.int8]:
    """Poisson(1) by inversion of 16 random bits: entry i is the quantile at (i + 0.5) / 65536."""
    counts = np.arange(12)
    factorial = np.cumprod(np.r_[1.0, counts[1:]])
    cumulative = np.cumsum(np.exp(-1.0) / factorial)
    return np.searchsorted(cumulative, (np.arange(65536) + 0.5) / 65536).astype(np.int8)


def bootstrap_intervals(
    model: ScoringModel,
    sums: Sums,
    inputs: Inputs,
    draws: Draws | None,
    *,
    point: Scores | None = None,
    tracks: NDArray[np.int64] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    threads: int = 1,
) -> Intervals:
    """Intervals of the composite, each capability and the place within `tracks` (a number per subject; default all in
    one). Without replicates `draws` may be None. `point` are the scores, when they are known. Noise between blocks,
    distinct merchants, peer groups and extras are those of the point estimate. Each replicate draws from its own
    stream, so `threads` change nothing but the time. Memory: the draws, and replicates x subjects x (capabilities + 2)
    floats of 4 bytes."""
    count = model.bootstrap.replicates if replicates is None else replicates
    first = model.bootstrap.seed if seed is None else seed
    subjects = len(inputs.subjects)
    composite = np.empty((count, subjects), dtype=np.float32)
    places = np.empty((count, subjects), dtype=np.float32)
    capability = np.empty((count, subjects, len(model.capabilities)), dtype=np.float32)
    place_in = np.zeros(subjects, dtype=np.int64) if tracks is None else tracks
    groups = resolve_groups(model.peers, inputs.extras, subjects)
    point = point or score(model, inputs, groups)
    place = rank_within(point.composite, place_in)
    if draws is None or not count:
        return summarise(model, point, place, np.isnan(place), composite[:0], places[:0], capability[:0])
    replica = Replica(model, sums, inputs, draws, groups, (first,))

    def compute(start: int) -> None:
        indices = range(start, min(start + TOGETHER, count))
        for index, (values, _level, parts) in zip(indices, replica.scores(indices), strict=True):
            composite[index], capability[index] = values, parts
            places[index] = rank_within(composite[index], place_in)

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(compute, range(0, count, TOGETHER)))
    drop = np.isnan(point.composite) | (draws.seen < MIN_BLOCKS)
    return summarise(model, point, place, drop, composite, places, capability)


class Replica:
    """Re-scores replicates, each drawn from a stream of its own under `seed`. Subjects are brought into the order of
    their peer groups once, so that a group is a run of rows; results come back in the order of the inputs."""

    def __init__(
        self, model: ScoringModel, sums: Sums, inputs: Inputs, draws: Draws, groups: Groups, seed: Sequence[int]
    ) -> None:
        self.model, self.seed = model, tuple(seed)
        self.order = np.argsort(groups.number, kind="stable")
        self.back = np.argsort(self.order)
        self.draws = draws
        self.merchants = sums.merchants[self.order]
        self.groups = replace(groups, number=groups.number[self.order])
        self.inputs = replace(
            inputs,
            subjects=inputs.subjects[self.order],
            extras={name: column[self.order] for name, column in inputs.extras.items()},
            noise=None if inputs.noise is None else (inputs.noise[0][self.order], inputs.noise[1][self.order]),
        )
        self.quantile_of = poisson_table().astype(np.float32)

    def scores(self, indices: range) -> Iterator[tuple[Floats, Floats, Floats]]:
        """Composite, level and capabilities of each replicate, from sums in which every block counts as often as
        drawn."""
        plan, values = self.draws.plan, self.draws.values
        count, blocks, keys = values.shape
        times = np.empty((count, len(indices), blocks), dtype=np.float32)
        for place, index in enumerate(indices):
            generator = np.random.Generator(np.random.PCG64([*self.seed, index]))
            drawn = generator.integers(0, 65536, size=(count, blocks), dtype=np.uint16)
            times[:, place] = self.quantile_of[drawn]
        bands = np.zeros((plan.band_count, count, len(indices), keys), dtype=np.float32)
        for band, (begin, end) in enumerate(pairwise(plan.blocks.within(age) for age in plan.cuts)):
            np.matmul(times[:, :, begin:end], values[:, begin:end], out=bands[band])
        del times
        for place in range(len(indices)):
            near, wide = read_spells(plan, bands[:, self.order, place], self.merchants)
            judged = judge(self.model, replace(self.inputs, near=near, wide=wide), self.groups)
            yield judged.composite[self.back], judged.gated.level[self.back], judged.capability[self.back]


def rank_within(composite: NDArray[np.floating[Any]], tracks: NDArray[np.int64]) -> Floats:
    """Place per subject within its track, 1 for the highest; equal composites share the best place; NaN stays."""
    places = np.full(len(composite), np.nan)
    for track in np.unique(tracks):
        rows = np.flatnonzero((tracks == track) & ~np.isnan(composite))
        rows = rows[np.argsort(-composite[rows])]
        ordered = composite[rows]
        is_first = np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(rows)]
        places[rows] = np.maximum.accumulate(np.where(is_first, np.arange(1, len(rows) + 1), 0))
    return places


def summarise(
    model: ScoringModel,
    point: Scores,
    place: Floats,
    drop: NDArray[np.bool_],
    composite: NDArray[np.float32],
    places: NDArray[np.float32],
    capability: NDArray[np.float32],
) -> Intervals:
    """Bounds around the estimate from the spread of the replicates."""
    tail = (1 - model.bootstrap.confidence) / 2
    known = ~np.isnan(composite)
    lower, upper = bounds(composite, point.composite, tail, drop, (0.0, model.scale))
    rank_lower, rank_upper = bounds(places, place, tail, drop, (1.0, max(1, len(place))))
    parts = [
        bounds(capability[:, :, index], point.capability[:, index], tail, drop, (0.0, model.scale))
        for index in range(capability.shape[2])
    ]
    return Intervals(
        lower=lower,
        upper=upper,
        rank_lower=np.floor(rank_lower),
        rank_upper=np.ceil(rank_upper),
        capability_lower=np.stack([part[0] for part in parts], axis=1),
        capability_upper=np.stack([part[1] for part in parts], axis=1),
        assessed=known.mean(axis=0) if len(composite) else np.zeros(len(place)),
    )


def bounds(
    draws: NDArray[np.float32], point: Floats, tail: float, drop: NDArray[np.bool_], ends: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Lower and upper bound per column: the estimate plus the distance of the `tail` quantiles from the median
    replicate, within `ends`; NaN where dropped, or known in fewer than half of the replicates.

    Re-drawn blocks add noise to everybody, which pulls percentiles of a group towards its middle; the plain quantiles
    of a provider far from the middle can then leave out its own score. The distances from the median do not carry
    that shift (Efron, 1982, The Jackknife, the Bootstrap and Other Resampling Plans, on bias of percentile intervals).
    """
    if len(draws) == 0:
        return np.full(len(point), np.nan), np.full(len(point), np.nan)
    known = (~np.isnan(draws)).sum(axis=0)
    ordered = np.sort(draws, axis=0)  # NaN last
    low, middle, high = (quantile(ordered, known, share) for share in (tail, 0.5, 1 - tail))
    missing = drop | np.isnan(point) | (known * 2 < len(draws))
    lower = np.clip(point + np.minimum(low - middle, 0.0), *ends)
    upper = np.clip(point + np.maximum(high - middle, 0.0), *ends)
    return np.where(missing, np.nan, lower), np.where(missing, np.nan, upper)


def quantile(ordered: NDArray[np.float32], known: NDArray[np.int64], share: float) -> Floats:
    """The `share` quantile of the first `known` values of each ascending column, by linear interpolation."""
    position = share * np.maximum(known - 1, 0)
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    columns = np.arange(ordered.shape[1])
    low, high = ordered[below, columns].astype(np.float64), ordered[above, columns].astype(np.float64)
    return low + (position - below) * (high - low)


def interval_table(model: ScoringModel, intervals: Intervals) -> Table:
    """Columns to stand beside the scorecards."""
    table: Table = {
        "lower": intervals.lower,
        "upper": intervals.upper,
        "rank_lower": intervals.rank_lower,
        "rank_upper": intervals.rank_upper,
    }
    for index, part in enumerate(model.capabilities):
        table[f"{part.key}.lower"] = intervals.capability_lower[:, index]
        table[f"{part.key}.upper"] = intervals.capability_upper[:, index]
    return table
