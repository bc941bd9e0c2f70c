"""Growth over a matched baseline: who rose more than those who started from where it started.

    found = measure_growth(start=before, end=after, size=gmv, start_se=se0, end_se=se1)
    found.growth       # own change less the mean change of the peers; NaN where it cannot be told
    found.lower        # its interval at `confidence`; the board ranks by the lower end
    found.baseline     # the mean change of the peers
    found.peers        # how many there were

The peers of a subject are the `neighbours` others nearest to it in starting score and in the logarithm of size, each
measured in its own standard deviation over the field; all who stand as far away as the last of them count too, so the
order of rows never decides. This is difference-in-differences with matching: Heckman, Ichimura and Todd (Review of
Economic Studies 64, 1997); Abadie and Imbens (Econometrica 74, 2006). What moves everybody alike cancels, a large
subject gains nothing by being large, and who started low has no advantage, since its peers started just as low and
share the pull to the mean.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from engine.arrays import FloatArray, IntArray, as_floats

NEIGHBOURS = 10
LEAST_PEERS = 3
CONFIDENCE = 0.95
DECIMALS = 6
NEARLY = 1e-9  # distances that differ by less are equal


@dataclass(frozen=True)
class Growth:
    """One entry per subject, in the order given; NaN where start, end or peers are missing."""

    change: FloatArray
    baseline: FloatArray
    growth: FloatArray
    lower: FloatArray
    upper: FloatArray
    peers: IntArray


def measure_growth(
    *,
    start: ArrayLike,
    end: ArrayLike,
    size: ArrayLike | None = None,
    start_se: ArrayLike | None = None,
    end_se: ArrayLike | None = None,
    neighbours: int = NEIGHBOURS,
    least_peers: int = LEAST_PEERS,
    confidence: float = CONFIDENCE,
) -> Growth:
    """The change of each subject against its peers'.

    `size` is any positive measure of size before the race; unknown or zero counts as the smallest known. The variance
    of a growth is that of both own scores (0 where no standard error is known) and that of the peers' mean change.
    With fewer than `least_peers` peers a growth is unknown. Raises EngineError for unequal lengths, ValueError for
    parameters out of range.
    """
    if neighbours < 1 or least_peers < 1 or not 0 < confidence < 1:
        raise ValueError("at least one peer, and a confidence between 0 and 1")
    first = np.asarray(start)
    count = len(first)
    before, after = as_floats("start", first, count), as_floats("end", end, count)
    errors = [
        np.nan_to_num(as_floats(name, column, count)) for name, column in (("start_se", start_se), ("end_se", end_se))
    ]
    change = np.round(after - before, DECIMALS) + 0.0
    known = np.flatnonzero(~np.isnan(change))
    baseline, spread = np.full(count, np.nan), np.full(count, np.nan)
    peers = np.zeros(count, dtype=np.int64)
    if len(known) > least_peers:
        places = _place(before[known], as_floats("size", size, count)[known])
        for row, near in zip(known, _find_peers(places, min(neighbours, len(known) - 1)), strict=True):
            moves = change[known[near]]
            peers[row] = len(near)
            # Added from the smallest to the largest, so that the order of rows leaves no trace in the last digit.
            baseline[row] = np.sort(moves).mean()
            spread[row] = np.sort(moves).var(ddof=1) / len(near) if len(near) > 1 else 0.0
    peers[peers < least_peers] = 0
    told = peers > 0
    growth = np.where(told, np.round(change - baseline, DECIMALS) + 0.0, np.nan)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * np.sqrt(errors[0] ** 2 + errors[1] ** 2 + spread)
    return Growth(
        change=change,
        baseline=np.where(told, baseline, np.nan),
        growth=growth,
        lower=growth - half,
        upper=growth + half,
        peers=peers,
    )


def _place(start: FloatArray, size: FloatArray) -> FloatArray:
    """Where each subject stands for the search: starting score and logarithm of size, in standard deviations."""
    positive = size[size > 0]
    least = positive.min() if positive.size else 1.0
    logs = np.log(np.where(size > 0, size, least))
    columns = [np.round(_standardise(column), 9) for column in (start, logs)]
    return np.column_stack(columns)


def _standardise(column: FloatArray) -> FloatArray:
    ordered = np.sort(column)
    spread = float(ordered.std())
    return (column - ordered.mean()) / spread if spread > NEARLY else np.zeros(len(column))


def _find_peers(places: FloatArray, number: int) -> list[IntArray]:
    """The others within the distance of the `number`-th nearest, for each row."""
    tree = cKDTree(places)
    reach = np.asarray(tree.query(places, k=number + 1)[0])[:, -1]
    found = tree.query_ball_point(places, reach + NEARLY)
    return [np.array([other for other in near if other != row], dtype=np.int64) for row, near in enumerate(found)]
