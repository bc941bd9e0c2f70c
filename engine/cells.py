"""Exact integer sums of some members (providers, or pairs of a provider and a merchant) by band of ages and by week."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.plan import SumsPlan
from engine.slices import Slice

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """`bands` (bands x members x keys) and `rows` (bands x members, facts) hold what lies between one cut point of the
    plan and the next; `weeks` (weeks x members x plan.week_keys) the weeks of the model's window."""

    plan: SumsPlan
    bands: Ints
    rows: Ints
    weeks: Ints

    def add(self, part: Slice) -> None:
        """Put the sums of one block in their places."""
        band = self.plan.band_of(part.block)
        self.rows[band, part.numbers] += part.rows
        self.bands[band, part.numbers] += part.values
        if part.block < self.plan.week_count:
            self.weeks[part.block, part.numbers] = part.values[:, self.plan.week_keys]


def empty_cells(plan: SumsPlan, count: int) -> dict[str, Any]:
    """The arrays of cells of nothing yet, by name."""
    return {
        "bands": np.zeros((plan.band_count, count, len(plan.keys)), dtype=np.int64),
        "rows": np.zeros((plan.band_count, count), dtype=np.int64),
        "weeks": np.zeros((plan.week_count, count, len(plan.week_keys)), dtype=np.int64),
    }


def take_cells(cells: Cells, keep: NDArray[np.bool_]) -> dict[str, Any]:
    """The arrays of some members, by name."""
    return {"bands": cells.bands[:, keep], "rows": cells.rows[:, keep], "weeks": cells.weeks[:, keep]}
