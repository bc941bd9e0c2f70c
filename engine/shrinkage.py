"""Step 3: pull ratios towards their peer group by how little they rest on.

`shrunk = (num + K m) / (den + K)`, with m the group's mean: a subject keeps the share `kept = den / (den + K)` of its
own distance from m. Kinds of prior:

- fixed: K is given; m = sum(num) / sum(den).
- moments: K = noise / between, where between = max(0, (Q - (n - 1) noise) / (N - sum(den^2) / N)),
  Q = sum(den (r - m)^2) and N = sum(den) (analysis of variance of unequal groups; Buehlmann and Straub 1970).
  noise is m (1 - m) (binomial), m (poisson), or measured between a provider's own blocks of time (blocks).
- efron_morris: one share kept by all, 1 - (n - 3) v / sum((r - m)^2), never below 0, with m the plain mean of the r
  and v the sampling variance m (1 - m) / h (binomial) or m / h (poisson), h the harmonic mean of the den
  (Efron and Morris 1975, 1977).

Fewer than three (efron_morris: four) assessed subjects leave the raw values as they are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evidence import OK, Chosen
from engine.model import Prior, ScoringModel

Floats = NDArray[np.float64]
MIN_SUBJECTS = 3


@dataclass(frozen=True)
class Shrunk:
    """Subjects x metrics: the shrunk value, the group's mean m, K (NaN where nothing was shrunk) and the share kept."""

    value: Floats
    mean: Floats
    k: Floats
    kept: Floats


def shrink(
    model: ScoringModel, chosen: Chosen, group: NDArray[np.int64], noise: tuple[Floats, Floats] | None
) -> Shrunk:
    """Shrink each metric within each group (`group` holds a group number per subject)."""
    assessed = chosen.reason == OK
    value = np.where(assessed, chosen.raw, np.nan)
    shape = value.shape
    result = Shrunk(value.copy(), np.full(shape, np.nan), np.full(shape, np.nan), np.where(assessed, 1.0, np.nan))
    for index, metric in enumerate(model.metrics):
        if metric.prior.kind == "none":
            continue
        for number in range(int(group.max(initial=-1)) + 1):
            rows = np.flatnonzero((group == number) & assessed[:, index])
            between_blocks = None if noise is None else (noise[0][rows, index].sum(), noise[1][rows, index].sum())
            numerator, denominator = chosen.numerator[rows, index], chosen.denominator[rows, index]
            mean, k, kept = estimate(metric.prior, numerator, denominator, between_blocks)
            mean *= metric.factor
            own = value[rows, index]
            result.mean[rows, index], result.k[rows, index], result.kept[rows, index] = mean, k, kept
            result.value[rows, index] = np.where(kept == 1, own, mean + kept * (own - mean))
    return result


def estimate(
    prior: Prior, numerator: Floats, denominator: Floats, between_blocks: tuple[float, float] | None
) -> tuple[float, Floats | float, Floats | float]:
    """Mean, K and share kept for the assessed subjects of one group."""
    count, volume = len(numerator), float(denominator.sum())
    if volume <= 0:
        return np.nan, np.nan, 1.0
    if prior.kind == "efron_morris":
        return efron_morris(prior, numerator, denominator)
    mean = float(numerator.sum()) / volume
    if prior.kind == "fixed":
        k = float(prior.k or 0.0)
        return mean, k, denominator / (denominator + k)
    noise = noise_of(prior, mean, between_blocks)
    if count < MIN_SUBJECTS or not noise > 0:
        return mean, np.nan, 1.0
    ratio = numerator / denominator
    apart = float((denominator * (ratio - mean) ** 2).sum())
    spread = volume - float((denominator**2).sum()) / volume
    between = (apart - (count - 1) * noise) / spread
    if between <= 0:
        return mean, np.inf, 0.0
    k = noise / between
    return mean, k, denominator / (denominator + k)


def noise_of(prior: Prior, mean: float, between_blocks: tuple[float, float] | None) -> float:
    """The variance by chance of one unit of the denominator."""
    if prior.noise == "binomial":
        return mean * (1 - mean) if 0 < mean < 1 else 0.0
    if prior.noise == "poisson":
        return max(mean, 0.0)
    squares, freedom = between_blocks or (0.0, 0.0)
    return squares / freedom if freedom > 0 else 0.0


def efron_morris(prior: Prior, numerator: Floats, denominator: Floats) -> tuple[float, Floats | float, Floats | float]:
    """Mean, K and the one share kept (Efron and Morris)."""
    count, ratio = len(numerator), numerator / denominator
    mean = float(ratio.sum()) / count
    squares = float(((ratio - mean) ** 2).sum())
    if count <= MIN_SUBJECTS or squares <= 0:
        return mean, np.nan, 1.0
    variance = noise_of(prior, mean, None) * float((1 / denominator).sum()) / count
    kept = max(0.0, 1 - (count - MIN_SUBJECTS) * variance / squares)
    return mean, denominator * (1 - kept) / kept if kept else np.inf, kept
