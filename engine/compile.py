"""A model's sums over facts, run by DuckDB: exact, per provider, by window and by week."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.decay import decay_table
from engine.errors import EngineError
from engine.model import ScoringModel
from engine.plan import SumsPlan, plan_sums
from engine.slices import Slice, Slicer
from engine.source import FactSource, check_fact_columns, day_condition, fact_refusals, open_source
from engine.tables import fetch_table, load_table

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sums:
    """Exact integer sums. `bands` (windows x subjects x keys) and `rows` (windows x subjects, facts) hold what lies
    between the end of one window and the next; `weeks` (weeks x subjects x plan.week_keys) the weeks of the model's
    window. `merchants` is subjects x plan.merchant_windows. Subjects ascend, and each has facts."""

    plan: SumsPlan
    subjects: NDArray[np.object_]
    bands: Ints
    rows: Ints
    weeks: Ints
    merchants: Ints

    @property
    def fact_rows(self) -> int:
        """How many facts were summed."""
        return int(self.rows.sum())

    def take(self, keep: NDArray[np.bool_]) -> "Sums":
        """The sums of some subjects."""
        return replace(
            self,
            subjects=self.subjects[keep],
            bands=self.bands[:, keep],
            rows=self.rows[:, keep],
            weeks=self.weeks[:, keep],
            merchants=self.merchants[keep],
        )

    def beside(self, index: int) -> Ints:
        """One of the sums that were asked for beside the model's, over the model's own window."""
        bands = self.plan.ends.index(min(self.plan.model.window.days, self.plan.ends[-1])) + 1
        return np.asarray(self.bands[:bands, :, self.plan.beside[index]].sum(axis=0))


def run_sums(
    connection: duckdb.DuckDBPyConnection,
    model: ScoringModel,
    *,
    as_of: date,
    files: Sequence[str | Path] | None = None,
    relation: str | None = None,
    beside: tuple[str, ...] = (),
) -> Sums:
    """Run the model's statement over Parquet `files`, or over `relation`, a table or view of `connection`.

    Facts of the day `as_of - settlement_lag` have age 0; younger and older ones than the windows are left out.
    `beside` are formulas that are summed without decay, for other purposes than the model's.
    Raises EngineError `missing_columns`, `fact_too_large`, `facts_unreadable`, `no_provider`.
    """
    plan = plan_sums(model, as_of, beside=beside)
    with fact_refusals():
        source = open_source(connection, files, relation)
        check_fact_columns(connection, plan, source)
        find_pairs(connection, plan, source)
        sums = empty_sums(plan, number_people(connection))
        load_table(connection, "decay", decay_table(plan.last, plan.blocks.edges, plan.half_lives))
        for part in Slicer(connection, plan, source).run(len(sums.subjects)):
            add_slice(sums, part)
        return replace(sums, merchants=count_merchants(connection, plan, len(sums.subjects)))


def empty_sums(plan: SumsPlan, subjects: NDArray[np.object_]) -> Sums:
    """Sums of nothing yet."""
    count, windows = len(subjects), len(plan.ends)
    return Sums(
        plan=plan,
        subjects=subjects,
        bands=np.zeros((windows, count, len(plan.keys)), dtype=np.int64),
        rows=np.zeros((windows, count), dtype=np.int64),
        weeks=np.zeros((plan.week_count, count, len(plan.week_keys)), dtype=np.int64),
        merchants=np.zeros((count, len(plan.merchant_windows)), dtype=np.int64),
    )


def add_slice(sums: Sums, part: Slice) -> None:
    """Put the sums of one block in their places."""
    plan = sums.plan
    band = band_of(plan, part.block)
    sums.rows[band, part.numbers] += part.rows
    sums.bands[band, part.numbers] += part.values
    if part.block < plan.week_count:
        sums.weeks[part.block, part.numbers] = part.values[:, plan.week_keys]


def band_of(plan: SumsPlan, block: int) -> int:
    """The window in which a block lies and no smaller one: an index into `plan.ends`."""
    return int(np.searchsorted(plan.ends, plan.blocks.edges[block], side="right"))


def find_pairs(connection: duckdb.DuckDBPyConnection, plan: SumsPlan, source: FactSource) -> None:
    """Make the table `pairs`: each provider of the widest window, and its youngest day with each merchant (with none,
    when no metric counts merchants)."""
    relation, parameters = source.between(plan.blocks.first, plan.last)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {select_pairs(plan, relation)}", parameters)


def select_pairs(plan: SumsPlan, relation: str) -> str:
    """The statement behind the table `pairs`."""
    merchant = "facts.merchant" if plan.merchant_windows else "NULL"
    return (
        "SELECT CAST(facts.provider AS VARCHAR) AS provider, "  # noqa: S608 - `relation` is never user text
        f"CAST({merchant} AS VARCHAR) AS merchant, max(facts.day) AS day FROM {relation} AS facts "
        f"WHERE {day_condition(plan.blocks.first, plan.last)} GROUP BY ALL"
    )


def number_people(connection: duckdb.DuckDBPyConnection) -> NDArray[np.object_]:
    """Make the table `people`, which numbers the providers of `pairs` in ascending order; gives them. Refuses a
    missing provider."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE people AS SELECT provider, "
        "row_number() OVER (ORDER BY provider NULLS LAST) - 1 AS number FROM (SELECT DISTINCT provider FROM pairs)"
    )
    found = fetch_table(connection.execute("SELECT provider FROM people ORDER BY number"))["provider"]
    if any(not isinstance(provider, str) for provider in found[-1:]):
        raise EngineError(
            "no_provider", "A row of the facts names no provider.", field="provider", remedy="Fill in the provider."
        )
    return found.astype(object)


def count_merchants(connection: duckdb.DuckDBPyConnection, plan: SumsPlan, people: int) -> Ints:
    """Distinct merchants per provider and window, from the tables `pairs` and `people`; no column when no metric
    asks."""
    windows = plan.merchant_windows
    counts = np.zeros((people, len(windows)), dtype=np.int64)
    if not windows:
        return counts
    columns = [
        f"count(*) FILTER (pairs.day >= DATE '{plan.first_of(width)}') AS m{index}"
        for index, width in enumerate(windows)
    ]
    statement = (
        f"SELECT number, {', '.join(columns)} FROM pairs JOIN people USING (provider) "  # noqa: S608 - names are ours
        "WHERE merchant IS NOT NULL GROUP BY number"
    )
    table = connection.execute(statement).fetchnumpy()
    for index in range(len(windows)):
        counts[table["number"], index] = table[f"m{index}"]
    return counts
