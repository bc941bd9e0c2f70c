"""Step 6: weighted means of what was assessed, and contributions that sum to them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.model import Aggregation

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """`value` per subject (NaN when too few parts are assessed); `weight` and `contribution` per subject and part.

    Weights are those of the assessed parts, scaled to sum to 1; 0 for a part that is not assessed. Contributions sum
    to the value; NaN for a part that is not assessed, or when the value is not.
    """

    value: Floats
    weight: Floats
    contribution: Floats


def weighted_mean(
    parts: Floats, weights: Floats, *, minimum: int, aggregation: Aggregation, log_floor: float, scale: float
) -> Mean:
    """The mean over the columns of `parts` (subjects x parts, NaN is not assessed).

    Arithmetic: value = sum w s, contribution w s. Geometric: value = exp(sum w ln s), with s lifted to `log_floor`;
    a part at 0 makes it 0. Its contribution is `w r + L w ln(s / r)`, with r the log_floor (or scale / 100 when that is
    0) and L = (value - r) / ln(value / r), the logarithmic mean; these sum to the value exactly.
    """
    known = ~np.isnan(parts)
    enough = known.sum(axis=1) >= minimum
    shares = np.where(known, weights, 0.0)
    total = shares.sum(axis=1, keepdims=True)
    weight = np.where(enough[:, np.newaxis] & (total > 0), shares / np.where(total > 0, total, 1.0), 0.0)
    filled = np.where(known, parts, 0.0)
    if aggregation == "arithmetic":
        contribution = weight * filled
        value = contribution.sum(axis=1)
    else:
        value, contribution = geometric_mean(filled, weight, log_floor, log_floor or scale / 100)
    judged = known & enough[:, np.newaxis]
    return Mean(np.where(enough, value, np.nan), weight, np.where(judged, contribution, np.nan))


def geometric_mean(parts: Floats, weight: Floats, log_floor: float, reference: float) -> tuple[Floats, Floats]:
    """The weighted geometric mean and its contributions; parts without weight do not count."""
    lifted = np.maximum(parts, log_floor)
    zero = np.any((lifted <= 0) & (weight > 0), axis=1, keepdims=True)
    distance = weight * np.log(np.where((lifted > 0) & (weight > 0), lifted, reference) / reference)
    total = distance.sum(axis=1)
    value = np.where(zero[:, 0], 0.0, reference * np.exp(total))
    small = np.abs(total) < 1e-12
    slope = reference * np.where(small, 1.0, np.expm1(total) / np.where(small, 1.0, total))
    contribution = weight * reference + slope[:, np.newaxis] * distance
    return value, np.where(zero, 0.0, contribution)
