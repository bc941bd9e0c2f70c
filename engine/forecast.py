"""When a measure that drifts will pass its limit: a least-squares line through its last days, for all at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_DAYS = 8
LEAST_T = 2.0


@dataclass(frozen=True)
class Trend:
    """What a line needs to know of each provider's days: how many, the means of day and value, and the sums of squares
    and products about the means. A database computes the same by its regr_ aggregates."""

    count: Floats
    mean_x: Floats
    mean_y: Floats
    sxx: Floats
    sxy: Floats
    syy: Floats


def trend_of(days: Floats, values: Floats) -> Trend:
    """The trend of `values` (providers x days, NaN for "not measured") over `days`, relative to now (0 is today)."""
    known = np.isfinite(values)
    count = known.sum(axis=1).astype(np.float64)
    x, y = np.where(known, days, 0.0), np.where(known, values, 0.0)
    with np.errstate(all="ignore"):
        mean_x, mean_y = x.sum(axis=1) / count, y.sum(axis=1) / count
    away_x = np.where(known, days - mean_x[:, np.newaxis], 0.0)
    away_y = np.where(known, values - mean_y[:, np.newaxis], 0.0)
    return Trend(
        count=count,
        mean_x=mean_x,
        mean_y=mean_y,
        sxx=(away_x**2).sum(axis=1),
        sxy=(away_x * away_y).sum(axis=1),
        syy=(away_y**2).sum(axis=1),
    )


def forecast_breach(trend: Trend, *, limit: float, at_most: bool, horizon: float, least_t: float = LEAST_T) -> Floats:
    """Days from now until each provider passes `limit`; NaN where no breach is in sight within `horizon` days.

    `at_most` says on which side of the limit the measure should stay. A line counts only through LEAST_DAYS points and
    with a slope whose t-value reaches `least_t`, so that noise alone forecasts nothing. Whoever stands beyond the limit
    by that line already gets 0.
    """
    with np.errstate(all="ignore"):
        slope = trend.sxy / trend.sxx
        rest = np.maximum(trend.syy - slope * trend.sxy, 0.0)
        error = np.sqrt(rest / (trend.count - 2) / trend.sxx)
        steady = np.abs(slope) >= least_t * error
        now = trend.mean_y - slope * trend.mean_x
        left = np.maximum((limit - now) / slope, 0.0)
    towards = slope > 0 if at_most else slope < 0
    beyond = now > limit if at_most else now < limit
    found = np.round(np.where(beyond, 0.0, left), 9)  # a breach on the last day of the horizon counts
    return np.where((trend.count >= LEAST_DAYS) & steady & towards & (found <= horizon), found, np.nan)
