"""A score run over generated facts, step by step, against the floor: decoding the file and plain sums."""

import statistics
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
from django.db import connection

import engine
from bench.generate import PROVIDERS, write_facts_csv
from bench.measure import Measured, measure
from bench.tables import Result
from common.copying import copy_rows
from engine.columns import FACT_COLUMN_NAMES
from engine.model_toml import load_model
from engine.tables import open_connection, quote_literal
from providers.enums import ProviderType
from scoring.capabilities.compute import MEMORY, THREADS, Clock, Silent, compute_results
from scoring.capabilities.identity import PRESENT_FORM, PinnedInputs
from scoring.capabilities.models import Scorecard
from scoring.capabilities.results import scored_fields
from scoring.capabilities.subjects import Subject

REPEATS = 3
REPLICATES = 200
AS_OF = date(2024, 12, 31)
MODEL = Path(engine.__file__).parent / "models" / "five_capabilities.toml"


def run(rows: int | None = None) -> Result:
    """Medians of REPEATS, floor and run by turns; the replicates once, in a run of their own."""
    rows = rows or 2_000_000
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "facts.parquet"
        write_parquet(path, rows)
        floors, runs = [], []
        for _ in range(REPEATS):
            floors.append(measure(plain_sums, path))
            runs.append(measure(score_and_store, path, 0))
        return describe(rows, path.stat().st_size, floors, runs, measure(score_and_store, path, REPLICATES))


def write_parquet(path: Path, rows: int) -> None:
    """The facts as the portal keeps them: by day and provider."""
    source = path.with_suffix(".csv")
    write_facts_csv(source, rows)
    with duckdb.connect(config={"threads": THREADS}) as session:
        session.execute("SET enable_progress_bar = false")
        session.execute(
            f"COPY (FROM read_csv({quote_literal(str(source))}) ORDER BY day, provider) "
            f"TO {quote_literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
    source.unlink()


def plain_sums(path: Path) -> int:
    """The floor: every column decoded and summed by provider, nothing else."""
    session = open_connection(threads=THREADS, memory_limit=MEMORY)
    sums = ", ".join(f"sum({name})" for name in FACT_COLUMN_NAMES)
    found = session.execute(f"SELECT provider, {sums} FROM read_parquet({quote_literal(str(path))}) GROUP BY provider")
    return len(found.fetchnumpy()["provider"])


def score_and_store(path: Path, replicates: int) -> dict[str, float]:
    """The run: the first model with so many replicates, scorecards stored with their whole ledger in a table like the
    portal's. Gives seconds by step."""
    types = ProviderType.values
    subjects = {
        f"P{number:06d}": Subject(number, False, {"track": types[number % len(types)]})
        for number in range(1, PROVIDERS + 1)
    }
    batches: Any = (SimpleNamespace(file=path, day_from=None, day_to=None),)
    clock = Clock()
    rule = load_model(MODEL.read_text(encoding="utf-8"))
    rule = replace(rule, bootstrap=replace(rule.bootstrap, replicates=replicates))
    results = compute_results(rule, AS_OF, PinnedInputs(batches, (), (), subjects, PRESENT_FORM, ""), Silent(), clock)
    with clock.measure("store"), connection.cursor() as cursor:
        table = Scorecard._meta.db_table
        cursor.execute(f'CREATE TEMPORARY TABLE cards (LIKE "{table}" INCLUDING CONSTRAINTS INCLUDING IDENTITY)')
        fields = scored_fields(SimpleNamespace(pk=1), results, range(len(results.scores.groups.names)))  # type: ignore[arg-type]
        copy_rows(cursor.cursor, "cards", fields)
    return clock.timings | {"assessed": float(results.assessed.sum())}


def describe(rows: int, size: int, floors: list[Measured], runs: list[Measured], full: Measured) -> Result:
    """The table."""
    floor = statistics.median(one.seconds for one in floors)
    steps = {name: statistics.median(one.value[name] for one in runs) for name in runs[0].value}
    peak = max(one.peak for one in runs) / 1024**2
    intervals = full.value["intervals"]
    once = steps["sums"] + steps["score"] + steps["store"]
    figures = {
        "rows": rows,
        "megabytes": round(size / 1024**2, 1),
        "providers_assessed": steps["assessed"],
        "floor_seconds": round(floor, 3),
        "sums_seconds": round(steps["sums"], 3),
        "score_seconds": round(steps["score"], 3),
        "store_seconds": round(steps["store"], 3),
        "intervals_seconds": round(intervals, 3),
        "intervals_peak_megabytes": round(full.peak / 1024**2, 1),
        "run_to_floor": round(once / floor, 2),
        "peak_megabytes": round(peak, 1),
    }
    cells = [
        ("floor: decode and plain sums", floor),
        ("sums by provider, band of days and week, decayed; one merchant's share; sizes", steps["sums"]),
        ("scores with the whole ledger", steps["score"]),
        ("scorecards stored", steps["store"]),
        (f"{REPLICATES} replicates for the intervals", intervals),
    ]
    return Result(
        name="scoring",
        title="A score run",
        head=("Step", "Seconds"),
        rows=[(name, f"{seconds:.2f}") for name, seconds in cells],
        figures=figures,
        notes=(
            f"{rows:,} facts of {PROVIDERS:,} providers, {size / 1024**2:.0f} MB of Parquet; "
            f"medians of {REPEATS}, each run in a process of its own, {THREADS} threads.",
            f"Sums, scores and storing together take {once / floor:.2f} times the floor; "
            f"peak memory {peak:.0f} MB, with the replicates {full.peak / 1024**2:.0f} MB.",
            "Scorecards go into a temporary table with the portal's columns and check constraints, without indexes.",
        ),
    )
