"""Fact files and batches for tests, made through the import itself."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from engine.columns import FACT_COLUMN_NAMES, KEY_COLUMNS
from scoring.facts.imports import import_batch
from scoring.facts.models import FactBatch
from scoring.facts.selectors import open_relation
from scoring.facts.services import Options

HEADER = (*KEY_COLUMNS, *FACT_COLUMN_NAMES)


def fact_row(provider: str, day: str | date = "2024-03-01", **values: Any) -> dict[str, Any]:
    """One row of the standard columns; counters that are not given are 0."""
    row: dict[str, Any] = {"provider": provider, "day": str(day), "merchant": "M000001", "trader": ""}
    return row | dict.fromkeys(FACT_COLUMN_NAMES, 0) | values


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]], *, header: Sequence[str] = HEADER) -> Path:
    """The rows as CSV with the given header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """The rows as JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def write_parquet(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """The rows as Parquet, counters as integers and days as dates."""
    text = write_csv(path.with_suffix(".tmp.csv"), rows)
    types = dict.fromkeys(FACT_COLUMN_NAMES, "BIGINT") | {"day": "DATE"}
    kinds = ", ".join(f"'{name}': '{types.get(name, 'VARCHAR')}'" for name in HEADER)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM read_csv('{text}', columns = {{{kinds}}})) TO '{path}' (FORMAT parquet)")
    text.unlink()
    return path


def make_batch(path: Path, rows: Iterable[Mapping[str, Any]], **options: Any) -> FactBatch:
    """A live batch with these rows; `options` are those of `services.Options`, plus `profile` and `source`."""
    where = {key: options.pop(key) for key in ("profile", "source", "by", "now") if key in options}
    batch = import_batch(path=write_csv(path, rows), options=Options(**options), **{"by": None, **where})
    assert batch.status == "live", batch.report
    return batch


def read_facts(batches: Iterable[FactBatch]) -> list[dict[str, Any]]:
    """All facts of some batches, by key."""
    with duckdb.connect() as connection:
        found = open_relation(connection, batches).execute(
            "SELECT * FROM facts ORDER BY day, provider, merchant, trader"
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
