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
from engine.groups import Rows
from engine.model import Metric, Prior, ScoringModel

Floats = NDArray[np.float64]
MIN_SUBJECTS = 3


@dataclass(frozen=True)
class Shrunk:
    """Subjects x metrics: the shrunk value, the group's mean m, K (NaN where nothing was shrunk) and the share kept."""

    value: Floats
    mean: Floats
    k: Floats
    kept: Floats


def shrink(model: ScoringModel, chosen: Chosen, members: list[Rows], noise: tuple[Floats, Floats] | None) -> Shrunk:
    """Shrink all metrics within each group (`members` holds the rows of each)."""
    assessed = chosen.reason == OK
    value = np.where(assessed, chosen.raw, np.nan).astype(chosen.raw.dtype, copy=False)
    empty = np.full_like(value, np.nan)
    result = Shrunk(value, empty, empty.copy("K"), np.where(assessed, np.ones_like(value), empty))
    columns = [index for index, metric in enumerate(model.metrics) if metric.prior.kind != "none"]
    if not columns:
        return result
    pick = slice(None) if len(columns) == len(model.metrics) else columns
    metrics = [model.metrics[index] for index in columns]
    factor = np.array([metric.factor for metric in metrics], dtype=value.dtype)
    for rows in members:
        group = Group(
            known=assessed[rows][:, pick],
            numerator=chosen.numerator[rows][:, pick],
            denominator=chosen.denominator[rows][:, pick],
            noise=None if noise is None else (noise[0][rows][:, pick], noise[1][rows][:, pick]),
        )
        mean, k, kept = group.estimate(metrics)
        place = (rows, pick) if isinstance(rows, slice) or isinstance(pick, slice) else np.ix_(rows, np.array(pick))
        own, mean = value[place], mean * factor
        shrunk = np.where(kept == 1, own, mean + kept * (own - mean))
        for target, found in ((result.mean, mean), (result.k, k), (result.kept, kept)):
            target[place] = np.where(group.known, found, np.nan)
        value[place] = np.where(group.known, shrunk, np.nan)
    return result


@dataclass(frozen=True)
class Group:
    """One peer group: subjects x metrics. Values that are not `known` count for nothing."""

    known: NDArray[np.bool_]
    numerator: Floats
    denominator: Floats
    noise: tuple[Floats, Floats] | None

    def estimate(self, metrics: list[Metric]) -> tuple[Floats, Floats, Floats]:
        """Mean, K and share kept: one per metric, or one per subject and metric."""
        with np.errstate(all="ignore"):
            count = self.known.sum(axis=0)
            numerator = np.where(self.known, self.numerator, 0)
            denominator = np.where(self.known, self.denominator, 0)
            volume = denominator.sum(axis=0)
            mean = numerator.sum(axis=0) / volume
            ratio = np.where(self.known, self.numerator / self.denominator, mean)
            noise = self.noise_of(metrics, mean)
            apart = (denominator * (ratio - mean) ** 2).sum(axis=0)
            spread = volume - (denominator**2).sum(axis=0) / volume
            between = (apart - (count - 1) * noise) / spread
            k = np.where(between > 0, noise / between, np.inf)
            fixed = np.array([metric.prior.kind == "fixed" for metric in metrics])
            k = np.where(fixed, [metric.prior.k or 0.0 for metric in metrics], k)
            unknown = (volume <= 0) | ~fixed & ((count < MIN_SUBJECTS) | ~(noise > 0))
            k = np.where(unknown, np.nan, k).astype(mean.dtype)
            kept = np.where(unknown, 1.0, np.where(np.isinf(k), 0.0, self.denominator / (self.denominator + k)))
        for index, metric in enumerate(metrics):
            if metric.prior.kind == "efron_morris" and volume[index] > 0:
                known = self.known[:, index]
                found = efron_morris(metric.prior, self.numerator[known, index], self.denominator[known, index])
                k = np.broadcast_to(k, kept.shape).copy()
                mean[index], k[known, index], kept[:, index] = found
        return np.where(volume > 0, mean, np.nan), k, kept.astype(mean.dtype)

    def noise_of(self, metrics: list[Metric], mean: Floats) -> Floats:
        """The variance by chance of one unit of each denominator."""
        if self.noise is None:
            measured = np.zeros(len(metrics))
        else:
            squares, freedom = (np.where(self.known, values, 0).sum(axis=0) for values in self.noise)
            measured = np.where(freedom > 0, squares / np.where(freedom > 0, freedom, 1), 0.0)
        chance = {
            "binomial": np.where((mean > 0) & (mean < 1), mean * (1 - mean), 0.0),
            "poisson": np.maximum(mean, 0.0),
            "blocks": measured,
        }
        return np.array([chance[metric.prior.noise][index] for index, metric in enumerate(metrics)], dtype=mean.dtype)


def efron_morris(prior: Prior, numerator: Floats, denominator: Floats) -> tuple[float, Floats | float, float]:
    """Mean, K and the one share kept (Efron and Morris)."""
    count, ratio = len(numerator), numerator / denominator
    mean = float(ratio.sum()) / count
    squares = float(((ratio - mean) ** 2).sum())
    if count <= MIN_SUBJECTS or squares <= 0:
        return mean, np.nan, 1.0
    noise = max(mean, 0.0) if prior.noise == "poisson" else mean * (1 - mean) if 0 < mean < 1 else 0.0
    variance = noise * float((1 / denominator).sum()) / count
    kept = max(0.0, 1 - (count - MIN_SUBJECTS) * variance / squares)
    return mean, denominator * (1 - kept) / kept if kept else np.inf, kept
