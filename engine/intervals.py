"""Step 8: intervals by a Poisson block bootstrap over provider x block of time, with a full re-score per replicate.

In each replicate every block of every provider counts N times, N drawn from Poisson(1), so a provider with few blocks
varies much and one with many varies little. The draws depend on the seed and on the order of providers alone.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compile import Sums
from engine.groups import Groups, resolve_groups
from engine.inputs import Inputs, inputs_from_sums
from engine.model import ScoringModel
from engine.scoring import Scores, score
from engine.tables import Table

Floats = NDArray[np.float64]
# One block cannot say how blocks differ: a width of nothing would pass for certainty.
MIN_BLOCKS = 2


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
    *,
    tracks: NDArray[np.int64] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    threads: int = 1,
) -> Intervals:
    """Intervals of the composite, each capability and the place within `tracks` (a number per subject; default all in
    one). `sums` must hold weekly blocks. Noise between blocks, distinct merchants, peer groups and extras are those of
    the point estimate. Each replicate draws from its own stream, so `threads` change nothing but the time. Memory:
    replicates x subjects x (capabilities + 2) floats of 4 bytes."""
    count = model.bootstrap.replicates if replicates is None else replicates
    first = model.bootstrap.seed if seed is None else seed
    groups = resolve_groups(model.peers, inputs.extras, len(inputs.subjects))
    quantile_of = poisson_table()
    subjects = len(inputs.subjects)
    composite = np.empty((count, subjects), dtype=np.float32)
    places = np.empty((count, subjects), dtype=np.float32)
    capability = np.empty((count, subjects, len(model.capabilities)), dtype=np.float32)
    place_in = np.zeros(subjects, dtype=np.int64) if tracks is None else tracks

    def replicate(index: int) -> None:
        generator = np.random.Generator(np.random.PCG64([first, index]))
        times = quantile_of[generator.integers(0, 65536, size=len(sums.values), dtype=np.uint16)]
        composite[index], capability[index] = rescore(model, sums, inputs, groups, times)
        places[index] = rank_within(composite[index], place_in)

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(replicate, range(count)))
    point = score(model, inputs, groups)
    seen_once = np.bincount(sums.subject, minlength=subjects) < MIN_BLOCKS
    drop = np.isnan(point.composite) | seen_once
    return summarise(model, point, rank_within(point.composite, place_in), drop, composite, places, capability)


def rescore(
    model: ScoringModel, sums: Sums, inputs: Inputs, groups: Groups, times: NDArray[np.int8]
) -> tuple[Floats, Floats]:
    """Composite and capabilities with each row of sums counted `times`."""
    again = inputs_from_sums(model, sums, times=times)
    scores = score(model, replace(again, extras=inputs.extras, noise=inputs.noise), groups)
    return scores.composite, scores.capability


def rank_within(composite: NDArray[np.floating[Any]], tracks: NDArray[np.int64]) -> Floats:
    """Place per subject within its track, 1 for the highest; equal composites share the best place; NaN stays."""
    places = np.full(len(composite), np.nan)
    for track in np.unique(tracks):
        rows = np.flatnonzero((tracks == track) & ~np.isnan(composite))
        ordered = np.sort(-composite[rows])
        places[rows] = 1 + np.searchsorted(ordered, -composite[rows], side="left")
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
