"""Peer groups: who is compared with whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.model import Peers

Rows = slice | NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """A group number per subject, and the name and size of each group."""

    number: NDArray[np.int64]
    names: tuple[str, ...]
    sizes: NDArray[np.int64]

    @property
    def members(self) -> list[Rows]:
        """The rows of each group; a slice where they follow one another."""
        if (np.diff(self.number) >= 0).all():
            ends = np.searchsorted(self.number, np.arange(len(self.names) + 1)).tolist()
            return [slice(start, stop) for start, stop in pairwise(ends)]
        return [np.flatnonzero(self.number == number) for number in range(len(self.names))]


def resolve_groups(peers: Peers, columns: Mapping[str, NDArray[Any]], count: int) -> Groups:
    """Group `count` subjects by the peer columns. A group below the minimum drops its last column, and again, until it
    is large enough or everybody is one group (of everybody who fell that far). Raises `missing_columns`."""
    if missing := [name for name in peers.columns if name not in columns]:
        raise EngineError(
            "missing_columns",
            "The peer group needs the columns %(columns)s.",
            field="peers.columns",
            remedy="Give them with the inputs.",
            params={"columns": ", ".join(missing)},
        )
    texts = [np.where(is_missing(columns[name]), "", columns[name].astype(str)) for name in peers.columns]
    names = np.array([" | ".join(parts) for parts in zip(*texts, strict=True)] if texts else [""] * count, dtype=object)
    for depth in range(len(texts) - 1, -1, -1):
        _, number, sizes = np.unique(names.astype(str), return_inverse=True, return_counts=True)
        small = sizes[number] < peers.minimum
        wider = [" | ".join(parts) for parts in zip(*texts[:depth], strict=True)] if depth else [""] * count
        names = np.where(small, np.array(wider, dtype=object), names)
    labels, number, sizes = np.unique(names.astype(str), return_inverse=True, return_counts=True)
    return Groups(number.astype(np.int64), tuple(str(label) for label in labels), sizes.astype(np.int64))


def is_missing(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a column has no value."""
    if column.dtype.kind == "f":
        return np.asarray(np.isnan(column))
    if column.dtype.kind == "O":
        return np.array([value is None or value != value for value in column], dtype=np.bool_)
    return np.zeros(len(column), dtype=np.bool_)
