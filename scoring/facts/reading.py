"""The source file as a relation of text columns, in the order of the file."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from scoring.facts.enums import FileKind
from scoring.facts.limits import MAX_COLUMNS, MAX_HEADER_BYTES, MAX_ROW_BYTES
from scoring.facts.refusals import Refusal
from scoring.facts.sources import Source
from scoring.facts.workbench import Workbench, quote_literal, quote_name

PLAIN_TYPES = ("VARCHAR", "BOOLEAN", "DATE", "FLOAT", "DOUBLE", "DECIMAL", "TIMESTAMP", "ENUM")
INTEGER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")

# The reader with numbers puts rows that it cannot take into the table `number_errors`; text reads into `reject_errors`.
NUMBERS = "number"


@dataclass(frozen=True)
class Relation:
    """`header`: the source's own column names. `sql`: a FROM item with those columns as text, in file order.
    `valid`: a condition over it that is false for a line that is no row at all (JSON lines only). `numbers_sql`: the
    same with some columns read as DOUBLE at once, which is faster (CSV only); see `NUMBERS`."""

    header: tuple[str, ...]
    sql: str
    kind: FileKind
    valid: str = "true"
    numbers_sql: Callable[[frozenset[str]], str] | None = None


def open_relation_of(bench: Workbench, source: Source) -> Relation:
    """The relation of `source`. Refusals: `header_unreadable`, `repeated_column`, `too_many_columns`, `column_type`,
    `parquet_unreadable`."""
    if source.kind == FileKind.PARQUET:
        relation = _parquet(bench, source)
    elif source.kind == FileKind.JSON_LINES:
        relation = _json_lines(bench, source)
    else:
        relation = _csv(source)
    _check_header(relation.header)
    return relation


def _check_header(header: tuple[str, ...]) -> None:
    if len(header) > MAX_COLUMNS:
        raise Refusal("too_many_columns", count=len(header), limit=MAX_COLUMNS)
    seen: set[str] = set()
    for name in header:
        if name.casefold() in seen:
            raise Refusal("repeated_column", columns=name[:80])
        seen.add(name.casefold())


def _csv(source: Source) -> Relation:
    with source.path.open("rb") as file:
        head = file.read(MAX_HEADER_BYTES)
    text = head.decode("utf-8-sig", errors="ignore")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise Refusal("header_unreadable") from error
    cut = len(head) == MAX_HEADER_BYTES and not {"\n", "\r"} & set(text)
    if cut or not header or not all(name.strip() and name.isprintable() for name in header):
        raise Refusal("header_unreadable")
    return Relation(
        tuple(header),
        _read_csv(source, header, frozenset(), store="reject"),
        FileKind.CSV,
        numbers_sql=lambda numbers: _read_csv(source, header, numbers, store=NUMBERS),
    )


def _read_csv(source: Source, header: list[str], numbers: frozenset[str], *, store: str) -> str:
    """`numbers` are read as DOUBLE; rows that the reader cannot take go to the table `<store>_errors`."""
    kinds = {name: "DOUBLE" if name in numbers else "VARCHAR" for name in header}
    columns = ", ".join(f"{quote_literal(name)}: '{kind}'" for name, kind in kinds.items())
    return (
        f"read_csv({quote_literal(str(source.path))}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', columns = {{{columns}}}, store_rejects = true, rejects_limit = 0, "
        f"rejects_table = '{store}_errors', rejects_scan = '{store}_scans', "
        f"max_line_size = {MAX_ROW_BYTES}, parallel = {'false' if source.multiline else 'true'})"
    )


def _json_lines(bench: Workbench, source: Source) -> Relation:
    # A line as one text column: 0x1F cannot stand bare in JSON, and nothing is quoted.
    lines = (
        f"read_csv({quote_literal(str(source.path))}, auto_detect = false, header = false, delim = '\x1f', quote = '', "
        f"escape = '', columns = {{'line': 'VARCHAR'}}, store_rejects = true, rejects_limit = 0, "
        f"max_line_size = {MAX_ROW_BYTES})"
    )
    objects = f"""(SELECT CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN line END AS line
        FROM {lines} WHERE line IS NOT NULL AND trim(line) <> '')"""
    found = bench.rows(
        f"""SELECT DISTINCT unnest(keys) FROM (SELECT DISTINCT json_keys(line) AS keys FROM {objects})
        LIMIT {MAX_COLUMNS + 1}"""
    )
    header = tuple(sorted(str(row[0]) for row in found))
    if not header:
        raise Refusal("header_unreadable")
    shape = "{" + ", ".join(f'{_json_text(name)}: "VARCHAR"' for name in header) + "}"
    names = ", ".join(f"value[{quote_literal(name)}] AS {quote_name(name)}" for name in header)
    rows = f"""(SELECT {names}, sound AS "\x1fsound" FROM (
        SELECT from_json(line, {quote_literal(shape)}) AS value,
            coalesce(len(json_keys(line)) = len(list_distinct(json_keys(line))), false) AS sound FROM {objects}))"""
    return Relation(header, rows, FileKind.JSON_LINES, valid='"\x1fsound"')


def _parquet(bench: Workbench, source: Source) -> Relation:
    reader = f"read_parquet({quote_literal(str(source.path))})"
    try:
        described = bench.rows(f"DESCRIBE SELECT * FROM {reader}")
    except duckdb.Error as error:
        raise Refusal("parquet_unreadable", reason=str(error).splitlines()[0][:160]) from error
    wrong = [name for name, kind, *_ in described if not kind.startswith(PLAIN_TYPES + INTEGER_TYPES) or "[" in kind]
    if wrong:
        raise Refusal("column_type", columns=", ".join(wrong[:20]))
    header = tuple(str(row[0]) for row in described)
    names = ", ".join(f"CAST({quote_name(name)} AS VARCHAR) AS {quote_name(name)}" for name in header)
    return Relation(header, f"(SELECT {names} FROM {reader})", FileKind.PARQUET)


def _json_text(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
