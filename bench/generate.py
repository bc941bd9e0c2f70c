"""Generated facts: the same ones for the same numbers."""

from pathlib import Path

import duckdb

from engine.columns import FACT_COLUMNS
from engine.tables import quote_literal
from scoring.facts.limits import SUBSETS

PROVIDERS, MERCHANTS, DAYS = 20_000, 50_000, 365


def write_facts_csv(path: Path, rows: int, *, providers: int = PROVIDERS) -> None:
    """`rows` facts in the standard columns over a year, by day, all of them right."""
    wholes = dict(SUBSETS)
    columns = []
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
    keys = f"""'P' || lpad(CAST(i % {providers} + 1 AS VARCHAR), 6, '0') AS provider,
        DATE '2024-01-01' + CAST(i // {max(1, -(-rows // DAYS))} AS INTEGER) AS day,
        'M' || lpad(CAST(hash(i, 99) % {MERCHANTS} AS VARCHAR), 6, '0') AS merchant,
        CASE WHEN i % 3 > 0 THEN 'T' || lpad(CAST(i AS VARCHAR), 9, '0') END AS trader"""
    facts = f"SELECT provider, day, merchant, trader, {outer} FROM (SELECT i, {keys}, {inner} FROM range({rows}) t(i))"
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY ({facts}) TO {quote_literal(str(path))} (FORMAT csv, HEADER true)")
