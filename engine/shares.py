"""The share of one merchant: of whom more than a set share of a provider's evidence comes, only that share counts.

The share is taken of one sum (orders by default), in the model's own window and, apart from it, in what lies before.
All facts of the merchant in that span then count by the same factor,

    counted = share * total / amount,

so that its rates stay what they are and only their weight falls. The total is what came, the merchant's own included:
the rule can be checked with one division, and holds for a provider with a single merchant too.
"""

from dataclasses import dataclass, replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.cells import Cells, empty_cells, take_cells
from engine.plan import SumsPlan
from engine.source import CAPPED
from engine.tables import Table, fetch_table, load_table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NEAR, EARLIER = 0, 1


@dataclass(frozen=True)
class Capped(Cells):
    """The sums of the pairs of whom less than all counts, ascending by provider and merchant. `subject` is the place of
    each pair's provider, `counted` (pairs x spans) its factor in each span; `spans` has a row for each capped span,
    with the amount and the total that it was found by."""

    provider: NDArray[np.object_]
    merchant: NDArray[np.object_]
    subject: Ints
    counted: Floats
    spans: Table

    def less(self, band: int) -> Floats:
        """The share of each pair that does not count in a band."""
        return np.asarray(1.0 - self.counted[:, span_of(self.plan, band)])

    def take(self, keep: NDArray[np.bool_]) -> "Capped":
        """The pairs of some providers; `keep` has a flag for each."""
        pairs = keep[self.subject]
        provider, subject = self.provider[pairs], (np.cumsum(keep) - 1)[self.subject[pairs]]
        names = set(provider.tolist())
        rows = np.array([name in names for name in self.spans["provider"]], dtype=np.bool_)
        return replace(
            self,
            **take_cells(self, pairs),
            provider=provider,
            merchant=self.merchant[pairs],
            subject=subject.astype(np.int64),
            counted=self.counted[pairs],
            spans={name: column[rows] for name, column in self.spans.items()},
        )


def span_of(plan: SumsPlan, band: int) -> int:
    """The span in which a band lies."""
    return NEAR if plan.cuts[band] < plan.share_window[1] else EARLIER


def find_capped(connection: duckdb.DuckDBPyConnection, plan: SumsPlan, subjects: NDArray[np.object_]) -> Capped | None:
    """The pairs of the table `pairs` above the model's share, without any sums yet; None when there are none. Facts
    without a merchant belong to the total alone."""
    share = plan.model.integrity.merchant_share
    spans = fetch_table(connection.execute(share_statement(), {"share": share}))
    if not len(spans["amount"]):
        return None
    spans["counted"] = share * spans["total"].astype(np.float64) / spans["amount"].astype(np.float64)
    provider, merchant = spans["provider"], spans["merchant"]
    first = np.ones(len(provider), dtype=np.bool_)
    first[1:] = (provider[1:] != provider[:-1]) | (merchant[1:] != merchant[:-1])
    counted = np.ones((int(first.sum()), 2))
    counted[np.cumsum(first) - 1, spans["span"]] = spans["counted"]
    return Capped(
        plan=plan,
        **empty_cells(plan, len(counted)),
        provider=provider[first].astype(object),
        merchant=merchant[first].astype(object),
        subject=np.searchsorted(subjects.astype(str), provider[first].astype(str)),
        counted=counted,
        spans=spans,
    )


def share_statement() -> str:
    """Merchants over `$share`: provider, merchant, span, amount, total."""
    parts = [
        f"SELECT pairs.provider, pairs.merchant, {span} AS span, CAST(pairs.{name} AS DOUBLE) AS amount, "  # noqa: S608
        f"CAST(totals.{name} AS DOUBLE) AS total FROM pairs JOIN totals USING (provider)"
        for span, name in ((NEAR, "near"), (EARLIER, "earlier"))
    ]
    return (
        "WITH totals AS (SELECT provider, sum(near) AS near, sum(earlier) AS earlier FROM pairs GROUP BY provider) "  # noqa: S608
        f"SELECT provider, merchant, span, amount, total FROM ({' UNION ALL '.join(parts)}) "
        "WHERE merchant <> '' AND amount > $share * total AND total > 0 ORDER BY provider, merchant, span"
    )


def number_capped(connection: duckdb.DuckDBPyConnection, capped: Capped, keep: NDArray[np.bool_] | None = None) -> int:
    """Make the table `capped`, which numbers the pairs, or those of them that are kept; gives how many."""
    number = np.arange(len(capped.subject)) if keep is None else np.flatnonzero(keep)
    names = {"provider": capped.provider[number], "merchant": capped.merchant[number]}
    load_table(connection, CAPPED, {**names, "number": number.astype(np.int64)})
    return len(number)


def take_off(values: Floats, capped: Capped, amounts: Floats, band: int) -> None:
    """Take from the sums of one band (providers x keys) what does not count of its pairs' `amounts` (pairs x keys).
    Pairs are taken in their order, so that the same facts always give the same bits."""
    np.subtract.at(values, capped.subject, capped.less(band)[:, np.newaxis] * amounts)
