"""Import of a CSV file, with all its checks, against DuckDB's own copy of it to Parquet."""

import statistics
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from bench.generate import PROVIDERS, write_facts_csv
from bench.measure import Measured, measure
from bench.tables import Result
from engine.tables import quote_literal
from scoring.facts.checks import Registry
from scoring.facts.importing import examine
from scoring.facts.limits import MEMORY_LIMIT, THREADS
from scoring.facts.profiles import load_profile
from scoring.facts.sources import digest_file, open_source

REPEATS = 3


def run(rows: int | None = None) -> Result:
    """Measure by turns, so that a busy machine hits both alike; the medians of REPEATS."""
    rows = rows or 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "facts.csv"
        write_facts_csv(path, rows)
        size = path.stat().st_size
        copies, ours, digests = [], [], []
        for _ in range(REPEATS):
            copies.append(measure(copy, path, folder / "copy.parquet"))
            ours.append(measure(take_in, path, folder))
            digests.append(measure(digest_file, path))
    return describe(rows, size, copies, ours, digests)


def copy(path: Path, target: Path) -> None:
    """DuckDB's own way: names and types by its sniffer, no check, no order, its default compression."""
    with duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("SET enable_progress_bar = false")
        source, result = quote_literal(str(path)), quote_literal(str(target))
        connection.execute(f"COPY (SELECT * FROM read_csv({source})) TO {result} (FORMAT parquet)")


def take_in(path: Path, folder: Path) -> int:
    """The portal's way, from the first byte to the finished file: all but the row of the catalogue."""
    registry = Registry(frozenset(f"P{number:06d}" for number in range(1, PROVIDERS + 1)), r"^P\d{6,}$")
    with tempfile.TemporaryDirectory(dir=folder) as work:
        source = open_source(path, folder=Path(work), report=silent)
        outcome = examine(
            source,
            original=path,
            profile=load_profile("standard"),
            registry=registry,
            skip_bad_rows=False,
            today=date(2025, 6, 30),
            folder=Path(work),
            report=silent,
        )
    if outcome.written is None:
        raise RuntimeError(str(outcome.refusal))
    return outcome.written.rows


def silent(done: int, total: int, phase: str) -> None:
    """Nobody watches."""


def describe(rows: int, size: int, copies: list[Measured], ours: list[Measured], digests: list[Measured]) -> Result:
    """The table."""
    copy_seconds, our_seconds, digest_seconds = (
        statistics.median(one.seconds for one in many) for many in (copies, ours, digests)
    )
    if {one.value for one in ours} != {rows}:
        raise RuntimeError("the import lost rows")
    figures = {
        "rows": rows,
        "megabytes": round(size / 1024**2, 1),
        "duckdb_copy_seconds": round(copy_seconds, 3),
        "import_seconds": round(our_seconds, 3),
        "digest_seconds": round(digest_seconds, 3),
        "import_rows_per_second": round(rows / our_seconds),
        "import_speed_of_copy": round(copy_seconds / our_seconds, 3),
        "import_peak_megabytes": round(max(one.peak for one in ours) / 1024**2),
    }
    lines = [
        ("SHA-256 of the file alone", digest_seconds, max(one.peak for one in digests)),
        ("DuckDB, CSV to Parquet", copy_seconds, max(one.peak for one in copies)),
        ("Paddock, import with checks", our_seconds, max(one.peak for one in ours)),
    ]
    return Result(
        name="imports",
        title="Import of facts",
        head=("what", "seconds", "rows per second", "peak MB"),
        rows=[
            (name, f"{seconds:.2f}", f"{rows / seconds:,.0f}", f"{peak / 1024**2:,.0f}")
            for name, seconds, peak in lines
        ],
        figures=figures,
        notes=(
            f"{rows:,} generated facts, {size / 1024**2:,.0f} MB of CSV; medians of {REPEATS} runs by turns, "
            f"each in a process of its own, {THREADS} threads, {MEMORY_LIMIT} for DuckDB.",
            "The import also takes the digest, checks encoding, columns, types, ranges, codes, subsets and repeated "
            "keys, "
            "counts the rows a second time, sorts by day and provider, and compresses with zstd.",
            f"The import runs at {copy_seconds / our_seconds:.0%} of the copy's speed.",
        ),
    )
