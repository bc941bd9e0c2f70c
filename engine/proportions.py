"""The interval of a share that was counted: how sure `done` out of `begun` is.

Wilson (Journal of the American Statistical Association 22, 1927): it stays within 0 and 1 and keeps its level also for
few trials and for shares of none or all, where the plain normal interval has no width.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from engine.arrays import FloatArray


def wilson_interval(
    done: ArrayLike, begun: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The share with its lower and upper end; NaN where nothing was begun."""
    hits, trials = np.asarray(done, dtype=np.float64), np.asarray(begun, dtype=np.float64)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    n = np.where(trials > 0, trials, np.nan)
    share = hits / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # Rounded, so that none and all are told without the last digit's noise.
    return share, np.clip(np.round(centre - half, 12), 0.0, 1.0), np.clip(np.round(centre + half, 12), 0.0, 1.0)
