"""The model's statement on Apache Spark, over the same Parquet files, for facts that one machine cannot hold.

Spark adds up and DuckDB keeps what comes back: one row per provider and block. Needs `requirements-spark.txt` and
Java 17, and the folder of the facts under the same path on every worker.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import sqlglot
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from engine.cells import Cells
from engine.compile import Sums, empty_sums
from engine.decay import decay_table
from engine.draws import Draws, empty_draws, weekly_plan
from engine.errors import EngineError
from engine.merchants import count_merchants, number_people, select_pairs
from engine.model import ScoringModel
from engine.plan import MISSING, SumsPlan, compile_sums, plan_sums
from engine.shares import Capped, find_capped, number_capped
from engine.slices import Slice, join_numbers, split_blocks
from engine.source import CAPPED, LEFT_OUT, choose_pairs, day_condition, missing_columns
from engine.tables import Table, first_line, load_table

FILES, FACTS, PAIR_FACTS = "fact_files", "counted_facts", "pair_facts"
PATIENCE = 10.0


class SparkFacts:
    """The sums of facts by a stand-alone cluster, such as `spark://10.0.0.5:7077`. A context: the application on the
    cluster begins with the first sums and ends with it."""

    def __init__(self, master: str) -> None:
        self.master = master
        self.session: SparkSession | None = None

    def __enter__(self) -> "SparkFacts":
        return self

    def __exit__(self, *_: object) -> None:
        if self.session is not None:
            self.session.stop()
            self.session = None

    def run_sums(
        self,
        connection: duckdb.DuckDBPyConnection,
        model: ScoringModel,
        *,
        as_of: date,
        files: Sequence[str | Path],
        left_out: Table | None = None,
        beside: tuple[str, ...] = (),
    ) -> Sums:
        """As `engine.compile.run_sums`; also raises EngineError `cluster_unreachable`."""
        plan = plan_sums(model, as_of, beside=beside)
        with self.open_session() as session:
            missing_columns(plan, open_facts(session, files, left_out))
            keep(connection, "pairs", session, sqlglot.transpile(select_pairs(plan, FACTS), "duckdb", "spark")[0])
            sums = empty_sums(plan, number_people(connection))
            add_all(sums, run_statement(connection, session, plan))
            capped = None if plan.share_of == MISSING else find_capped(connection, plan, sums.subjects)
            if capped is not None:
                add_all(capped, run_capped(connection, session, plan, capped))
        merchants = count_merchants(connection, plan, len(sums.subjects))
        return replace(sums, merchants=merchants, capped=capped)

    def run_draws(
        self,
        connection: duckdb.DuckDBPyConnection,
        sums: Sums,
        *,
        files: Sequence[str | Path],
        left_out: Table | None = None,
    ) -> Draws:
        """As `engine.draws.run_draws`."""
        draws = empty_draws(weekly_plan(sums.plan), len(sums.subjects))
        load_table(connection, "people", {"provider": sums.subjects, "number": np.arange(len(sums.subjects))})
        with self.open_session() as session:
            open_facts(session, files, left_out)
            for part in run_statement(connection, session, draws.plan):
                draws.add(part)
            if sums.capped is not None:
                for part in run_capped(connection, session, draws.plan, sums.capped):
                    draws.take_off(sums.capped, part)
        return draws

    @contextmanager
    def open_session(self) -> Iterator[SparkSession]:
        """The application on the cluster; Spark's errors as sentences for people."""
        try:
            if self.session is None:
                check_master(self.master)
                self.session = start_session(self.master)
            yield self.session
        except (PySparkException, Py4JError) as error:
            raise refusal(error) from error


def check_master(master: str) -> None:
    """Raise EngineError `cluster_unreachable` unless one of the masters listens; Spark itself would try for minutes."""
    reason = ""
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=PATIENCE).close()
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return
    raise EngineError(
        "cluster_unreachable",
        "The Spark cluster at %(master)s does not answer: %(reason)s",
        remedy="Start it, or set FACTS_ENGINE to duckdb.",
        params={"master": master, "reason": reason},
    )


def start_session(master: str) -> SparkSession:
    """A new application on the cluster."""
    return (
        SparkSession.builder.master(master)
        .appName("paddock")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.ansi.enabled", "true")  # a number that leaves 64 bits is an error, never a wrong sum
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )


def refusal(error: Exception) -> EngineError:
    """The EngineError of one of Spark's."""
    if "OVERFLOW" in str(error):
        return EngineError(
            "fact_too_large",
            "A number in the facts is too large to be summed exactly.",
            remedy="Keep every provider's sum of a formula below 2,000,000,000,000 in a window.",
        )
    return EngineError(
        "facts_unreadable",
        "The facts cannot be read: %(reason)s",
        remedy="Check the files.",
        params={"reason": first_line(error)},
    )


def open_facts(session: SparkSession, files: Sequence[str | Path], left_out: Table | None) -> set[str]:
    """Make the view of the facts that count, without those of the pairs `left_out`; gives the names of its columns."""
    found = session.read.parquet(*map(str, files))
    found.createOrReplaceTempView(FILES)
    if left_out is None or not len(left_out["provider"]):
        found.createOrReplaceTempView(FACTS)
    else:
        give_pairs(session, LEFT_OUT, left_out)
        session.sql(f"SELECT * FROM {choose_pairs(FILES, LEFT_OUT, 'ANTI')}").createOrReplaceTempView(FACTS)  # noqa: S608
    return set(found.columns)


def give_pairs(session: SparkSession, name: str, pairs: Table) -> None:
    """Make a view of pairs of a provider and a merchant."""
    rows = list(zip(pairs["provider"].tolist(), pairs["merchant"].tolist(), strict=True))
    session.createDataFrame(rows, "provider STRING, merchant STRING").createOrReplaceTempView(name)


def add_all(cells: Cells, parts: Iterator[Slice]) -> None:
    """Put sums in their places."""
    for part in parts:
        cells.add(part)


def run_capped(
    connection: duckdb.DuckDBPyConnection, session: SparkSession, plan: SumsPlan, capped: Capped
) -> Iterator[Slice]:
    """The statement over the facts of the capped pairs."""
    number_capped(connection, capped)
    give_pairs(session, CAPPED, {"provider": capped.provider, "merchant": capped.merchant})
    session.sql(f"SELECT * FROM {choose_pairs(FACTS, CAPPED, 'SEMI')}").createOrReplaceTempView(PAIR_FACTS)  # noqa: S608
    return run_statement(connection, session, plan, pairs=CAPPED)


def run_statement(
    connection: duckdb.DuckDBPyConnection, session: SparkSession, plan: SumsPlan, *, pairs: str = ""
) -> Iterator[Slice]:
    """The one statement over all days; the table `people` of the connection numbers its rows, or that of `pairs`."""
    session.sql(decay_rows(plan)).createOrReplaceTempView("decay")
    where = day_condition(plan.blocks.first, plan.last)
    facts = PAIR_FACTS if pairs else FACTS
    keep(
        connection, "grouped", session, compile_sums(plan, facts, dialect="spark", where=where, by_merchant=bool(pairs))
    )
    statement = f"SELECT number, grouped.* FROM grouped {join_numbers(pairs)}"  # noqa: S608 - names are ours
    yield from split_blocks(connection.execute(statement).fetchnumpy(), len(plan.keys))


def decay_rows(plan: SumsPlan) -> str:
    """The decay table as a statement: a row for each day of the widest window."""
    table = decay_table(plan.last, plan.blocks.edges, plan.half_lives)
    weights = [f"w{index}" for index in range(len(plan.half_lives))]
    columns: list[list[Any]] = [table[name].tolist() for name in ("block", *weights)]
    rows = [
        f"(DATE '{day}', {', '.join(f'{int(value)}L' for value in values)})"
        for day, *values in zip(table["day"].tolist(), *columns, strict=True)
    ]
    names = ", ".join(("day", "block", *weights))
    return f"SELECT * FROM VALUES {', '.join(rows)} AS decay({names})"  # noqa: S608 - numbers and days of ours


def keep(connection: duckdb.DuckDBPyConnection, name: str, session: SparkSession, statement: str) -> None:
    """Copy what Spark finds into a temporary table of DuckDB."""
    arrow = session.sql(statement).toArrow()
    connection.register("arrow_result", arrow)
    try:
        connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS FROM arrow_result')
    finally:
        connection.unregister("arrow_result")
