"""Who brought what: one row per pair of a provider and a merchant, in the table `pairs` of a connection.

It answers which providers have facts, how many merchants each has in a window, and what a merchant's share is. A row
holds for each age from which merchants are counted the youngest day that the pair has at that age or above (`seen0`,
`seen14`), and what the pair has of the plan's `share_of` in the model's own window and before it (`near`, `earlier`).
The table moves on with the days, as sums do.
"""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.plan import MISSING, SumsPlan, weighted
from engine.source import FactSource, day_condition
from engine.tables import fetch_table

Days = tuple[date, date]
Ints = NDArray[np.int64]


def seen_ages(plan: SumsPlan) -> tuple[int, ...]:
    """The ages from which merchants are counted, and 0."""
    return tuple(sorted({0, *(begin for begin, _ in plan.merchant_windows)}))


def find_pairs(connection: duckdb.DuckDBPyConnection, plan: SumsPlan, source: FactSource) -> None:
    """Make the table from all facts of the windows."""
    relation, parameters = source.between(plan.blocks.first, plan.last)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {select_pairs(plan, relation)}", parameters)


def select_pairs(plan: SumsPlan, relation: str) -> str:
    """The statement behind the table. Without a question about merchants a provider is one pair with none."""
    seen = {age: (plan.blocks.first, plan.day_of(age)) for age in seen_ages(plan)}
    begin, end = plan.share_window
    near = [(1, (plan.day_of(end - 1), plan.day_of(begin)))]
    earlier = [(1, (plan.blocks.first, plan.day_of(end)))]
    where = day_condition(plan.blocks.first, plan.last)
    return group_pairs(plan, relation, seen, near, earlier, where)


def group_pairs(
    plan: SumsPlan,
    relation: str,
    seen: dict[int, Days],
    near: list[tuple[int, Days]],
    earlier: list[tuple[int, Days]],
    where: str,
) -> str:
    """Facts by pair: the youngest day of each span of `seen`, and the amounts that spans add (1) or take away (-1)."""
    merchant = "facts.merchant" if plan.reads_merchants else "NULL"
    columns = [f"max(facts.day) FILTER (WHERE {day_condition(*span)}) AS seen{age}" for age, span in seen.items()]
    if plan.share_of != MISSING:
        amount = weighted(plan, plan.keys[plan.share_of], "duckdb")
        for name, spans in (("near", near), ("earlier", earlier)):
            times = " + ".join(f"CASE WHEN {day_condition(*span)} THEN {sign} ELSE 0 END" for sign, span in spans)
            columns.append(f"CAST(coalesce(sum({amount} * ({times})), 0) AS BIGINT) AS {name}")
    return (
        f"SELECT CAST(facts.provider AS VARCHAR) AS provider, CAST({merchant} AS VARCHAR) AS merchant, "  # noqa: S608
        f"{', '.join(columns)} FROM {relation} AS facts WHERE {where} GROUP BY ALL"
    )


def advance_pairs(
    connection: duckdb.DuckDBPyConnection, source: FactSource, old: SumsPlan, new: SumsPlan, saved: Path
) -> None:
    """Make the table from a saved one and the facts of the days that move; pairs last seen before the windows are
    gone."""
    ages = seen_ages(new)
    seen = {age: crossing(old, new, age) for age in ages}
    begin, end = new.share_window
    come, left, gone = (crossing(old, new, age) for age in (begin, end, new.cuts[-1]))
    spans = list(seen.values())
    if new.share_of != MISSING:
        spans += [come, left, gone]
    where = " OR ".join(day_condition(*span) for span in dict.fromkeys(spans))
    relation, parameters = source.between(min(span[0] for span in spans), new.last)
    moved = group_pairs(new, relation, seen, [(1, come), (-1, left)], [(1, left), (-1, gone)], where)
    columns = [f"greatest(saved.seen{age}, moved.seen{age}) AS seen{age}" for age in ages]
    if new.share_of != MISSING:
        amounts = ("near", "earlier")
        columns += [f"coalesce(saved.{name}, 0) + coalesce(moved.{name}, 0) AS {name}" for name in amounts]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE pairs AS SELECT coalesce(saved.provider, moved.provider) AS provider, "  # noqa: S608
        f"CAST(coalesce(saved.merchant, moved.merchant) AS VARCHAR) AS merchant, {', '.join(columns)} "
        f"FROM read_parquet($saved) AS saved FULL JOIN ({moved}) AS moved ON saved.provider = moved.provider "
        "AND CAST(saved.merchant AS VARCHAR) IS NOT DISTINCT FROM moved.merchant "
        "WHERE greatest(saved.seen0, moved.seen0) >= $first",
        parameters | {"saved": str(saved), "first": new.blocks.first},
    )


def crossing(old: SumsPlan, new: SumsPlan, age: int) -> Days:
    """The days that have reached an age since the old plan."""
    return old.day_of(age) + timedelta(days=1), new.day_of(age)


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
        f"count(*) FILTER (pairs.seen{begin} >= DATE '{plan.day_of(end - 1)}') AS m{index}"
        for index, (begin, end) in enumerate(windows)
    ]
    statement = (
        f"SELECT number, {', '.join(columns)} FROM pairs JOIN people USING (provider) "  # noqa: S608 - names are ours
        "WHERE merchant IS NOT NULL GROUP BY number"
    )
    table = connection.execute(statement).fetchnumpy()
    for index in range(len(windows)):
        counts[table["number"], index] = table[f"m{index}"]
    return counts
