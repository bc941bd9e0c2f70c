"""Confidence sets for ranks: where somebody may truly stand when scores are estimates.

    sets = bound_ranks(estimate, se, level=0.95, seed=1)                       # marginal: each interval holds by itself
    sets = bound_ranks(estimate, se, level=0.95, seed=1, simultaneous=True)    # all intervals hold together
    sets.lower, sets.upper                                                     # whole ranks, 1 is the highest estimate
    find_true_top(estimate, se, top=5, level=0.95, seed=1)                     # booleans: the set that holds them

Method: Mogstad, Romano, Shaikh and Wilhelm, "Inference for Ranks with Applications to Mobility across Neighbourhoods
and Academic Achievement across Countries", Review of Economic Studies 91 (2024). The rank of j is one more than the
number of those truly better. The hypotheses "k is no better than j" are tested together by the studentised
differences `(x_k - x_j) / sqrt(se_j^2 + se_k^2)`, with the critical value from a parametric bootstrap under normality
and stepwise improvement (Romano and Wolf 2005): what is rejected leaves the maximum, until nothing more is rejected.
The lower bound of j is one more than the number found better, its upper bound the size less the number found worse.

- Marginal: for each j by itself, better and worse each at half the error, so that no wrong direction is claimed either.
- Simultaneous: one family of all ordered pairs. "k better than j" is also "j worse than k", so both bounds come from
it. - True top `top`: those whose simultaneous lower bound is at most `top`.

Meant for up to some 500 rows: work and time grow with the square of the rows. NaN estimates are not ranked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import BoolArray, FloatArray, Places, as_floats
from engine.errors import EngineError

SMALLEST_DRAWN = 1e-30  # below it single precision ends; simulated errors of certain scores are 0 all the same
DRAWS = 10_000
BLOCK = 262_144  # numbers of simulated errors at once, a megabyte
SMALLEST = 1e-300  # variance of a difference that is certain: any lead counts, an equal score does not


@dataclass(frozen=True)
class RankSets:
    """Rank intervals in row order; masked where the estimate is missing."""

    lower: Places
    upper: Places


@dataclass(frozen=True)
class _Sample:
    """Estimates, their covariance and simulated errors of the ranked rows, in blocks of rows x some draws."""

    estimate: FloatArray
    covariance: FloatArray
    blocks: tuple[NDArray[np.float32], ...]

    def statistics(self, row: int) -> FloatArray:
        """Studentised lead of every row over `row`."""
        lead: FloatArray = (self.estimate - self.estimate[row]) / self.spread(row)
        return lead

    def spread(self, row: int) -> FloatArray:
        """Standard error of every row's difference to `row`; infinite for itself, so that it is never rejected."""
        variance = self.covariance.diagonal() + self.covariance[row, row] - 2 * self.covariance[row]
        spread: FloatArray = np.sqrt(np.maximum(variance, SMALLEST))
        spread[row] = np.inf
        return spread

    def largest(self, row: int, kept: NDArray[np.intp], sign: int = 1) -> NDArray[np.float32]:
        """The largest simulated studentised difference of the rows `kept` to `row`, by draw; with `sign` -1 of `row` to
        them."""
        inverse = (sign / np.maximum(self.spread(row), SMALLEST_DRAWN)).astype(np.float32)[kept, None]
        maxima = []
        for block in self.blocks:
            errors = block[kept]
            errors -= block[row]
            errors *= inverse
            maxima.append(errors.max(axis=0))
        return np.concatenate(maxima)


def bound_ranks(
    estimate: ArrayLike,
    se: ArrayLike,
    *,
    level: float = 0.95,
    seed: int,
    simultaneous: bool = False,
    draws: int = DRAWS,
) -> RankSets:
    """Two-sided confidence intervals for the rank of every row.

    `se` holds standard errors of independent estimates, or their whole covariance matrix. Raises EngineError for a
    level outside (0, 1), negative or missing errors, or fewer than 100 draws.
    """
    ranked, sample = _draw_sample(estimate, se, level, seed, draws)
    size = int(ranked.sum())
    if simultaneous:
        pairs = _find_better_pairs(sample, level)
        better, worse = pairs.sum(axis=1), pairs.sum(axis=0)
    else:
        half = (1 + level) / 2
        found = [_count_different(sample, row, half) for row in range(size)]
        better, worse = np.array(found, dtype=np.int64).reshape(size, 2).T
    lower, upper = np.zeros(len(ranked), np.int64), np.zeros(len(ranked), np.int64)
    lower[ranked] = 1 + better
    upper[ranked] = size - worse
    return RankSets(np.ma.masked_array(lower, mask=~ranked), np.ma.masked_array(upper, mask=~ranked))


def find_true_top(
    estimate: ArrayLike, se: ArrayLike, *, top: int, level: float = 0.95, seed: int, draws: int = DRAWS
) -> BoolArray:
    """Who is in the set that holds the true top `top` with probability `level`; never smaller than `top` rows."""
    ranked, sample = _draw_sample(estimate, se, level, seed, draws)
    member = np.zeros(len(ranked), dtype=bool)
    member[ranked] = _find_better_pairs(sample, level).sum(axis=1) < top
    return member


def _count_different(sample: _Sample, row: int, level: float) -> tuple[int, int]:
    """How many rows are found truly better and how many truly worse than `row`, each direction tested at `level`."""
    others = np.flatnonzero(np.arange(len(sample.estimate)) != row)
    return _count_rejected(sample, row, others, 1, level), _count_rejected(sample, row, others, -1, level)


def _count_rejected(sample: _Sample, row: int, others: NDArray[np.intp], sign: int, level: float) -> int:
    """Step down: how many statistics exceed the critical value of the largest simulated error among those left."""
    statistics, left = sign * sample.statistics(row), others
    while len(left):
        kept = left[statistics[left] <= find_critical_value(sample.largest(row, left, sign), level)]
        if len(kept) == len(left):
            break
        left = kept
    return len(others) - len(left)


def _find_better_pairs(sample: _Sample, level: float) -> BoolArray:
    """All ordered pairs tested together: entry [j, k] says that k was found truly better than j."""
    size = len(sample.estimate)
    statistics = np.array([sample.statistics(row) for row in range(size)]).reshape(size, size)
    itself = np.eye(size, dtype=bool)
    open_pairs = ~itself
    while open_pairs.any():
        rows = [(row, np.flatnonzero(open_pairs[row])) for row in range(size) if open_pairs[row].any()]
        maxima = reduce(np.maximum, (sample.largest(row, kept) for row, kept in rows))
        rejected = open_pairs & (statistics > find_critical_value(maxima, level))
        if not rejected.any():
            break
        open_pairs &= ~rejected
    return ~open_pairs & ~itself


def find_critical_value(maxima: NDArray[np.floating[Any]], level: float) -> float:
    """The level's quantile of simulated maxima: the upper order statistic, so that interpolation never lowers it."""
    return float(np.quantile(maxima, level, method="higher"))


def _draw_sample(estimate: ArrayLike, se: ArrayLike, level: float, seed: int, draws: int) -> tuple[BoolArray, _Sample]:
    """Which rows are ranked, and their simulated errors."""
    given = np.asarray(estimate)
    values = as_floats("estimate", estimate, given.size)
    ranked = ~np.isnan(values)
    spread = np.asarray(se, dtype=np.float64)
    covariance = np.diag(np.square(spread)) if spread.ndim == 1 else spread
    size = len(values)
    if covariance.shape != (size, size) or (spread.ndim == 1 and (spread[ranked] < 0).any()):
        raise _bad_spread()
    covariance = covariance[np.ix_(ranked, ranked)]
    if not np.isfinite(covariance).all() or (covariance.diagonal() < 0).any():
        raise _bad_spread()
    if not 0 < level < 1 or draws < 100:
        raise EngineError(
            "bad_level",
            "A level of %(level)s with %(draws)s draws gives no confidence set.",
            field="level",
            remedy="Give a level between 0 and 1 and at least 100 draws.",
            params={"level": level, "draws": draws},
        )
    generator = np.random.default_rng(seed)
    if spread.ndim == 1:
        errors = generator.standard_normal((draws, len(covariance))) * spread[ranked]
    else:
        errors = generator.multivariate_normal(np.zeros(len(covariance)), covariance, draws, method="eigh")
    return ranked, _Sample(values[ranked], covariance, tuple(_cut_blocks(errors.T)))


def _cut_blocks(errors: FloatArray) -> Iterator[NDArray[np.float32]]:
    """Rows x draws in blocks that stay in the processor's cache while each row is compared with all others. Simulated
    errors need no more than single precision."""
    width = max(1, BLOCK // max(1, len(errors)))
    for start in range(0, errors.shape[1], width):
        yield np.ascontiguousarray(errors[:, start : start + width], dtype=np.float32)


def _bad_spread() -> EngineError:
    return EngineError(
        "bad_se",
        "A standard error is missing or negative, or there is not one per estimate.",
        field="se",
        remedy="Give one standard error per estimate, or a covariance matrix of that size.",
    )
