"""What the boards read from facts: settled sums of 90 days by provider, and by trader. Reads only."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tables import Table, fetch_table, open_connection
from scoring.facts.related_selectors import open_pairs
from scoring.facts.selectors import counting_between, open_relation
from scoring.measures.compute import MEMORY, SETTLEMENT_LAG_DAYS, THREADS, WINDOW_DAYS

Floats = NDArray[np.float64]

# Facts of a provider's own shops say nothing about it, on the boards as in the score.
COUNTED = """
    CREATE TEMP VIEW counted AS SELECT * FROM facts
    WHERE (provider, coalesce(merchant, '')) NOT IN (SELECT provider, merchant FROM related)
"""
COLD_STARTS = """
    SELECT CAST(provider AS VARCHAR) AS provider, CAST(sum(cold_starts_done) AS DOUBLE) AS done,
        CAST(sum(cold_starts_total) AS DOUBLE) AS begun
    FROM counted WHERE day > $first AND day <= $last GROUP BY ALL
"""
SIZES = """
    SELECT CAST(provider AS VARCHAR) AS provider, CAST(sum(gmv_minor - refunded_gmv_minor) AS DOUBLE) AS gmv
    FROM counted WHERE day > $first AND day <= $last GROUP BY ALL
"""
TRADERS = """
    SELECT CAST(provider AS VARCHAR) AS provider, CAST(trader AS VARCHAR) AS trader,
        sum(gmv_minor - refunded_gmv_minor) / 100.0 AS gmv, sum(live_minutes) / 60.0 AS hours
    FROM counted WHERE day > $first AND day <= $last AND trader <> '' GROUP BY ALL
"""


@dataclass(frozen=True)
class TraderSums:
    """Settled sums of each trader at each provider."""

    provider: list[str]
    trader: list[str]
    gmv: Floats
    hours: Floats


def read_window(statement: str, day: date) -> Table:
    """One statement over the 90 settled days: those that ended SETTLEMENT_LAG_DAYS before `day`."""
    last = day - timedelta(days=SETTLEMENT_LAG_DAYS)
    first = last - timedelta(days=WINDOW_DAYS)
    parameters: dict[str, Any] = {"first": first, "last": last}
    batches = counting_between(first + timedelta(days=1), last)
    related = [(code, merchant) for code, merchant in open_pairs().values_list("provider__code", "merchant")]
    with open_connection(threads=THREADS, memory_limit=MEMORY) as connection:
        connection.execute("CREATE TEMP TABLE related (provider VARCHAR, merchant VARCHAR)")
        if related:
            connection.executemany("INSERT INTO related VALUES (?, ?)", related)
        open_relation(connection, batches).execute(COUNTED)
        return fetch_table(connection.execute(statement, parameters))


def read_cold_starts(day: date) -> dict[str, tuple[float, float]]:
    """Cold starts completed and begun, by provider code."""
    table = read_window(COLD_STARTS, day)
    return {str(code): (float(done), float(begun)) for code, done, begun in rows_of(table, "done", "begun")}


def read_sizes(day: date) -> dict[str, float]:
    """Settled GMV by provider code: the size of a provider before the race."""
    return {str(code): float(gmv) for code, gmv in rows_of(read_window(SIZES, day), "gmv")}


def read_traders(day: date) -> TraderSums:
    """What each trader sold, and in how many hours on air."""
    table = read_window(TRADERS, day)
    return TraderSums(
        [str(code) for code in table["provider"]],
        [str(code) for code in table["trader"]],
        np.asarray(table["gmv"], dtype=np.float64),
        np.asarray(table["hours"], dtype=np.float64),
    )


def rows_of(table: Table, *names: str) -> Any:
    """Provider codes with some columns, row by row."""
    columns = [np.asarray(table[name], dtype=np.float64).tolist() for name in names]
    return zip(table["provider"], *columns, strict=True)
