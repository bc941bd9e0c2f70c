"""Which engine adds up the facts: DuckDB in this process, or a Spark cluster (FACTS_ENGINE)."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol, Self, cast

import duckdb
from django.conf import settings
from django.utils.module_loading import import_string

from engine.compile import Sums, run_sums
from engine.draws import Draws, run_draws
from engine.model import ScoringModel as Rule
from engine.tables import Table

LOCAL = "duckdb"


class FactsEngine(Protocol):
    """Sums per provider over Parquet files, as a context. `connection` keeps the small tables."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def run_sums(
        self,
        connection: duckdb.DuckDBPyConnection,
        model: Rule,
        *,
        as_of: date,
        files: Sequence[str | Path],
        left_out: Table | None = None,
        beside: tuple[str, ...] = (),
    ) -> Sums: ...

    def run_draws(
        self,
        connection: duckdb.DuckDBPyConnection,
        sums: Sums,
        *,
        files: Sequence[str | Path],
        left_out: Table | None = None,
    ) -> Draws: ...


class LocalFacts:
    """DuckDB in this process."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    run_sums = staticmethod(run_sums)
    run_draws = staticmethod(run_draws)


def open_engine() -> FactsEngine:
    """The engine that FACTS_ENGINE names. Spark is loaded only when it is asked for: it is an optional package."""
    if settings.FACTS_ENGINE == LOCAL:
        return cast(FactsEngine, LocalFacts())
    return cast(FactsEngine, import_string("engine.spark.SparkFacts")(settings.FACTS_ENGINE))
