"""Cohorts: a field that is too large for one track, cut into groups of comparable size."""

import math

import numpy as np
from numpy.typing import ArrayLike

from engine.arrays import FloatArray, IntArray


def cut_cohorts(subject: ArrayLike, size: FloatArray, most: int | None) -> list[IntArray]:
    """The rows of each cohort, the largest subjects first: as few cohorts as hold `most` rows each, equal in number to
    within one. Unknown sizes count as 0, equal ones are ordered by subject; without `most` all rows are one cohort, in
    the order given."""
    names = np.asarray(subject)
    if most is None or len(names) <= most:
        return [np.arange(len(names), dtype=np.int64)]
    ordered = np.lexsort((names, -np.nan_to_num(size))).astype(np.int64)
    return np.array_split(ordered, math.ceil(len(names) / most))
