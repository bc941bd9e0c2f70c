"""Steps 4 and 5: winsorise within the peer group, then turn values into points."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.model import Metric, Normaliser, ScoringModel
from engine.rounding import round_values

Floats = NDArray[np.float64]
MAD_TO_DEVIATION = 1.4826022185056018  # 1 / the 0.75 quantile of the normal distribution


def winsorise(model: ScoringModel, values: Floats, members: list[NDArray[np.int64]]) -> Floats:
    """Clip each metric at its quantiles within each group (linear interpolation); NaN stays. `members` holds the row
    numbers of each group."""
    result = values.copy()
    for index, metric in enumerate(model.metrics):
        if metric.winsor is None:
            continue
        for rows in members:
            column = values[rows, index]
            known = column[~np.isnan(column)]
            if len(known):
                low, high = np.quantile(known, metric.winsor)
                result[rows, index] = np.clip(column, low, high)
    return result


def normalise(model: ScoringModel, values: Floats, members: list[NDArray[np.int64]]) -> Floats:
    """Points per subject and metric; NaN stays. A metric's rounding is applied to the value before."""
    result = np.full(values.shape, np.nan)
    for index, metric in enumerate(model.metrics):
        column = round_values(values[:, index], metric.rounding)
        for rows in members:
            known = rows[~np.isnan(column[rows])]
            if len(known):
                result[known, index] = points_of(column[known], metric, model.scale)
    return result


def points_of(values: Floats, metric: Metric, scale: float) -> Floats:
    """Points of one group's values (no NaN) by the metric's normaliser and direction."""
    normaliser = metric.normaliser
    if normaliser.kind == "identity":
        return values
    if normaliser.kind == "thresholds":
        side = "right" if metric.direction == "higher" else "left"
        return np.asarray(normaliser.points)[np.searchsorted(normaliser.cuts, values, side=side)]  # type: ignore[call-overload]
    share = SHARES[normaliser.kind](values, normaliser)
    return scale * (share if metric.direction == "higher" else 1 - share)


def percentile_share(values: Floats, normaliser: Normaliser) -> Floats:
    """Mid-rank over count: (those below + half of those equal, oneself included) / all. One alone is 0.5."""
    ordered = np.sort(values)
    ranks = np.searchsorted(ordered, values, side="left") + np.searchsorted(ordered, values, side="right")
    return ranks / (2 * len(values))


def z_share(values: Floats, normaliser: Normaliser) -> Floats:
    """0.5 + z / (2 spread), held in 0..1, with the population deviation; all equal is 0.5."""
    return spread_share(values - values.sum() / len(values), float(np.std(values)), values, normaliser)


def robust_share(values: Floats, normaliser: Normaliser) -> Floats:
    """The same with the median and the median absolute deviation."""
    apart = values - np.median(values)
    return spread_share(apart, float(np.median(np.abs(apart))) * MAD_TO_DEVIATION, values, normaliser)


def spread_share(apart: Floats, deviation: float, values: Floats, normaliser: Normaliser) -> Floats:
    """Distances in units of the deviation as shares."""
    if values.max() == values.min() or deviation == 0:
        return np.clip(0.5 + 0.5 * np.sign(np.where(values.max() == values.min(), 0.0, apart)), 0, 1)
    return np.clip(0.5 + apart / deviation / (2 * normaliser.spread), 0, 1)


def min_max_share(values: Floats, normaliser: Normaliser) -> Floats:
    """Distance from the group's lowest as a share of its range; all equal is 0.5."""
    low, high = values.min(), values.max()
    return np.full(len(values), 0.5) if low == high else (values - low) / (high - low)


def goalpost_share(values: Floats, normaliser: Normaliser) -> Floats:
    """(f(x) - f(lower)) / (f(upper) - f(lower)), held in 0..1; f is the logarithm or the value itself."""
    low, high = float(normaliser.lower or 0.0), float(normaliser.upper or 0.0)
    held = np.clip(values, low, high)
    if normaliser.log:
        return np.asarray(np.log(held / low) / np.log(high / low))
    return (held - low) / (high - low)


SHARES: Mapping[str, Callable[[Floats, Normaliser], Floats]] = {
    "percentile": percentile_share,
    "z": z_share,
    "robust_z": robust_share,
    "min_max": min_max_share,
    "goalposts": goalpost_share,
}
