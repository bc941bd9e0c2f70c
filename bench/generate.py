"""Generated facts: the same ones for the same numbers."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from engine.columns import FACT_COLUMNS
from engine.tables import quote_literal
from scoring.facts.limits import SUBSETS
from scoring.facts.writing import ORDER

PROVIDERS, MERCHANTS, DAYS = 20_000, 50_000, 365
# Merchants that one provider works for, and traders that it sends to each.
PORTFOLIO, TRADERS = 12, 3
FIRST_DAY = date(2024, 1, 1)


def write_facts_csv(path: Path, rows: int, *, providers: int = PROVIDERS) -> None:
    """`rows` facts in the standard columns over a year, by day, all of them right."""
    keys = f"""'P' || lpad(CAST(i % {providers} + 1 AS VARCHAR), 6, '0') AS provider,
        DATE '2024-01-01' + CAST(i // {max(1, -(-rows // DAYS))} AS INTEGER) AS day,
        'M' || lpad(CAST(hash(i, 99) % {MERCHANTS} AS VARCHAR), 6, '0') AS merchant,
        CASE WHEN i % 3 > 0 THEN 'T' || lpad(CAST(i AS VARCHAR), 9, '0') END AS trader"""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        facts = select_facts(keys, 0, rows)
        connection.execute(f"COPY ({facts}) TO {quote_literal(str(path))} (FORMAT csv, HEADER true)")


def write_fact_files(folder: Path, rows: int, *, days: int, daily_from: int, providers: int = PROVIDERS) -> list[Path]:
    """Facts as the portal keeps them, `rows` in every 365 days: one Parquet file a week, and one a day from the day
    `daily_from` on, sorted as batches are. Each provider works for PORTFOLIO merchants."""
    per_day = -(-rows // DAYS)
    turn = f"(i // {providers})"
    keys = f"""'P' || lpad(CAST(i % {providers} + 1 AS VARCHAR), 6, '0') AS provider,
        DATE '{FIRST_DAY}' + CAST(i // {per_day} AS INTEGER) AS day,
        'M' || lpad(CAST(i % {providers} * 7 + {turn} % {PORTFOLIO} AS VARCHAR), 6, '0') AS merchant,
        CASE WHEN {turn} // {PORTFOLIO} % {TRADERS} > 0
            THEN 'T' || lpad(CAST(i % {providers} * 3 + {turn} // {PORTFOLIO} % {TRADERS} AS VARCHAR), 6, '0')
        END AS trader"""
    paths = []
    day = 0
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        while day < days:
            stop = day + 1 if day >= daily_from else min(day + 7, daily_from, days)
            path = folder / f"{FIRST_DAY + timedelta(days=day)}.parquet"
            facts = select_facts(keys, day * per_day, stop * per_day)
            target = quote_literal(str(path))
            connection.execute(f"COPY ({facts} ORDER BY {ORDER}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
            paths.append(path)
            day = stop
    return paths


def select_facts(keys: str, start: int, stop: int) -> str:
    """The statement that generates the facts numbered `start` to `stop`; `keys` are their key columns by `i`."""
    columns = []
    wholes = dict(SUBSETS)
    for index, column in enumerate(FACT_COLUMNS):
        number = f"CAST(hash(i, {index}) % {10 ** (2 + index % 4)} AS BIGINT)"
        if column.name in wholes:
            number = f"CAST(hash(i, {index}) % (1 + {wholes[column.name]}) AS BIGINT)"
        if column.name == "rating_sum":
            number = f"rating_count * 3 + CAST(hash(i, {index}) % (1 + rating_count) AS BIGINT)"
        columns.append((column.name, number))
    # A part is drawn from its whole, so wholes are named in an inner query.
    late = {*wholes, "rating_sum"}
    inner = ", ".join(f"{number} AS {name}" for name, number in columns if name not in late)
    outer = ", ".join(f"{number} AS {name}" if name in late else name for name, number in columns)
    return (
        f"SELECT provider, day, merchant, trader, {outer} "
        f"FROM (SELECT i, {keys}, {inner} FROM range({start}, {stop}) t(i))"
    )
