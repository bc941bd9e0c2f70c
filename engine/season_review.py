"""A season in hindsight: who moved between levels, and who gained or lost most places.

matrix = count_moves(before=[1, 1, 2, 2], after=[1, 2, 2, 1], levels=2)    # [[1, 1], [1, 1]]: from row to column
order = order_by_change(change=[3, -1, None])                              # rows by places won, the most first
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from engine.arrays import IntArray


def count_moves(*, before: ArrayLike, after: ArrayLike, levels: int) -> IntArray:
    """How many went from each level (row, 1 first) to each (column); the last row are those who held none before, the
    last column those who hold none after. Levels of 0 mean none. Raises ValueError for a level out of range."""
    first, then = np.asarray(before, dtype=np.int64), np.asarray(after, dtype=np.int64)
    if first.shape != then.shape or ((first < 0) | (first > levels) | (then < 0) | (then > levels)).any():
        raise ValueError(f"two levels from 0 to {levels} for each subject")
    size = levels + 1
    # Nothing stands last: level 0 goes behind the lowest level.
    row, column = (np.where(column == 0, levels, column - 1) for column in (first, then))
    return np.bincount(row * size + column, minlength=size * size).reshape(size, size).astype(np.int64)


def order_by_change(change: Sequence[int | None]) -> list[int]:
    """Row numbers by places won, the most first; equal ones keep their order, unknown ones are left out."""
    known = [row for row, value in enumerate(change) if value is not None]
    return sorted(known, key=lambda row: -(change[row] or 0))
