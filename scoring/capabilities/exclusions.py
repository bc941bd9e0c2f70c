"""What does not count in a run: how many rows and orders and how much GMV, for whom and why. Touches no database."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import duckdb
import numpy as np

from common.copying import INT8, Field, text_array
from engine.compile import Sums, fact_source
from engine.decay import near_end
from engine.model import ScoringModel as Rule
from engine.reach import lag_of_formulas
from engine.shares import CAPPED, EARLIER, NEAR
from scoring.capabilities.enums import ExclusionReason
from scoring.capabilities.identity import PinnedInputs
from scoring.facts.adjustment_selectors import fake_order_files

AMOUNTS = "count(*), coalesce(sum(orders), 0), coalesce(sum(gmv_minor), 0)"
IN_WINDOW = "JOIN decay ON facts.day = decay.day"


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
    """What the run just summed on `connection` left out, of the providers that it scores. Needs what the engine's
    statement left there: the days of the windows (`decay`) and the capped merchants."""
    whole, parameters = fact_source(connection, pinned.files, None)
    source, _same = fact_source(connection, pinned.files, None, pinned.left_out)
    found = [
        *related_merchants(connection, whole, parameters, pinned),
        *fake_orders(connection, pinned),
        *(above_share(connection, rule, as_of, sums, source, parameters) if sums.capped is not None else ()),
        *unsettled(connection, rule, as_of, source, parameters),
    ]
    kept = [one for one in found if one.provider in pinned.subjects]
    return Exclusions(tuple(sorted(kept, key=lambda one: (one.provider, one.reason, one.merchant))))


def related_merchants(
    connection: duckdb.DuckDBPyConnection, whole: str, parameters: dict[str, Any], pinned: PinnedInputs
) -> Iterator[Exclusion]:
    """Pairs that have facts in the windows."""
    if not pinned.related:
        return
    grounds = {(pair.provider.code, pair.merchant): tuple(sorted(pair.reasons)) for pair in pinned.related}
    rows = connection.execute(
        f"SELECT facts.provider, facts.merchant, {AMOUNTS} FROM {whole} AS facts {IN_WINDOW} SEMI JOIN left_out "  # noqa: S608
        "ON facts.provider = left_out.provider AND facts.merchant = left_out.merchant GROUP BY 1, 2",
        parameters,
    ).fetchall()
    for provider, merchant, count, orders, gmv in rows:
        yield Exclusion(
            provider, ExclusionReason.RELATED, merchant, count, int(orders), int(gmv), None, grounds[provider, merchant]
        )


def fake_orders(connection: duckdb.DuckDBPyConnection, pinned: PinnedInputs) -> Iterator[Exclusion]:
    """Orders that adjustments took away, but for those of related merchants, which are left out anyhow."""
    files = fake_order_files(list(pinned.adjustments))
    if not files:
        return
    source, parameters = fact_source(connection, files, None, pinned.left_out)
    rows = connection.execute(
        f"SELECT facts.provider, coalesce(facts.merchant, ''), {AMOUNTS} FROM {source} AS facts {IN_WINDOW} "  # noqa: S608
        "GROUP BY 1, 2",
        parameters,
    ).fetchall()
    for provider, merchant, count, orders, gmv in rows:
        yield Exclusion(provider, ExclusionReason.FAKE_ORDERS, merchant, count, -int(orders), -int(gmv))


def above_share(
    connection: duckdb.DuckDBPyConnection, rule: Rule, as_of: date, sums: Sums, source: str, parameters: dict[str, Any]
) -> Iterator[Exclusion]:
    """What is above one merchant's share. The two spans of a merchant make one entry, whose `counted` is the share of
    all its settled orders that counts. Sums of whole numbers are exact; only then is the factor applied."""
    youngest = as_of - timedelta(days=lag_of_formulas(rule, rule.integrity.share_of))
    near = sums.plan.blocks.within(near_end(rule))
    spans = connection.execute(
        "SELECT facts.provider, facts.merchant, counted, count(*), sum(facts.orders), sum(facts.gmv_minor) "  # noqa: S608
        f"FROM {source} AS facts {IN_WINDOW} JOIN {CAPPED} ON facts.provider = {CAPPED}.provider "
        f"AND facts.merchant = {CAPPED}.merchant AND {CAPPED}.span = "
        f"CASE WHEN decay.block < $near THEN {NEAR} ELSE {EARLIER} END "
        "WHERE facts.day <= $youngest GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        {**parameters, "near": near, "youngest": youngest},
    ).fetchall()
    for (provider, merchant), found in groupby(spans, key=lambda span: (span[0], span[1])):
        parts = list(found)
        orders = sum(int(part[4]) for part in parts)
        less = sum(int(part[4]) * (1.0 - part[2]) for part in parts)
        yield Exclusion(
            provider,
            ExclusionReason.SHARE,
            merchant,
            rows=sum(part[3] for part in parts),
            orders=round(less),
            gmv_minor=round(sum(int(part[5]) * (1.0 - part[2]) for part in parts)),
            counted=1.0 - less / orders if orders else min(part[2] for part in parts),
        )


def unsettled(
    connection: duckdb.DuckDBPyConnection, rule: Rule, as_of: date, source: str, parameters: dict[str, Any]
) -> Iterator[Exclusion]:
    """Days younger than the settlement lag."""
    if not rule.window.settlement_lag:
        return
    last = as_of - timedelta(days=rule.window.settlement_lag)
    rows = connection.execute(
        f"SELECT facts.provider, {AMOUNTS} FROM {source} AS facts WHERE day > $last AND day <= $as_of GROUP BY 1",  # noqa: S608
        {**parameters, "last": last, "as_of": as_of},
    ).fetchall()
    for provider, count, orders, gmv in rows:
        yield Exclusion(provider, ExclusionReason.UNSETTLED, "", count, int(orders), int(gmv))
