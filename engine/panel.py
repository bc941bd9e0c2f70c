"""Panels of reviewers: what two or three judgements come to, and how well reviewers agree.

    settle([first, second], margin=1, order=("reject", "return", "admit"))         # None: a third one is needed
    settle([first, second, third], margin=1, order=("reject", "return", "admit"))  # the median decides
    kappa = estimate_kappa(first, second, seed=1)                                  # rows are panels
    kappa.value, kappa.lower, kappa.upper, kappa.pairs, kappa.table

Levels are whole numbers from 0; None, in arrays MISSING, says that there was no evidence to judge, which is no level.

Agreement is Cohen's weighted kappa with quadratic weights ("Weighted kappa: nominal scale agreement with provision for
scaled disagreement or partial credit", Psychological Bulletin 70, 1968): 1 for identical ratings, 0 for what chance
alone would give. Its interval is a percentile bootstrap over whole panels: the levels of one panel belong together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import FloatArray

LEVELS = 5
MISSING = -1
DRAWS = 1000
BLOCK = 100  # draws that are held in memory at once

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Judgement:
    """One reviewer's levels in the order of the capabilities, None without evidence, and what to do."""

    levels: tuple[int | None, ...]
    recommendation: str


@dataclass(frozen=True)
class Settlement:
    """What a panel came to. `how`: consensus (the same), margin (near enough, the mean), third (median of three)."""

    scores: tuple[float | None, ...]
    recommendation: str
    how: str


@dataclass(frozen=True)
class Kappa:
    """Agreement of two series of ratings; `value` is None where it is not defined, as when all ratings are the same.

    table: levels of the first (rows) against levels of the second; pairs: rated by both; unmatched: rated by one only.
    """

    value: float | None
    lower: float | None
    upper: float | None
    pairs: int
    unmatched: int
    table: Ints


def settle(judgements: Sequence[Judgement], *, margin: int, order: Sequence[str]) -> Settlement | None:
    """The result of two or three judgements, or None when two of them ask for a third.

    Two settle when they recommend the same and no capability differs by more than `margin`; evidence seen by one alone
    is always more. Of three the median counts: of levels, and of recommendations in `order`, from worst to best.
    """
    if len(judgements) == 3:
        scores = tuple(_median_level(levels) for levels in zip(*(one.levels for one in judgements), strict=True))
        places = sorted(order.index(one.recommendation) for one in judgements)
        return Settlement(scores, order[places[1]], "third")
    first, second = judgements
    if first.recommendation != second.recommendation:
        return None
    pairs = list(zip(first.levels, second.levels, strict=True))
    if not all(_is_near(one, other, margin) for one, other in pairs):
        return None
    means = tuple(None if one is None or other is None else mean((one, other)) for one, other in pairs)
    scores = tuple(None if value is None else float(value) for value in means)
    return Settlement(scores, first.recommendation, "consensus" if first == second else "margin")


def _is_near(one: int | None, other: int | None, margin: int) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= margin


def _median_level(levels: Sequence[int | None]) -> float | None:
    """The median of the given levels; None when most of the three saw no evidence."""
    given = [level for level in levels if level is not None]
    return float(median(given)) if len(given) > 1 else None


def estimate_kappa(first: ArrayLike, second: ArrayLike, *, seed: int, level: float = 0.95, draws: int = DRAWS) -> Kappa:
    """Agreement of first and second reviews: panels x capabilities, or one level per panel; MISSING is left out."""
    one, other = (np.asarray(ratings, dtype=np.int64) for ratings in (first, second))
    if one.ndim == 1:
        one, other = one[:, None], other[:, None]
    both = (one != MISSING) & (other != MISSING)
    counts = _count_by_panel(one, other, both)
    table = counts.sum(axis=0).reshape(LEVELS, LEVELS)
    value = _defined(kappa_of(table))
    lower, upper = _bound(counts[both.any(axis=1)], seed, level, draws) if value is not None else (None, None)
    unmatched = int(((one != MISSING) ^ (other != MISSING)).sum())
    return Kappa(value, lower, upper, int(both.sum()), unmatched, table)


def kappa_of(tables: ArrayLike) -> FloatArray:
    """Quadratic weighted kappa of each table of counts (... x levels x levels); NaN where it is not defined."""
    counts = np.asarray(tables, dtype=np.float64)
    size = counts.shape[-1]
    steps = np.arange(size)
    weights = ((steps[:, None] - steps[None, :]) / (size - 1)) ** 2
    total = counts.sum(axis=(-2, -1))
    expected = np.einsum("...i,...j,ij->...", counts.sum(axis=-1), counts.sum(axis=-2), weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa: FloatArray = np.where(expected > 0, 1 - total * (counts * weights).sum(axis=(-2, -1)) / expected, np.nan)
    return kappa


def _count_by_panel(one: Ints, other: Ints, both: NDArray[np.bool_]) -> Ints:
    """How often each pair of levels stands in each panel: panels x (levels * levels)."""
    counts = np.zeros((len(one), LEVELS * LEVELS), dtype=np.int64)
    panels, _columns = np.nonzero(both)
    np.add.at(counts, (panels, one[both] * LEVELS + other[both]), 1)
    return counts


def _bound(counts: Ints, seed: int, level: float, draws: int) -> tuple[float | None, float | None]:
    """The percentile interval over panels drawn with replacement; draws in which kappa is not defined are left out."""
    panels = len(counts)
    if panels < 2:
        return None, None
    rng = np.random.default_rng(seed)
    shares = np.full(panels, 1 / panels)
    found = []
    for start in range(0, draws, BLOCK):
        times = rng.multinomial(panels, shares, size=min(BLOCK, draws - start))
        found.append(kappa_of((times @ counts).reshape(-1, LEVELS, LEVELS)))
    kappas = np.concatenate(found)
    kappas = kappas[~np.isnan(kappas)]
    if not len(kappas):
        return None, None
    lower, upper = np.quantile(kappas, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def _defined(value: FloatArray) -> float | None:
    return None if np.isnan(value) else float(value)
