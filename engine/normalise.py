"""Steps 4 and 5: winsorise within the peer group, then turn values into points."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.groups import Rows
from engine.model import Metric, Normaliser, ScoringModel
from engine.rounding import round_values

Floats = NDArray[np.float64]
MAD_TO_DEVIATION = 1.4826022185056018  # 1 / the 0.75 quantile of the normal distribution


def winsorise(model: ScoringModel, values: Floats, members: list[Rows]) -> Floats:
    """Clip each metric at its quantiles within each group (linear interpolation); NaN stays."""
    result = values.copy("K")
    columns = [index for index, metric in enumerate(model.metrics) if metric.winsor is not None]
    shares = np.array([metric.winsor for metric in model.metrics if metric.winsor is not None]).reshape(-1, 2)
    pick = slice(None) if len(columns) == len(model.metrics) else columns
    for rows in members:
        block = values[rows][:, pick]
        if block.size:
            low, high = quantiles(np.sort(block, axis=0), shares.T)
            place = (rows, pick) if isinstance(rows, slice) or isinstance(pick, slice) else np.ix_(rows, np.array(pick))
            result[place] = np.clip(block, low, high)
    return result


def quantiles(ordered: Floats, shares: Floats) -> Floats:
    """Quantiles of each ascending column with NaN last: `shares` is quantiles x columns. Linear interpolation."""
    last = np.maximum(np.count_nonzero(~np.isnan(ordered), axis=0) - 1, 0)
    position = shares * last
    below = position.astype(np.int64)
    columns = np.arange(ordered.shape[1])
    low, high = ordered[below, columns], ordered[np.minimum(below + 1, last), columns]
    return np.asarray(low + ((position - below) * (high - low)).astype(ordered.dtype))


def normalise(model: ScoringModel, values: Floats, members: list[Rows]) -> Floats:
    """Points per subject and metric; NaN stays. A metric's rounding is applied to the value before."""
    result = np.full_like(values, np.nan)
    ranked = [index for index, metric in enumerate(model.metrics) if metric.normaliser.kind == "percentile"]
    for index, metric in enumerate(model.metrics):
        if metric.rounding is not None:
            values = values.copy("K")
            values[:, index] = round_values(values[:, index], metric.rounding)
    for index in set(range(len(model.metrics))) - set(ranked):
        for rows in members:
            own = values[rows, index]
            points = np.full(len(own), np.nan)
            known = ~np.isnan(own)
            if known.any():
                points[known] = points_of(own[known], model.metrics[index], model.scale)
            result[rows, index] = points
    if ranked:
        pick = slice(None) if len(ranked) == len(model.metrics) else ranked
        upward = np.array([model.metrics[index].direction == "higher" for index in ranked])
        for rows in members:
            share = percentile_shares(values[rows][:, pick])
            place = (rows, pick) if isinstance(rows, slice) or isinstance(pick, slice) else np.ix_(rows, np.array(pick))
            result[place] = model.scale * np.where(upward, share, 1 - share)
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


def percentile_shares(values: Floats) -> Floats:
    """Mid-rank over count of each column: (those below + half of those equal, oneself included) / all; NaN stays. One
    alone is 0.5."""
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    rows = np.arange(len(values) + 1, dtype=np.int32)[:, np.newaxis]
    begins = np.ones((len(values) + 1, values.shape[1]), dtype=np.bool_)  # a run of equals begins; the end begins one
    begins[1:-1] = ordered[1:] != ordered[:-1]
    start = np.maximum.accumulate(np.where(begins, rows, 0), axis=0)[:-1]
    stop = np.minimum.accumulate(np.where(begins, rows, len(values))[:0:-1], axis=0)[::-1]
    count = np.count_nonzero(~np.isnan(values), axis=0)
    share = np.empty_like(values)
    np.put_along_axis(share, order, (start + stop) / np.maximum(2.0 * count, 1.0), axis=0)
    share[np.isnan(values)] = np.nan
    return share


def percentile_share(values: Floats, normaliser: Normaliser) -> Floats:
    """`percentile_shares` of one column."""
    return percentile_shares(values[:, np.newaxis])[:, 0]


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
