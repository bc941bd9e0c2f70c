"""Where facts are read from: Parquet files or a table of a DuckDB connection, and what goes wrong there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from engine.errors import EngineError
from engine.plan import SumsPlan
from engine.tables import first_line, literal_path, quote_name


@dataclass(frozen=True)
class FactSource:
    """SQL of a relation, or Parquet files with the days that each of them holds. The columns `never_negative` hold no
    value below 0, by the files' own statistics."""

    relation: str = ""
    files: tuple[tuple[str, date, date], ...] = ()
    never_negative: frozenset[str] = frozenset()

    def between(self, first: date, last: date) -> tuple[str, dict[str, Any]]:
        """SQL and parameters of a relation that holds the facts from `first` to `last`, and maybe more."""
        if self.relation:
            return self.relation, {}
        paths = [path for path, begins, ends in self.files if begins <= last and ends >= first]
        return "read_parquet($files)", {"files": paths or [path for path, *_ in self.files[:1]]}


def open_source(
    connection: duckdb.DuckDBPyConnection, files: Sequence[str | Path] | None, relation: str | None = None
) -> FactSource:
    """The facts of `files`, or of `relation`, a table or view of `connection`."""
    if (files is None) == (relation is None):
        raise ValueError("give files or relation")
    if files is None:
        return FactSource(relation=quote_name(relation or ""))
    paths = [literal_path(path) for path in files]
    statement = (
        "SELECT file_name, path_in_schema, "
        "CAST(min(stats_min_value) FILTER (path_in_schema = 'day') AS DATE), "
        "CAST(max(stats_max_value) FILTER (path_in_schema = 'day') AS DATE), "
        "bool_and(coalesce(try_cast(stats_min_value AS BIGINT) >= 0, false)) "
        "FROM parquet_metadata($files) GROUP BY 1, 2"
    )
    found = connection.execute(statement, {"files": paths}).fetchall() if paths else []
    days = {name: (first, last) for name, column, first, last, _ in found if column == "day" and first and last}
    falling = {column for _, column, _, _, positive in found if not positive}
    spans = [days.get(str(Path(path).resolve()), (date.min, date.max)) for path in files]
    return FactSource(
        files=tuple((path, *span) for path, span in zip(paths, spans, strict=True)),
        never_negative=frozenset({column for _, column, *_ in found} - falling),
    )


@contextmanager
def fact_refusals() -> Iterator[None]:
    """DuckDB's errors as sentences for people: `fact_too_large`, `facts_unreadable`."""
    try:
        yield
    except duckdb.Error as error:
        # A product that leaves 64 bits is out of range; a sum that does cannot be converted.
        if isinstance(error, duckdb.OutOfRangeException) or "INT128" in str(error):
            raise EngineError(
                "fact_too_large",
                "A number in the facts is too large to be summed exactly.",
                remedy="Keep every provider's sum of a formula below 2,000,000,000,000 in a window.",
            ) from error
        raise EngineError(
            "facts_unreadable",
            "The facts cannot be read: %(reason)s",
            remedy="Check the files.",
            params={"reason": first_line(error)},
        ) from error


def check_fact_columns(connection: duckdb.DuckDBPyConnection, plan: SumsPlan, source: FactSource) -> None:
    """Refuse facts that lack a column the model reads."""
    relation, parameters = source.between(date.min, date.max)
    statement = f"SELECT * FROM {relation} AS facts LIMIT 0"  # noqa: S608 - `relation` is never user text
    found = {str(column[0]) for column in connection.execute(statement, parameters).description or []}
    missing_columns(plan, found)


def missing_columns(plan: SumsPlan, found: set[str]) -> None:
    """Raise EngineError `missing_columns` when the model reads a column that is not there."""
    needed = {name for key in plan.keys for name in key.formula.columns} | {"provider", "day"}
    if plan.merchant_windows:
        needed.add("merchant")
    if missing := sorted(needed - found):
        raise EngineError(
            "missing_columns",
            "The facts lack the columns %(columns)s.",
            field="facts",
            remedy="Add them, with 0 where nothing was counted.",
            params={"columns": ", ".join(missing)},
        )


def day_condition(first: date, last: date) -> str:
    """A condition on the facts' day."""
    return f"facts.day BETWEEN DATE '{first}' AND DATE '{last}'"
