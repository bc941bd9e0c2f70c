"""Tables as files: CSV, CSV in gzip, Parquet and JSON lines, read and written by DuckDB as NumPy columns.

A table in memory is `dict[str, numpy.ndarray]`, every column one-dimensional and of the same length:
numbers are float64 (NaN where the file had none) or int64 (only when none is missing), text is `object` of str
(None where missing), truth is bool or, with gaps, `object`; days are datetime64[D] and times datetime64[us]
(NaT where missing).
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError

Column = NDArray[Any]
Table = dict[str, Column]

READERS = {
    ".csv": "read_csv(?, header = true, sample_size = -1)",
    ".csv.gz": "read_csv(?, header = true, sample_size = -1, compression = 'gzip')",
    ".parquet": "read_parquet(?)",
    ".jsonl": "read_json(?, format = 'newline_delimited', sample_size = -1)",
    ".ndjson": "read_json(?, format = 'newline_delimited', sample_size = -1)",
}
WRITERS = {
    ".csv": "FORMAT csv, HEADER true",
    ".csv.gz": "FORMAT csv, HEADER true, COMPRESSION gzip",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".jsonl": "FORMAT json, ARRAY false",
    ".ndjson": "FORMAT json, ARRAY false",
}
SUFFIXES = ", ".join(READERS)


def open_connection(*, threads: int | None = None, memory_limit: str | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that fetches no extension; `memory_limit` such as '400MB'."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "TimeZone": "UTC",
    }
    if threads is not None:
        config["threads"] = threads
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    connection = duckdb.connect(config=config)
    connection.execute("SET enable_progress_bar = false")  # it would write into the caller's terminal
    return connection


def suffix_of(path: str | Path) -> str:
    """The known suffix of `path`; EngineError `unknown_suffix` otherwise."""
    name = Path(path).name.lower()
    for suffix in sorted(READERS, key=len, reverse=True):
        if name.endswith(suffix):
            return suffix
    raise EngineError(
        "unknown_suffix",
        "The name of the file %(path)s does not say what kind of table it is.",
        remedy="Use one of these suffixes: %(suffixes)s.",
        params={"path": str(path), "suffixes": SUFFIXES},
    )


def read_table(path: str | Path, *, text: Collection[str] = ()) -> Table:
    """The whole file as columns. Those named in `text` stay text in a CSV: the code 1e5 is not the number 100000.

    Errors: `unknown_suffix`, `no_file`, `unreadable_table`.
    """
    suffix = suffix_of(path)
    if not Path(path).is_file():
        raise EngineError(
            "no_file",
            "There is no file %(path)s.",
            remedy="Check the path.",
            params={"path": str(path)},
        )
    with open_connection() as connection:
        try:
            parameters = [literal_path(path)]
            statement = f"SELECT * FROM {READERS[suffix]}"  # noqa: S608 - a constant of this module
            if text and suffix.startswith(".csv"):
                columns = connection.execute(f"DESCRIBE {statement}", parameters).fetchall()
                kept = [f"{quote_literal(name)}: 'VARCHAR'" for name, *_ in columns if name in text]
                statement = f"{statement[:-1]}, types = {{{', '.join(kept)}}})" if kept else statement
            return fetch_table(execute_narrow(connection, statement, parameters))
        except duckdb.Error as error:
            raise EngineError(
                "unreadable_table",
                "The file %(path)s cannot be read as %(suffix)s: %(reason)s",
                remedy="Repair the file or give it the right suffix.",
                params={"path": str(path), "suffix": suffix, "reason": first_line(error)},
            ) from error


def execute_narrow(
    connection: duckdb.DuckDBPyConnection, statement: str, parameters: list[str]
) -> duckdb.DuckDBPyConnection:
    """Run `statement` with its 128-bit integers (which the JSON reader infers, and NumPy has not) narrowed to 64 bits
    when all of them fit."""
    columns = connection.execute(f"DESCRIBE {statement}", parameters).fetchall()
    wide = [quote_name(name) for name, kind, *_ in columns if kind == "HUGEINT"]
    if not wide:
        return connection.execute(statement, parameters)
    narrowed = ", ".join(f"CAST({name} AS BIGINT) AS {name}" for name in wide)
    try:
        return connection.execute(f"SELECT * REPLACE ({narrowed}) FROM ({statement})", parameters)  # noqa: S608 - quoted
    except duckdb.ConversionException:
        return connection.execute(statement, parameters)


def write_table(path: str | Path, table: Mapping[str, Column]) -> None:
    """Write all columns, whole or not at all (a temporary neighbour is renamed). NaN and None become empty."""
    suffix = suffix_of(path)
    target = Path(path)
    if not target.parent.is_dir():
        raise EngineError(
            "no_folder",
            "There is no folder %(folder)s to write into.",
            remedy="Create it first.",
            params={"folder": str(target.parent)},
        )
    part = target.with_name(f".{uuid4().hex}{suffix}")
    try:
        with open_connection() as connection:
            load_table(connection, "output_table", table)
            connection.execute(f"COPY output_table TO {quote_literal(str(part))} ({WRITERS[suffix]})")
        part.replace(target)
    except (duckdb.Error, OSError) as error:
        raise EngineError(
            "unwritable_table",
            "The file %(path)s cannot be written: %(reason)s",
            remedy="Check the folder, its permissions and the free space.",
            params={"path": str(path), "reason": first_line(error)},
        ) from error
    finally:
        part.unlink(missing_ok=True)


def load_table(connection: duckdb.DuckDBPyConnection, name: str, table: Mapping[str, Column]) -> None:
    """Copy `table` into a temporary table `name` of `connection`."""
    days = {key for key, column in table.items() if column.dtype == np.dtype("datetime64[D]")}
    columns = {f"c{index}": plain_column(column) for index, column in enumerate(table.values())}
    parts = [
        f"{f'CAST(c{index} AS DATE)' if key in days else f'c{index}'} AS {quote_name(key)}"
        for index, key in enumerate(table)
    ]
    connection.register("numpy_columns", columns)
    try:
        select = f"SELECT {', '.join(parts)} FROM numpy_columns"  # noqa: S608 - every name is quoted
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote_name(name)} AS {select}")
    finally:
        connection.unregister("numpy_columns")


def fetch_table(cursor: duckdb.DuckDBPyConnection) -> Table:
    """The result of the statement just executed, as columns."""
    types = [str(column[1]) for column in cursor.description or []]
    arrays = cursor.fetchnumpy()
    return {name: settle_column(array, kind) for (name, array), kind in zip(arrays.items(), types, strict=True)}


def settle_column(array: Any, kind: str) -> Column:
    """One fetched column in the form the module promises; `kind` is DuckDB's type name."""
    mask = np.ma.getmaskarray(array)
    data = np.ma.getdata(array)
    if kind == "DATE":
        days = data.astype("datetime64[D]")
        days[mask] = np.datetime64("NaT")
        return days
    if data.dtype.kind == "M":
        times = data.astype("datetime64[us]")
        times[mask] = np.datetime64("NaT")
        return times
    if data.dtype.kind in "iu" and not mask.any():
        return data.astype(np.int64)
    if data.dtype.kind in "iuf":
        numbers = data.astype(np.float64)
        numbers[mask] = np.nan
        return numbers
    if data.dtype.kind == "b" and not mask.any():
        return data.astype(np.bool_)
    if len(data) and mask.all():
        return np.full(len(data), np.nan)
    objects = data.astype(object)
    objects[mask] = None
    return objects


def plain_column(column: Column) -> Column:
    """A column in a form DuckDB reads without another library."""
    if column.dtype.kind == "M":
        return column.astype("datetime64[us]")
    if column.dtype.kind in "US":
        return column.astype(object)
    return np.ascontiguousarray(column)


def quote_name(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """`text` as a SQL string literal (for the one place, COPY, that takes no parameter)."""
    return "'" + text.replace("'", "''") + "'"


def literal_path(path: str | Path) -> str:
    """An absolute path in which no character is taken for a pattern."""
    text = str(Path(path).resolve())
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)


def first_line(error: Exception) -> str:
    """The first line of an error's text."""
    return (str(error).splitlines() or [type(error).__name__])[0]
