"""Rounding to multiples of a step, halves away from zero or to even."""

import numpy as np
from numpy.typing import NDArray

from engine.model import Rounding

Floats = NDArray[np.float64]
# Weighted sums of decimal weights miss an exact half by a few units in the last place (2.4999999999999996).
HALF_TOLERANCE = 1e-9


def round_values(values: Floats, rounding: Rounding | None) -> Floats:
    """`values` rounded; NaN stays. A value within 1e-9 steps of a half counts as the half."""
    if rounding is None:
        return values
    steps = np.abs(values) / rounding.step
    whole = np.floor(steps)
    rest = steps - whole
    tolerance = HALF_TOLERANCE * np.maximum(1.0, np.where(np.isfinite(steps), steps, 1.0) * 1e-6)
    up = rest >= 0.5 - tolerance
    if rounding.mode == "half_even":
        half = np.abs(rest - 0.5) <= tolerance
        up = np.where(half, whole % 2 == 1, up)
    counted = np.sign(values) * (whole + up)
    parts = round(1 / rounding.step)
    is_fraction = parts >= 1 and abs(parts * rounding.step - 1) < 1e-12
    return np.asarray(counted / parts if is_fraction else counted * rounding.step, dtype=np.float64)
