"""What does not count in a run: how many rows and orders and how much GMV, for whom and why. Touches no database."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np

from common.copying import INT8, Field, text_array
from engine.compile import Sums
from engine.model import ScoringModel as Rule
from engine.plan import SumsPlan
from engine.shares import EARLIER, NEAR, Capped
from engine.source import LEFT_OUT, FactSource, day_condition
from engine.tables import literal_path, load_table
from scoring.capabilities.enums import ExclusionReason
from scoring.capabilities.identity import PinnedInputs
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.enums import AdjustmentKind
from scoring.facts.models import FactBatch

ORDERS, GMV = "orders", "gmv_minor"
AMOUNTS = "count(*), coalesce(sum(orders), 0), coalesce(sum(gmv_minor), 0)"


@dataclass(frozen=True)
class Exclusion:
    """Facts of one provider, and of one merchant where one is meant."""

    provider: str
    reason: str
    merchant: str
    rows: int
    orders: int
    gmv_minor: int
    counted: float | None = None
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exclusions:
    """All of a run, by provider, reason and merchant."""

    entries: tuple[Exclusion, ...]

    def __bool__(self) -> bool:
        return bool(self.entries)

    def canonical(self) -> str:
        """One text for the same exclusions, for the digest of the results."""
        lines = [
            [one.provider, one.reason, one.merchant, one.rows, one.orders, one.gmv_minor, shown(one), one.grounds]
            for one in self.entries
        ]
        return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))

    def fields(self, run_id: int, provider_ids: Mapping[str, int]) -> list[Field]:
        """The columns of the table."""
        entries = self.entries
        counted = [np.nan if one.counted is None else one.counted for one in entries]
        return [
            Field("run_id", np.full(len(entries), run_id, dtype=np.int64), INT8),
            Field("provider_id", np.array([provider_ids[one.provider] for one in entries], dtype=np.int64), INT8),
            Field("reason", [one.reason.encode() for one in entries]),
            Field("merchant", [one.merchant.encode() for one in entries]),
            *(Field(name, np.array([getattr(one, name) for one in entries]), INT8) for name in NUMBERS),
            Field("counted", np.array(counted, dtype=np.float64)),
            Field("grounds", [text_array(list(one.grounds)) for one in entries]),
        ]


NUMBERS = ("rows", "orders", "gmv_minor")


def shown(one: Exclusion) -> str | None:
    """The counted share as the digest takes it."""
    return None if one.counted is None else f"{one.counted:.9f}"


def find_exclusions(
    connection: duckdb.DuckDBPyConnection, rule: Rule, as_of: date, pinned: PinnedInputs, sums: Sums
) -> Exclusions:
    """What a run left out, of the providers that it scores. `sums` are those of the run, with ORDERS and GMV beside
    them where the model limits a merchant's share: what is above it needs no facts any more."""
    if pinned.related:
        load_table(connection, LEFT_OUT, pinned.left_out)
    found = [
        *related_merchants(connection, pinned, sums.plan),
        *fake_orders(connection, pinned, sums.plan),
        *(above_share(sums.capped) if sums.capped is not None else ()),
        *unsettled(connection, rule, as_of, pinned),
    ]
    kept = [one for one in found if one.provider in pinned.subjects]
    return Exclusions(tuple(sorted(kept, key=lambda one: (one.provider, one.reason, one.merchant))))


def source_of(pinned: PinnedInputs, stored: Iterable[FactBatch | Adjustment]) -> FactSource:
    """The facts of some batches and corrections by the days that the catalogue knows, without the pairs left out."""
    files = tuple((literal_path(one.file), one.day_from or date.min, one.day_to or date.max) for one in stored)
    return FactSource(files=files, leaves_out=bool(pinned.related))


def in_windows(plan: SumsPlan, source: FactSource) -> tuple[str, dict[str, Any]]:
    """SQL and parameters of the facts of the windows."""
    relation, parameters = source.between(plan.blocks.first, plan.last)
    where = day_condition(plan.blocks.first, plan.last)
    return f"(SELECT * FROM {relation} AS facts WHERE {where})", parameters  # noqa: S608 - never user text


def related_merchants(
    connection: duckdb.DuckDBPyConnection, pinned: PinnedInputs, plan: SumsPlan
) -> Iterator[Exclusion]:
    """Pairs that have facts in the windows."""
    if not pinned.related:
        return
    grounds = {(pair.provider.code, pair.merchant): tuple(sorted(pair.reasons)) for pair in pinned.related}
    source = source_of(pinned, (*pinned.batches, *pinned.adjustments))
    relation, parameters = in_windows(plan, replace(source, leaves_out=False, pairs_of=LEFT_OUT))
    rows = connection.execute(
        f"SELECT provider, merchant, {AMOUNTS} FROM {relation} GROUP BY 1, 2",  # noqa: S608 - never user text
        parameters,
    ).fetchall()
    for provider, merchant, count, orders, gmv in rows:
        yield Exclusion(
            provider, ExclusionReason.RELATED, merchant, count, int(orders), int(gmv), None, grounds[provider, merchant]
        )


def fake_orders(connection: duckdb.DuckDBPyConnection, pinned: PinnedInputs, plan: SumsPlan) -> Iterator[Exclusion]:
    """Orders that adjustments took away, but for those of related merchants, which are left out anyhow."""
    taken = [one for one in pinned.adjustments if one.kind == AdjustmentKind.FAKE_ORDERS]
    if not taken:
        return
    relation, parameters = in_windows(plan, source_of(pinned, taken))
    rows = connection.execute(
        f"SELECT provider, coalesce(merchant, ''), {AMOUNTS} FROM {relation} GROUP BY 1, 2",  # noqa: S608 - as above
        parameters,
    ).fetchall()
    for provider, merchant, count, orders, gmv in rows:
        yield Exclusion(provider, ExclusionReason.FAKE_ORDERS, merchant, count, -int(orders), -int(gmv))


def above_share(capped: Capped) -> Iterator[Exclusion]:
    """What is above one merchant's share. The capped spans of a merchant make one entry, whose `counted` is the share
    of their settled orders that counts. Sums of whole numbers are exact; only then is the factor applied."""
    plan, beside = capped.plan, dict(capped.plan.beside)
    begin, end = plan.share_window
    spans = {NEAR: plan.bands_of(begin, end), EARLIER: plan.bands_of(end, plan.cuts[-1])}
    rows, orders, gmv = (
        {span: cells[bands].sum(axis=0) for span, bands in spans.items()}
        for cells in (capped.rows, capped.bands[:, :, beside[ORDERS]], capped.bands[:, :, beside[GMV]])
    )
    for pair in range(len(capped.subject)):
        shares = {span: float(capped.counted[pair, span]) for span in spans if capped.counted[pair, span] < 1.0}
        total = sum(int(orders[span][pair]) for span in shares)
        less = sum(int(orders[span][pair]) * (1.0 - share) for span, share in shares.items())
        yield Exclusion(
            str(capped.provider[pair]),
            ExclusionReason.SHARE,
            str(capped.merchant[pair]),
            rows=sum(int(rows[span][pair]) for span in shares),
            orders=round(less),
            gmv_minor=round(sum(int(gmv[span][pair]) * (1.0 - share) for span, share in shares.items())),
            counted=1.0 - less / total if total else min(shares.values()),
        )


def unsettled(
    connection: duckdb.DuckDBPyConnection, rule: Rule, as_of: date, pinned: PinnedInputs
) -> Iterator[Exclusion]:
    """Days younger than the settlement lag."""
    if not rule.window.settlement_lag:
        return
    first = as_of - timedelta(days=rule.window.settlement_lag - 1)
    relation, parameters = source_of(pinned, (*pinned.batches, *pinned.adjustments)).between(first, as_of)
    rows = connection.execute(
        f"SELECT facts.provider, {AMOUNTS} FROM {relation} AS facts WHERE {day_condition(first, as_of)} GROUP BY 1",  # noqa: S608
        parameters,
    ).fetchall()
    for provider, count, orders, gmv in rows:
        yield Exclusion(provider, ExclusionReason.UNSETTLED, "", count, int(orders), int(gmv))
