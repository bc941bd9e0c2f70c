"""Other ways to the same sums: per provider and window, decayed and plain, for every metric of the model."""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from django.db import connection

from bench.measure import measure
from bench.world import AS_OF, MODEL
from engine.columns import FACT_COLUMN_NAMES, KEY_COLUMNS
from engine.decay import Blocks, decay_table
from engine.model_toml import load_model
from engine.plan import SumsPlan, compile_sums, fact_sql, plan_sums
from engine.tables import load_table, open_connection, quote_literal

THREADS = 2
SAMPLED = 20
MB = 1024**2
# Beyond this many facts pandas takes minutes, and so does loading the database.
MOST, MOST_LOADED = 40_000_000, 5_000_000
ALONE = (
    "The other ways compute the sums alone (per provider and window, decayed and plain, for all metrics), without "
    "merchants, weeks, scores or storing."
)
LOADED = (
    "PostgreSQL has its facts loaded, analysed and cached before.",
    f"One query per provider and metric: {SAMPLED} providers measured over the 90 days of the window, with an index by "
    "provider and day, and multiplied up to all providers.",
)


@dataclass(frozen=True)
class Rival:
    """One line of the table; `peak` in MB, 0 where the work is another program's."""

    key: str
    name: str
    seconds: float
    peak: float


@cache
def plan() -> SumsPlan:
    """The model's sums by window alone."""
    found = plan_sums(load_model(MODEL.read_text(encoding="utf-8")), AS_OF)
    return replace(found, blocks=Blocks(found.last, found.cuts))


def measure_all(files: Sequence[Path], rows: int) -> list[Rival]:
    """Every way that this machine can take, checked against ours."""
    expected = measure(by_duckdb, files).value
    found = [process("polars", "Polars, streaming", by_polars, files, expected)]
    if rows <= MOST:
        found.append(process("pandas", "pandas, file by file", by_pandas, files, expected))
    if rows <= MOST_LOADED:
        found += by_postgres(files, expected)
    return found


def notes(rows: int) -> tuple[str, ...]:
    """What the lines of `measure_all` mean."""
    left_out = f"PostgreSQL is measured up to {MOST_LOADED:,} facts: loading more takes longer than all the rest."
    return (ALONE, *LOADED) if rows <= MOST_LOADED else (ALONE, left_out)


def process(key: str, name: str, work: Callable[..., Any], files: Sequence[Path], expected: dict[str, float]) -> Rival:
    """One way in a process of its own."""
    one = measure(work, files)
    compare(name, one.value, expected)
    return Rival(key, name, one.seconds, one.peak / MB)


def compare(name: str, found: dict[str, float], expected: dict[str, float]) -> None:
    """Refuse a way that comes to other sums."""
    for key, value in expected.items():
        if abs(found[key] - value) > 1e-9 * max(1.0, abs(value)):
            raise RuntimeError(f"{name} comes to other sums: {key} is {found[key]}, not {value}")


def by_duckdb(files: Sequence[Path]) -> dict[str, float]:
    """The totals to compare with."""
    with open_connection(threads=THREADS) as session:
        load_table(session, "decay", decay_table(plan().last, plan().blocks.edges, plan().half_lives))
        statement = compile_sums(plan(), "read_parquet($files)")
        totals = ", ".join(f"sum(s{index})::DOUBLE" for index in range(len(plan().keys)))
        row = session.execute(f"SELECT {totals} FROM ({statement})", {"files": list(map(str, files))}).fetchone()
    return {f"s{index}": float(value) for index, value in enumerate(row or ())}


def by_polars(files: Sequence[Path]) -> dict[str, float]:
    """Lazily, with its streaming engine."""
    pl = import_module("polars")
    table = decay_table(plan().last, plan().blocks.edges, plan().half_lives)
    decay = pl.DataFrame(dict(table)).lazy()
    sums = []
    for index, key in enumerate(plan().keys):
        value = pl.sql_expr(key.formula.sql())
        if key.half_life is not None:
            value = value * pl.col(f"w{plan().half_lives.index(key.half_life)}")
        sums.append(value.sum().alias(f"s{index}"))
    facts = pl.scan_parquet([str(path) for path in files]).join(decay, on="day")
    found = facts.group_by("provider", "block").agg(sums).collect(engine="streaming")
    return {f"s{index}": float(found[f"s{index}"].cast(pl.Float64).sum()) for index in range(len(plan().keys))}


def by_pandas(files: Sequence[Path]) -> dict[str, float]:
    """File by file, weighted and grouped: all needed columns of twenty million facts at once do not fit in 24 GB."""
    pd = import_module("pandas")
    parts = [group_by_pandas(pd, path) for path in files]
    found = pd.concat(parts).groupby(level=["provider", "block"]).sum()
    return {f"s{index}": float(found[f"s{index}"].astype(float).sum()) for index in range(len(plan().keys))}


def group_by_pandas(pd: Any, path: Path) -> Any:
    """The sums of one file by provider and block."""
    needed = sorted({name for key in plan().keys for name in key.formula.columns})
    facts = pd.read_parquet(path, columns=["provider", "day", *needed])
    table = decay_table(plan().last, plan().blocks.edges, plan().half_lives)
    age = (np.datetime64(plan().last) - facts["day"].to_numpy().astype("datetime64[D]")).astype(np.int64)
    inside = (age >= 0) & (age < len(table["day"]))
    facts, age = facts[inside], age[inside]
    columns = {name: facts[name].to_numpy() for name in needed}
    frame: dict[str, Any] = {"provider": facts["provider"].to_numpy(), "block": table["block"][age]}
    for index, key in enumerate(plan().keys):
        value = key.formula.evaluate({name: columns[name] for name in key.formula.columns})
        weight = 1 if key.half_life is None else table[f"w{plan().half_lives.index(key.half_life)}"][age]
        frame[f"s{index}"] = value.astype(np.int64) * weight
    return pd.DataFrame(frame).groupby(["provider", "block"]).sum()


def by_postgres(files: Sequence[Path], expected: dict[str, float]) -> list[Rival]:
    """Facts in a table, the same statement in its dialect; then one query per provider and metric."""
    with connection.cursor() as cursor:
        load_postgres(cursor, files)
        statement = compile_sums(plan(), "bench_facts", dialect="postgres").replace("decay", "bench_decay")
        totals = ", ".join(f"sum(s{index})::float8" for index in range(len(plan().keys)))
        seconds = []
        for _ in range(2):  # the second time from the cache
            started = time.perf_counter()
            cursor.execute(f"SELECT {totals} FROM ({statement}) AS found")
            row = cursor.fetchone()
            seconds.append(time.perf_counter() - started)
        compare("PostgreSQL", {f"s{index}": float(value) for index, value in enumerate(row)}, expected)
        one_by_one = query_each(cursor)
        cursor.execute("DROP TABLE bench_facts, bench_decay")
    return [
        Rival("postgresql", "PostgreSQL, already loaded", seconds[-1], 0),
        Rival("query_per_provider", "one query per provider and metric (extrapolated)", one_by_one, 0),
    ]


def load_postgres(cursor: Any, files: Sequence[Path]) -> None:
    """Tables `bench_facts`, indexed, and `bench_decay`."""
    names = ", ".join((*KEY_COLUMNS, *FACT_COLUMN_NAMES))
    kinds = ["provider text, day date, merchant text, trader text", *(f"{name} bigint" for name in FACT_COLUMN_NAMES)]
    cursor.execute(f"CREATE UNLOGGED TABLE bench_facts ({', '.join(kinds)})")
    for path in files:
        text = path.with_suffix(".copy")
        with duckdb.connect() as session:
            source = f"SELECT {names} FROM read_parquet({quote_literal(str(path))})"
            session.execute(f"COPY ({source}) TO {quote_literal(str(text))} (FORMAT csv, HEADER false)")
        with text.open("rb") as file:
            cursor.cursor.copy_expert("COPY bench_facts FROM STDIN (FORMAT csv)", file)
        text.unlink()
    table = decay_table(plan().last, plan().blocks.edges, plan().half_lives)
    weights = [name for name in table if name.startswith("w")]
    cursor.execute(
        f"CREATE TABLE bench_decay (day date, block bigint, {', '.join(f'{name} bigint' for name in weights)})"
    )
    lines = "\n".join("\t".join(map(str, row)) for row in zip(*(table[name].tolist() for name in table), strict=True))
    cursor.cursor.copy_expert("COPY bench_decay FROM STDIN", io.StringIO(lines))
    cursor.execute("CREATE INDEX ON bench_facts (provider, day)")
    cursor.execute("VACUUM ANALYZE bench_facts")
    cursor.execute("ANALYZE bench_decay")


def query_each(cursor: Any) -> float:
    """Seconds for all providers, from a sample of them."""
    window = plan().own_bands
    of_window = f"block >= {window.start} AND block < {window.stop}"
    cursor.execute(f"SELECT DISTINCT provider FROM bench_decay JOIN bench_facts USING (day) WHERE {of_window}")
    providers = sorted(name for (name,) in cursor.fetchall())
    sample = providers[:: max(1, len(providers) // SAMPLED)][:SAMPLED]
    started = time.perf_counter()
    for provider in sample:
        for index in range(len(plan().model.metrics)):
            columns = []
            for place in {plan().numerator[index], plan().denominator[index], plan().evidence[index]} - {-1}:
                key = plan().keys[place]
                weight = "" if key.half_life is None else f" * decay.w{plan().half_lives.index(key.half_life)}"
                columns.append(f"sum({fact_sql(key.formula, 'postgres')}{weight})")
            cursor.execute(
                f"SELECT {', '.join(columns)} FROM bench_facts AS facts JOIN bench_decay AS decay USING (day) "
                f"WHERE facts.provider = %s AND {of_window}",
                [provider],
            )
            cursor.fetchone()
    return (time.perf_counter() - started) / len(sample) * len(providers)
