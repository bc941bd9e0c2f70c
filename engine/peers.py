"""How far one subject stands from its peer group: metric by metric, and capability by capability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.what_if import Basis

Floats = NDArray[np.float64]
# The lines that a value can reach among its peers, worst first: quarters, and the best tenth.
LINES = (0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Distances:
    """Per column: the subject's own `value`, the peers' `lines` (LINES x columns, in the direction in which the column
    gets better), its `place` among the `count` peers that have a value (1 is best, equal values share the best place),
    and the place as a share of those behind or equal. NaN where there is nothing to compare."""

    value: Floats
    lines: Floats
    place: Floats
    count: NDArray[np.int64]

    @property
    def next_line(self) -> NDArray[np.int64]:
        """The first line that the value has not reached: an index into LINES, the number of lines beyond the last, the
        median for whoever has no value, and -1 where the peers have none."""
        reached = self.reached
        first = np.where(np.isnan(self.value), LINES.index(0.5), reached.sum(axis=0))
        return np.where(np.isnan(self.lines[0]), -1, first).astype(np.int64)

    @property
    def reached(self) -> NDArray[np.bool_]:
        """LINES x columns: which lines are reached; a later one never without the earlier."""
        better = np.where(self.lines[-1] >= self.lines[0], 1.0, -1.0)
        with np.errstate(invalid="ignore"):
            return np.asarray(self.value * better >= self.lines * better)


def metric_distances(basis: Basis, row: int) -> Distances:
    """Raw values against the subject's peer group; places by points, which know the direction and the evidence."""
    peers = basis.groups.number == basis.groups.number[row]
    assessed = ~np.isnan(basis.points[peers])
    lower = np.array([metric.direction == "lower" for metric in basis.model.metrics])
    return distances(
        np.where(np.isnan(basis.points[row]), np.nan, basis.raw[row]),
        np.where(assessed, basis.raw[peers], np.nan),
        lower,
        basis.points[row],
        basis.points[peers],
    )


def capability_distances(capability: Floats, row: int, peers: NDArray[np.bool_]) -> Distances:
    """Scores of capabilities (subjects x capabilities) against the `peers`."""
    own, others = capability[row], capability[peers]
    return distances(own, others, np.zeros(capability.shape[1], dtype=np.bool_), own, others)


def distances(own: Floats, peers: Floats, lower: NDArray[np.bool_], rating: Floats, ratings: Floats) -> Distances:
    """Lines from the peers' values, places from their ratings (higher is better)."""
    lines = np.full((len(LINES), len(own)), np.nan)
    for index, column in enumerate(peers.T):
        known = column[~np.isnan(column)]
        if len(known):
            lines[:, index] = np.quantile(known, [1 - line if lower[index] else line for line in LINES])
    count = (~np.isnan(ratings)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        place = 1.0 + (ratings > rating).sum(axis=0)
    return Distances(own, lines, np.where(np.isnan(rating), np.nan, place), count)
