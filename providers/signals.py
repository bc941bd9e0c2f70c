"""Signals: what criteria are judged on. One number per provider and name; NaN where the portal does not know.

Each room that knows something has a `signals.py`: a literal SIGNALS, and `collect_signals(provider_ids, today)`, which
gives one array per name, aligned with `provider_ids`. Reads are set-based, so that one applicant and a hundred thousand
providers take the same statements.
"""

from dataclasses import dataclass

import numpy as np
from django.utils.functional import Promise
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Signal:
    """`name` is the word in a criterion's formula, `unit` one of count, days, share, minor, flag."""

    name: str
    label: str | Promise
    unit: str


def spread(provider_ids: Ids, rows: dict[int, float], *, missing: float) -> Floats:
    """`rows` by provider id as an array aligned with `provider_ids`; `missing` where a provider has no row."""
    return np.array([rows.get(int(pk), missing) for pk in provider_ids], dtype=np.float64)
