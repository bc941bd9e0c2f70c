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
from engine.tables import Table, first_line, literal_path, load_table, quote_name

LEFT_OUT, CAPPED = "left_out", "capped"


@dataclass(frozen=True)
class FactSource:
    """SQL of a relation, or Parquet files with the days that each of them holds. The columns `never_negative` hold no
    value below 0, by the files' own statistics. Facts of the pairs in the table `left_out` do not count when
    `leaves_out`; `pairs_of` names a table of pairs whose facts alone count."""

    relation: str = ""
    files: tuple[tuple[str, date, date], ...] = ()
    never_negative: frozenset[str] = frozenset()
    leaves_out: bool = False
    pairs_of: str = ""

    def between(self, first: date, last: date) -> tuple[str, dict[str, Any]]:
        """SQL and parameters of a relation that holds the facts from `first` to `last`, and maybe more."""
        relation, parameters = self.relation, {}
        if not relation:
            paths = [path for path, begins, ends in self.files if begins <= last and ends >= first]
            relation = "read_parquet($files)"
            parameters = {"files": paths or [path for path, *_ in self.files[:1]]}
        if self.leaves_out:
            relation = choose_pairs(relation, LEFT_OUT, "ANTI")
        return choose_pairs(relation, self.pairs_of, "SEMI") if self.pairs_of else relation, parameters


def choose_pairs(relation: str, pairs: str, join: str) -> str:
    """SQL of the facts without (ANTI) the pairs of a table, or of theirs alone (SEMI)."""
    same = f"every.provider = {pairs}.provider AND every.merchant = {pairs}.merchant"
    return f"(SELECT every.* FROM {relation} AS every {join} JOIN {pairs} ON {same})"  # noqa: S608 - never user text


def open_source(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[str | Path] | None,
    relation: str | None = None,
    left_out: Table | None = None,
) -> FactSource:
    """The facts of `files`, or of `relation`, a table or view of `connection`, without those of the pairs `left_out`
    (columns provider and merchant)."""
    if (files is None) == (relation is None):
        raise ValueError("give files or relation")
    leaves_out = left_out is not None and len(left_out["provider"]) > 0
    if left_out is not None and leaves_out:
        load_table(connection, LEFT_OUT, left_out)
    if files is None:
        return FactSource(relation=quote_name(relation or ""), leaves_out=leaves_out)
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
        leaves_out=leaves_out,
    )


def plain_source(files: Sequence[str | Path], *, leaves_out: bool = False) -> FactSource:
    """The facts of `files`, whose statistics are not worth reading."""
    spans = tuple((literal_path(path), date.min, date.max) for path in files)
    return FactSource(files=spans, leaves_out=leaves_out)


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
    if plan.reads_merchants:
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
