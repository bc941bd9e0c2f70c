"""When a measure that drifts will pass its limit: a least-squares line through its last days, for all at once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_DAYS = 8
LEAST_T = 2.0


def forecast_breach(
    days: Floats, values: Floats, *, limit: float, at_most: bool, horizon: float, least_t: float = LEAST_T
) -> Floats:
    """Days from now until each provider passes `limit`; NaN where no breach is in sight within `horizon` days.

    `days` are the measured days relative to now (0 is today, negative before), `values` providers x days with NaN for
    "not measured". `at_most` says on which side of the limit the measure should stay. A line counts only through
    LEAST_DAYS points and with a slope whose t-value reaches `least_t`, so that noise alone forecasts nothing. Whoever
    stands beyond the limit by that line already gets 0.
    """
    known = np.isfinite(values)
    count = known.sum(axis=1)
    x = np.where(known, days, 0.0)
    y = np.where(known, values, 0.0)
    with np.errstate(all="ignore"):
        mean_x, mean_y = x.sum(axis=1) / count, y.sum(axis=1) / count
        away_x = np.where(known, days - mean_x[:, np.newaxis], 0.0)
        away_y = np.where(known, values - mean_y[:, np.newaxis], 0.0)
        spread = (away_x**2).sum(axis=1)
        slope = (away_x * away_y).sum(axis=1) / spread
        rest = (np.where(known, away_y - slope[:, np.newaxis] * away_x, 0.0) ** 2).sum(axis=1)
        error = np.sqrt(rest / (count - 2) / spread)
        steady = np.abs(slope) >= least_t * error
        now = mean_y - slope * mean_x
        left = np.maximum((limit - now) / slope, 0.0)
    towards = slope > 0 if at_most else slope < 0
    beyond = now > limit if at_most else now < limit
    found = np.where(beyond, 0.0, left)
    return np.where((count >= LEAST_DAYS) & steady & towards & (found <= horizon), found, np.nan)
