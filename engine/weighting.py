"""Weights that data would suggest, and TOPSIS: diagnostics of the rule lab, never defaults.

Rows are subjects, columns criteria; NaN is not assessed. `benefit` says for each column whether more is better.

- Entropy (Shannon 1948; Hwang and Yoon 1981): a column whose values differ more weighs more.
  p = x / sum(x), e = -sum(p ln p) / ln n, w = (1 - e) / sum(1 - e).
- CRITIC (Diakoulaki, Mavrotas and Papayannakis 1995): contrast times conflict, w ~ sd * sum(1 - r), on columns scaled
  from their worst to their best value; r is Pearson's correlation of the subjects that both columns know.
- TOPSIS (Hwang and Yoon 1981): closeness to the best of all columns against the worst, on columns divided by their
  Euclidean length and weighted.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def entropy_weights(values: Floats) -> Floats:
    """One weight per column, summing to 1. Values must not be negative; a column without spread weighs nothing, and
    when none has any all weigh the same."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    total, count = filled.sum(axis=0), known.sum(axis=0)
    share = filled / np.where(total > 0, total, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(share > 0, share * np.log(np.where(share > 0, share, 1.0)), 0.0)
        entropy = -parts.sum(axis=0) / np.log(np.maximum(count, 2))
    return shares_of(np.where((total > 0) & (count > 1), 1.0 - entropy, 0.0))


def critic_weights(values: Floats, benefit: Flags) -> Floats:
    """One weight per column, summing to 1; a column without spread weighs nothing."""
    scaled = scale_columns(values, benefit)
    known = ~np.isnan(scaled)
    conflict = (1.0 - correlations(scaled)).sum(axis=1)
    return shares_of(np.where(known.sum(axis=0) > 1, deviations(scaled) * conflict, 0.0))


def topsis_closeness(values: Floats, weights: Floats, benefit: Flags) -> Floats:
    """Closeness per subject, 0 (worst in everything) to 1 (best in everything). The weights of what a subject lacks
    move to its other columns in proportion; NaN for a subject that has none."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    length = np.sqrt((filled**2).sum(axis=0))
    unit = np.where(known, filled / np.where(length > 0, length, 1.0), np.nan)
    high, low = np.nanmax(unit, axis=0, initial=-np.inf), np.nanmin(unit, axis=0, initial=np.inf)
    best, worst = np.where(benefit, high, low), np.where(benefit, low, high)
    own = np.where(known, weights, 0.0)
    total = own.sum(axis=1, keepdims=True)
    own = own / np.where(total > 0, total, 1.0)
    to_best, to_worst = (
        np.sqrt(np.where(known, (own * (unit - point)) ** 2, 0.0).sum(axis=1)) for point in (best, worst)
    )
    both = to_best + to_worst
    closeness = np.where(both > 0, to_worst / np.where(both > 0, both, 1.0), 0.5)
    return np.where(total[:, 0] > 0, closeness, np.nan)


def scale_columns(values: Floats, benefit: Flags) -> Floats:
    """Each column from 0 (its worst value) to 1 (its best); a column of equal values becomes 0."""
    some = (~np.isnan(values)).any(axis=0)
    low = np.where(some, np.nanmin(np.where(some, values, 0.0), axis=0), 0.0)
    high = np.where(some, np.nanmax(np.where(some, values, 0.0), axis=0), 0.0)
    spread = np.where(high > low, high - low, 1.0)
    share = (values - low) / spread
    return np.where(benefit | (high == low), share, 1.0 - share)


def deviations(values: Floats) -> Floats:
    """The sample standard deviation of each column's known values; 0 for fewer than two."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
    return np.asarray(np.sqrt(squares / np.maximum(count - 1, 1)))


def correlations(values: Floats) -> Floats:
    """Pearson's correlation of each pair of columns over the subjects that both know; 0 where one has no spread."""
    known = (~np.isnan(values)).astype(np.float64)
    filled = np.where(known > 0, values, 0.0)
    count = known.T @ known
    first, second = filled.T @ known, known.T @ filled
    squares = (filled**2).T @ known
    safe = np.maximum(count, 1.0)
    covariance = filled.T @ filled - first * second / safe
    variance = squares - first**2 / safe
    scale = variance * (squares.T - second**2 / safe)
    found = np.where(scale > 1e-18, covariance / np.sqrt(np.where(scale > 1e-18, scale, 1.0)), 0.0)
    found = np.clip(found, -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return found


def shares_of(amounts: Floats) -> Floats:
    """Amounts above zero as shares of their sum; equal shares when there is nothing to share."""
    amounts = np.maximum(amounts, 0.0)
    total = float(amounts.sum())
    return amounts / total if total > 0 else np.full(len(amounts), 1.0 / len(amounts))
