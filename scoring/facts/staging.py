"""Source rows to fact rows, typed, in the order of the file: one statement into one Parquet file of the work folder.

A counter that is no proper count becomes a negative code that says why, so that the check needs no text; the text is
read again for the few rows that a report lists.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.utils.translation import gettext_noop
from sqlglot import exp

from engine.columns import FACT_COLUMN_NAMES
from engine.formulas import Formula
from scoring.facts.enums import Fault, FileKind
from scoring.facts.limits import MAX_VALUE
from scoring.facts.profiles import Profile
from scoring.facts.reading import NUMBERS, Relation
from scoring.facts.refusals import Refusal
from scoring.facts.workbench import Workbench, quote_literal, quote_name

COUNTER_FAULTS = {
    -1: Fault.MISSING_VALUE,
    -2: Fault.NOT_A_WHOLE_NUMBER,
    -3: Fault.NEGATIVE,
    -4: Fault.TOO_LARGE,
}
REJECTS = {
    "MISSING COLUMNS": Fault.TOO_FEW_VALUES,
    "TOO MANY COLUMNS": Fault.TOO_MANY_VALUES,
    "UNQUOTED VALUE": Fault.BROKEN_QUOTES,
    "LINE SIZE OVER MAXIMUM": Fault.ROW_TOO_LONG,
}
STAGING = gettext_noop("Read the rows")


@dataclass(frozen=True)
class Stage:
    """The staged rows: a view `staged` of key columns, counters, `unit` (id of a row, or empty), `sound`, `row` (the
    number of the data row in the source, from 1) and `place` (the same among the readable rows). `rejects`: how many
    rows the reader could not tell apart; they stand in the table `rejects` (row, fault)."""

    mapping: dict[str, Formula]
    relation: Relation
    rejects: int


def stage_rows(bench: Workbench, relation: Relation, profile: Profile, *, folder: Path) -> Stage:
    """Read, map and type every row. Refusals: `missing_column`, `unknown_column`, `csv_malformed`,
    `parquet_unreadable`."""
    mapping = profile.map_columns(relation.header)
    path = folder / "stage.parquet"
    if not _stage_numbers(bench, relation, profile, mapping, path):
        _copy(bench, relation, stage_sql(relation, profile, mapping), path)
    rejects = _keep_rejects(bench, header_rows=1 if relation.kind == FileKind.CSV else 0)
    reader = f"read_parquet({quote_literal(str(path))}, file_row_number = true)"
    bench.run(f"CREATE VIEW staged AS {_numbered(reader, rejects)}")
    return Stage(mapping, relation, rejects)


def _copy(bench: Workbench, relation: Relation, rows: str, path: Path) -> None:
    try:
        bench.run(f"COPY ({rows}) TO {quote_literal(str(path))} (FORMAT parquet, COMPRESSION uncompressed)", STAGING)
    except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException):
        raise
    except duckdb.Error as error:
        if relation.kind == FileKind.PARQUET:
            raise Refusal("parquet_unreadable", reason=str(error).splitlines()[0][:160]) from error
        raise Refusal("csv_malformed") from error


def _stage_numbers(
    bench: Workbench, relation: Relation, profile: Profile, mapping: dict[str, Formula], path: Path
) -> bool:
    """Try the fast way: counters that are plain columns are parsed as numbers by the CSV reader itself. False when a
    row did not fit; all is then read again as text, so that the report can say what stands there."""
    numbers = number_columns(profile, mapping)
    if relation.numbers_sql is None or not numbers:
        return False
    try:
        _copy(bench, relation, stage_sql(relation, profile, mapping, numbers), path)
    except Refusal:
        return False
    return not bench.row(f"SELECT count(*) FROM {NUMBERS}_errors")[0]


def number_columns(profile: Profile, mapping: dict[str, Formula]) -> frozenset[str]:
    """The source columns that are counters as they stand, and nothing else."""
    plain = {name for name in FACT_COLUMN_NAMES if name in mapping and isinstance(mapping[name].tree, exp.Column)}
    others = {column for name, formula in mapping.items() if name not in plain for column in formula.columns}
    return frozenset(column for name in plain for column in mapping[name].columns) - others - {profile.unique}


def stage_sql(
    relation: Relation, profile: Profile, mapping: dict[str, Formula], numbers: frozenset[str] = frozenset()
) -> str:
    """The rows to stage, with `numbers` read as DOUBLE."""
    read = relation.numbers_sql(numbers) if numbers and relation.numbers_sql else relation.sql
    given = {name: mapping[name] for name in FACT_COLUMN_NAMES if name in mapping}
    texts = {name for name, f in given.items() if f.kind == "text" and not set(f.columns) <= numbers}
    inner = [f"{_key(mapping, name)} AS {name}" for name in ("provider", "merchant", "trader")]
    inner.append(f"{_day(mapping['day'], profile)} AS day")
    unit = quote_name(profile.unique) if profile.unique else "''"
    inner += [f"coalesce({unit}, '') AS unit", f"{relation.valid} AS sound"]
    inner += [f"{_counter(formula, profile, name in texts)} AS {name}" for name, formula in given.items()]
    outer = ["provider", "day", "merchant", "trader", "unit", "sound"]
    outer += [
        _code(name, name in texts) if name in given else f"CAST(0 AS BIGINT) AS {name}" for name in FACT_COLUMN_NAMES
    ]
    doubles = [f"TRY_CAST({name} AS DOUBLE) AS d_{name}" for name in given]
    return f"""SELECT {", ".join(outer)} FROM (
        SELECT *, {", ".join(doubles) or "true"} FROM (SELECT {", ".join(inner)} FROM {read}))"""


def _key(mapping: dict[str, Formula], name: str) -> str:
    return f"coalesce({mapping[name].sql()}, '')" if name in mapping else "''"


def _day(formula: Formula, profile: Profile) -> str:
    if formula.kind != "text":
        return f"TRY_CAST({formula.sql()} AS DATE)"
    formats = ", ".join(quote_literal(form) for form in profile.day_formats)
    return f"CAST(try_strptime({formula.sql()}, [{formats}]) AS DATE)"


def _counter(formula: Formula, profile: Profile, text: bool) -> str:
    """The source value: text, or a number as DOUBLE."""
    if not text:
        value = f"TRY_CAST({formula.sql()} AS DOUBLE)"
        return f"coalesce({value}, 0)" if profile.zero_when_missing else value
    value = f"nullif(trim({formula.sql()}), '')"
    return f"coalesce({value}, '0')" if profile.zero_when_missing else formula.sql()


def _code(name: str, text: bool) -> str:
    """The count, or the negative code of its fault."""
    number = f"d_{name}"
    empty = f"{name} IS NULL" + (f" OR trim({name}) = ''" if text else "")
    return f"""CASE WHEN {number} >= 0 AND {number} <= {MAX_VALUE} AND {number} = trunc({number})
        THEN CAST({number} AS BIGINT)
        WHEN {empty} THEN -1
        WHEN {number} IS NULL OR isnan({number}) OR {number} <> trunc({number}) THEN -2
        WHEN {number} < 0 THEN -3 ELSE -4 END AS {name}"""


def _keep_rejects(bench: Workbench, *, header_rows: int) -> int:
    """Gather the rows that the CSV reader could not tell apart into `rejects` (row, fault)."""
    known = bench.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'")
    if not known:
        return 0
    faults = " ".join(f"WHEN {quote_literal(kind)} THEN '{fault}'" for kind, fault in REJECTS.items())
    bench.run(
        f"""CREATE TABLE rejects AS SELECT CAST(line AS BIGINT) - {header_rows} AS row,
            min(CASE error_type {faults} ELSE '{Fault.BROKEN_QUOTES}' END) AS fault
        FROM reject_errors GROUP BY line"""
    )
    return int(bench.row("SELECT count(*) FROM rejects")[0])


def _numbered(reader: str, rejects: int) -> str:
    if not rejects:
        return (
            f"SELECT * EXCLUDE file_row_number, file_row_number + 1 AS place, file_row_number + 1 AS row FROM {reader}"
        )
    # The k-th rejected row r leaves r - k readable rows before it; readable rows from there on moved down by k.
    return f"""SELECT s.* EXCLUDE file_row_number, s.file_row_number + 1 AS place,
            s.file_row_number + 1 + coalesce(shifts.k, 0) AS row
        FROM {reader} AS s ASOF LEFT JOIN (
            SELECT before, max(k) AS k FROM (
                SELECT row - k AS before, k FROM (SELECT row, row_number() OVER (ORDER BY row) AS k FROM rejects)
            ) GROUP BY before
        ) AS shifts ON s.file_row_number >= shifts.before"""
