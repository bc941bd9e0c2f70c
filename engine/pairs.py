"""Pairs: who could be matched with whom, as sorted index arrays that the matching rounds share.

A pair says that a request may go to a provider. Requests and providers are numbered from 0; a pair stands once; pairs
are kept sorted by request, then provider, so that the order in which they came never decides anything.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import FloatArray, IntArray, Places
from engine.errors import EngineError


@dataclass(frozen=True)
class Pairs:
    """Sorted pairs; `start[r]` to `start[r + 1]` are those of request r; `source[k]` is where pair k stood in the
    input."""

    request: IntArray
    provider: IntArray
    start: IntArray
    source: IntArray
    requests: int
    providers: int

    def of(self, request: int) -> slice:
        """The pairs of one request."""
        return slice(int(self.start[request]), int(self.start[request + 1]))


def sort_pairs(request: ArrayLike, provider: ArrayLike, *, requests: int, providers: int) -> Pairs:
    """Check and sort pairs. Raises EngineError for unequal lengths, a number out of range or a repeated pair."""
    rows = _indices("request", request, requests)
    columns = _indices("provider", provider, providers)
    if len(rows) != len(columns):
        raise EngineError(
            "unequal_length",
            "There are %(rows)s requests and %(columns)s providers in the pairs.",
            field="provider",
            remedy="Give one request and one provider per pair.",
            params={"rows": len(rows), "columns": len(columns)},
        )
    codes = rows * max(providers, 1) + columns
    step = np.diff(codes)
    source = np.arange(len(codes), dtype=np.int64)
    if (step <= 0).any():
        source = np.argsort(codes, kind="stable").astype(np.int64)
        codes, rows, columns = codes[source], rows[source], columns[source]
        step = np.diff(codes)
    if (step == 0).any():
        twice = int(np.flatnonzero(step == 0)[0])
        raise EngineError(
            "repeated_pair",
            "Request %(request)s and provider %(provider)s are paired twice.",
            field="provider",
            remedy="Give each pair once.",
            params={"request": int(rows[twice]), "provider": int(columns[twice])},
        )
    start = np.searchsorted(rows, np.arange(requests + 1)).astype(np.int64)
    return Pairs(rows, columns, start, source, requests, providers)


def check_capacity(capacity: ArrayLike, providers: int) -> IntArray:
    """Whole numbers of at least 0, one per provider. Raises EngineError."""
    given = np.asarray(capacity)
    whole = given.astype(np.int64) if given.dtype.kind in "iuf" and np.isfinite(given).all() else None
    if whole is None or whole.shape != (providers,) or (whole != given).any() or (whole < 0).any():
        raise EngineError(
            "bad_capacity",
            "The capacities are not %(providers)s whole numbers of at least 0.",
            field="capacity",
            remedy="Give one whole number per provider; 0 takes nobody.",
            params={"providers": providers},
        )
    return whole


def read_assignment(pairs: Pairs, chosen: NDArray[Any]) -> Places:
    """Provider of each request from the indices of the chosen pairs; masked where a request has none."""
    data = np.full(pairs.requests, -1, dtype=np.int64)
    data[pairs.request[chosen]] = pairs.provider[chosen]
    return np.ma.masked_array(data, mask=data < 0)


def measure_gini(load: ArrayLike) -> float:
    """Gini coefficient of the load: 0 all alike, towards 1 one carries all; 0 when nobody carries anything."""
    values: FloatArray = np.sort(np.asarray(load, dtype=np.float64))
    total = float(values.sum())
    if total == 0:
        return 0.0
    count = len(values)
    weighted = float((np.arange(1, count + 1) * values).sum())
    return 2 * weighted / (count * total) - (count + 1) / count


def _indices(name: str, column: ArrayLike, size: int) -> IntArray:
    values = np.asarray(column)
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    if values.dtype.kind not in "iu" or values.ndim != 1 or values.min() < 0 or values.max() >= size:
        raise EngineError(
            "bad_pair",
            "The pairs name a %(name)s that is not numbered from 0 to %(last)s.",
            field=name,
            remedy="Number requests and providers from 0 without gaps.",
            params={"name": name, "last": size - 1},
        )
    return values.astype(np.int64)
