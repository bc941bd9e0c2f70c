"""The share of one merchant: of whom more than a set share of a provider's evidence comes, only that share counts.

The share is taken of one sum (orders by default), in the model's own window and, apart from it, in what lies before.
All facts of the merchant in that span then count by the same factor,

    counted = share * total / amount,

so that its rates stay what they are and only their weight falls. The total is what came, the merchant's own included:
the rule can be checked with one division, and holds for a provider with a single merchant too.
"""

import numpy as np
from numpy.typing import NDArray

from engine.tables import Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NEAR, EARLIER = 0, 1
CAPPED = "capped"


def share_statement(source: str, amount: str, *, near: int) -> str:
    """Merchants over `$share`: provider, merchant, span, amount, total. `amount` is SQL of what one row adds, `near`
    the number of blocks in the model's own window. Facts without a merchant belong to the total alone."""
    parts = (
        "SELECT CAST(facts.provider AS VARCHAR) AS provider, CAST(facts.merchant AS VARCHAR) AS merchant, "  # noqa: S608
        f"CASE WHEN decay.block < {int(near)} THEN {NEAR} ELSE {EARLIER} END AS span, "
        f"CAST(sum({amount}) AS DOUBLE) AS amount FROM {source} AS facts JOIN decay ON facts.day = decay.day "
        "GROUP BY 1, 2, 3"
    )
    totals = f"SELECT *, sum(amount) OVER (PARTITION BY provider, span) AS total FROM ({parts})"  # noqa: S608
    return (
        f"SELECT provider, merchant, span, amount, total FROM ({totals}) "  # noqa: S608 - `source` is never user text
        "WHERE merchant <> '' AND amount > $share * total AND total > 0 ORDER BY provider, merchant, span"
    )


def with_factors(found: Table, share: float) -> Table:
    """The merchants found, with the factor by which each counts."""
    if not len(found["amount"]):
        return {**found, "counted": np.empty(0)}
    return {**found, "counted": share * found["total"].astype(np.float64) / found["amount"].astype(np.float64)}


def source_of_capped(source: str) -> str:
    """The facts of the capped merchants alone."""
    return (
        f"(SELECT every.* FROM {source} AS every SEMI JOIN {CAPPED} "  # noqa: S608 - `source` is never user text
        f"ON every.provider = {CAPPED}.provider AND every.merchant = {CAPPED}.merchant)"
    )


def factors_of(capped: Table, provider: NDArray[np.object_], merchant: NDArray[np.object_], span: Ints) -> Floats:
    """The factor of each row of sums by provider, merchant and span; 1 where that span is not capped."""
    keys = zip(capped["provider"], capped["merchant"], capped["span"].tolist(), strict=True)
    known = dict(zip(keys, capped["counted"].tolist(), strict=True))
    rows = zip(provider, merchant, span.tolist(), strict=True)
    return np.array([known.get(row, 1.0) for row in rows], dtype=np.float64)


def take_off(values: Floats, rows: Ints, amounts: Floats, counted: Floats) -> Floats:
    """The sums without what does not count: `amounts` (one line per merchant and block, of the row `rows`) count by
    `counted`. Lines are taken in their order, so that the same facts always give the same bits."""
    less = values.copy()
    np.subtract.at(less, rows, (1.0 - counted)[:, np.newaxis] * amounts)
    return less
