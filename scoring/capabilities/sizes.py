"""The size of a provider, for its peer group: by the GMV that counted in the model's window."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import duckdb

from engine.model import ScoringModel as Rule

# Upper ends, in minor units per 30 days: up to 500,000 yuan is small, up to 5,000,000 medium, above it large.
BANDS = ((50_000_000, "small"), (500_000_000, "medium"))
LARGEST = "large"


def read_sizes(
    connection: duckdb.DuckDBPyConnection, rule: Rule, as_of: date, source: str, parameters: Mapping[str, Any]
) -> dict[str, str]:
    """Provider code to size: net GMV of the model's window, per 30 days, in bands. `source` is SQL of the facts."""
    last = as_of - timedelta(days=rule.window.settlement_lag)
    first = last - timedelta(days=rule.window.days)
    statement = (
        "SELECT provider, sum(gmv_minor - refunded_gmv_minor) AS gmv "  # noqa: S608 - `source` is the engine's
        f"FROM {source} AS facts WHERE day > $first AND day <= $last GROUP BY provider"
    )
    rows = connection.execute(statement, {**parameters, "first": first, "last": last}).fetchall()
    return {str(code): size_of(int(gmv) * 30 // rule.window.days) for code, gmv in rows}


def size_of(monthly_gmv_minor: int) -> str:
    """The band of a monthly GMV."""
    for most, name in BANDS:
        if monthly_gmv_minor <= most:
            return name
    return LARGEST
