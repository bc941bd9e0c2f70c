"""Single facts of one provider, read from the Parquet files with bounded cost: one thread, little memory, few days."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from engine.columns import FACT_COLUMN_NAMES
from engine.tables import literal_path, open_connection
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.adjustment_selectors import adjustments_between
from scoring.facts.models import FactBatch
from scoring.facts.selectors import live_batches

MEMORY = "200MB"
MOST_DAYS = 366
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Slice:
    """Facts of one provider: some days, and one merchant or trader when they are given."""

    provider: str
    since: date
    until: date
    merchant: str = ""
    trader: str = ""

    def condition(self) -> tuple[str, dict[str, Any]]:
        """The rows as SQL with its parameters."""
        parts = ["provider = $provider", "day BETWEEN $since AND $until"]
        values: dict[str, Any] = {"provider": self.provider, "since": self.since, "until": self.until}
        for name in ("merchant", "trader"):
            if value := getattr(self, name):
                parts.append(f"{name} = ${name}")
                values[name] = value
        return " AND ".join(parts), values


@dataclass(frozen=True)
class FactRow:
    """One row as it was sent, or as a decision added it; `values` follow the columns that were asked for."""

    day: date
    merchant: str
    trader: str
    values: tuple[int, ...]
    source: FactBatch | Adjustment


@dataclass(frozen=True)
class KeyTotal:
    """What counts for one provider, day, merchant and trader over all sources."""

    day: date
    merchant: str
    trader: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class FactList:
    """The rows of a slice as a sequence that reads only what is asked of it, for a paginator. `totals` are sums."""

    chosen: Slice
    columns: tuple[str, ...]
    count: int
    totals: tuple[int, ...]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, wanted: slice) -> list[FactRow]:
        begin, end, _step = wanted.indices(self.count)
        return read_rows(self.chosen, self.columns, offset=begin, limit=end - begin)


def list_facts(chosen: Slice, columns: Sequence[str]) -> FactList:
    """The facts of a slice, the youngest first; the caller checks `permissions.can_view_totals`."""
    names = check_columns(columns)
    sums = "".join(f", coalesce(CAST(sum({name}) AS BIGINT), 0)" for name in names)
    with opened(chosen) as (connection, _sources):
        where, values = chosen.condition()
        found = connection.execute(f"SELECT count(*){sums} FROM facts WHERE {where}", values).fetchone()
    count, *totals = found or (0, *([0] * len(names)))
    return FactList(chosen, names, int(count), tuple(int(total) for total in totals))


def read_rows(chosen: Slice, columns: Sequence[str], *, offset: int = 0, limit: int) -> list[FactRow]:
    """Some rows of a slice, each with the batch or the adjustment that it comes from."""
    names = check_columns(columns)
    picked = "".join(f", {name}" for name in names)
    with opened(chosen) as (connection, sources):
        where, values = chosen.condition()
        found = connection.execute(
            f"SELECT day, coalesce(merchant, ''), coalesce(trader, ''), filename{picked} FROM facts WHERE {where} "
            "ORDER BY day DESC, 2, 3, 4 LIMIT $limit OFFSET $offset",
            {**values, "limit": limit, "offset": offset},
        ).fetchall()
    return [
        FactRow(day, merchant, trader, tuple(int(value or 0) for value in rest), sources[file])
        for day, merchant, trader, file, *rest in found
    ]


def read_totals(chosen: Slice, columns: Sequence[str], *, limit: int) -> list[KeyTotal]:
    """What counts per key of a slice, in the order of the keys; at most `limit` keys."""
    names = check_columns(columns)
    sums = "".join(f", CAST(sum({name}) AS BIGINT)" for name in names)
    with opened(chosen) as (connection, _sources):
        where, values = chosen.condition()
        found = connection.execute(
            f"SELECT day, coalesce(merchant, ''), coalesce(trader, ''){sums} FROM facts WHERE {where} "
            "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT $limit",
            {**values, "limit": limit},
        ).fetchall()
    return [
        KeyTotal(day, merchant, trader, tuple(int(value or 0) for value in rest))
        for day, merchant, trader, *rest in found
    ]


def batches_of(chosen: Slice) -> list[FactBatch]:
    """The live batches that hold rows of a slice, by id."""
    with opened(chosen) as (connection, sources):
        where, values = chosen.condition()
        found = connection.execute(f"SELECT DISTINCT filename FROM facts WHERE {where}", values).fetchall()
    named = [sources[file] for (file,) in found]
    return sorted((one for one in named if isinstance(one, FactBatch)), key=lambda batch: batch.pk)


def check_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns, which must be fact columns: they become part of a statement."""
    if unknown := [name for name in columns if name not in FACT_COLUMN_NAMES]:
        raise ValueError(f"not fact columns: {unknown}")
    return tuple(columns)


@contextmanager
def opened(chosen: Slice) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, FactBatch | Adjustment]]]:
    """A connection with the view `facts` over the files whose days reach into the slice, and what each file is."""
    batches = live_batches().filter(day_from__lte=chosen.until, day_to__gte=chosen.since)
    batches = batches.select_related("imported_by").defer("report")
    of_provider = adjustments_between(chosen.since, chosen.until).filter(lines__provider__code=chosen.provider)
    of_provider = of_provider.select_related("created_by")
    sources: dict[str, FactBatch | Adjustment] = {str(batch.file.resolve()): batch for batch in batches}
    sources |= {str(one.file.resolve()): one for one in of_provider.distinct()}
    with open_connection(threads=1, memory_limit=MEMORY) as connection:
        connection.execute(view_of(list(sources)))
        yield connection, sources


def view_of(files: Sequence[str]) -> str:
    """The statement that makes the view."""
    columns = ", ".join(f"CAST(0 AS BIGINT) AS {name}" for name in FACT_COLUMN_NAMES)
    rows = f"SELECT '' AS provider, DATE '2000-01-01' AS day, '' AS merchant, '' AS trader, {columns}, '' AS filename"
    if not files:
        return f"CREATE TEMP VIEW facts AS {rows} WHERE false"
    listed = ", ".join(quote(literal_path(Path(file))) for file in files)
    return f"CREATE TEMP VIEW facts AS SELECT * FROM read_parquet([{listed}], union_by_name = true, filename = true)"


def quote(text: str) -> str:
    """A SQL string."""
    return "'" + text.replace("'", "''") + "'"
