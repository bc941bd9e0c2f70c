"""From a model to one GROUP BY over the facts: decayed and plain sums per provider and block of days.

The statement reads two relations: the facts (provider, day, merchant, trader and additive integer columns) and the
decay table of `engine.decay`. Nothing of a user's text reaches it but the SQL that sqlglot writes from a checked tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.decay import WEIGHT_ONE, Blocks, Weighting, decay_table, make_blocks, near_end
from engine.errors import EngineError
from engine.formula_words import ColumnNames
from engine.formulas import Formula, parse_formula
from engine.model import ScoringModel
from engine.reach import first_lag, lag_of_formulas, reach_of, wait_of
from engine.shares import CAPPED, EARLIER, NEAR, factors_of, share_statement, source_of_capped, take_off, with_factors
from engine.tables import Table, fetch_table, first_line, literal_path, load_table, quote_name

# A fractional expression is summed in millionths, so that its sum too is a sum of integers.
FRACTION = 1_000_000
MISSING = -1


@dataclass(frozen=True)
class SumKey:
    """One column of sums: an expression (as SQL) and how the age of a row weighs in it."""

    sql: str
    weighting: Weighting
    is_integral: bool


@dataclass(frozen=True)
class SumsPlan:
    """Which sums a model needs and where each metric finds its own: indices into `keys`, -1 for none. A merchant's
    share is one of the sum `share_of`."""

    model: ScoringModel
    blocks: Blocks
    keys: tuple[SumKey, ...]
    weightings: tuple[Weighting, ...]
    share_of: int
    numerator: tuple[int, ...]
    denominator: tuple[int, ...]
    evidence: tuple[int, ...]

    @property
    def merchant_windows(self) -> tuple[tuple[int, int], ...]:
        """Windows for which distinct merchants are counted, each by the ages at which it begins and ends."""
        model = self.model
        needed = [metric for metric in model.metrics if metric.minimum_merchants]
        found = {(wait_of(model, metric), end) for metric in needed for end in reach_of(model, metric)}
        return tuple(sorted(found))


@dataclass(frozen=True)
class Sums:
    """Sums per provider and block, ragged: row r belongs to `subjects[subject[r]]` and block `block[r]`; rows are
    sorted by both. `values` is rows x plan.keys in float64. `merchants` is subjects x plan.merchant_windows. `capped`
    are the merchants of whom less than all counts; the values are what counts."""

    plan: SumsPlan
    subjects: NDArray[np.object_]
    subject: NDArray[np.int64]
    block: NDArray[np.int64]
    values: NDArray[np.float64]
    merchants: NDArray[np.int64]
    fact_rows: int
    capped: Table | None = None


def plan_sums(model: ScoringModel, *, weekly: bool | None = None) -> SumsPlan:
    """The distinct sums a facts model needs. `weekly` blocks serve the bootstrap and priors read from blocks; by
    default they are used when the model has either."""
    if weekly is None:
        weekly = model.bootstrap.replicates > 0 or any(metric.prior.reads_blocks for metric in model.metrics)
    names = ColumnNames(model.columns)
    keys: dict[SumKey, int] = {}

    def place(text: str, half_life: float | None, wait: int) -> int:
        if not text:
            return MISSING
        return keys.setdefault(sum_key(parse_formula(text, names), Weighting(half_life, wait)), len(keys))

    places = [
        (
            place(metric.numerator, model.half_life_of(metric), wait_of(model, metric)),
            place(metric.denominator, model.half_life_of(metric), wait_of(model, metric)),
            place(model.evidence_of(metric), None, wait_of(model, metric)),
        )
        for metric in model.metrics
    ]
    measure = model.integrity.measure
    share_of = place(measure, None, max(0, lag_of_formulas(model, measure) - first_lag(model)))
    return SumsPlan(
        model=model,
        blocks=make_blocks(model, weekly=weekly),
        keys=tuple(keys),
        weightings=tuple(dict.fromkeys(key.weighting for key in keys if not key.weighting.is_plain)),
        share_of=share_of,
        numerator=tuple(place[0] for place in places),
        denominator=tuple(place[1] for place in places),
        evidence=tuple(place[2] for place in places),
    )


def sum_key(formula: Formula, weighting: Weighting) -> SumKey:
    """The key of one sum."""
    return SumKey(sql=formula.sql("duckdb", table="facts"), weighting=weighting, is_integral=formula.is_integral)


def compile_sums(plan: SumsPlan, source: str, *, dialect: str = "duckdb", by_merchant: bool = False) -> str:
    """The one statement. `source` is SQL of a relation (a quoted name, or `read_parquet($files)`), not user text. With
    `by_merchant` the sums are those of each merchant of a provider."""
    if dialect != "duckdb":
        raise EngineError(
            "unknown_dialect",
            "Sums cannot be compiled for %(dialect)s.",
            remedy="Use duckdb.",
            params={"dialect": dialect},
        )
    columns = ["CAST(facts.provider AS VARCHAR) AS provider", "decay.block AS block", "count(*) AS fact_rows"]
    columns += [f"CAST(sum({weighted(plan, key)}) AS DOUBLE) AS s{index}" for index, key in enumerate(plan.keys)]
    merchant = ", facts.merchant" if by_merchant else ""
    return (
        f"SELECT {', '.join(columns)}{merchant} FROM {source} AS facts JOIN decay ON facts.day = decay.day "  # noqa: S608
        f"GROUP BY facts.provider, decay.block{merchant} ORDER BY 1 NULLS LAST, 2{merchant}"
    )


def weighted(plan: SumsPlan, key: SumKey) -> str:
    """The integer that one row adds to one sum."""
    value = f"({key.sql})" if key.is_integral else f"CAST(round(({key.sql}) * {FRACTION}) AS BIGINT)"
    if key.weighting.is_plain:
        return value
    return f"{value} * decay.w{plan.weightings.index(key.weighting)}"


def run_sums(
    connection: duckdb.DuckDBPyConnection,
    model: ScoringModel,
    *,
    as_of: date,
    files: Sequence[str | Path] | None = None,
    relation: str | None = None,
    weekly: bool | None = None,
    left_out: Table | None = None,
) -> Sums:
    """Run the model's statement over Parquet `files`, or over `relation`, a table or view of `connection`.

    Facts of the day `as_of - first_lag` have age 0; younger and older ones than the windows are left out, and so are
    those of the pairs `left_out` (columns provider and merchant).
    Raises EngineError `missing_columns`, `fact_too_large`, `facts_unreadable`.
    """
    if (files is None) == (relation is None):
        raise ValueError("give files or relation")
    plan = plan_sums(model, weekly=weekly)
    source, parameters = fact_source(connection, files, relation, left_out)
    try:
        check_fact_columns(connection, plan, source, parameters)
        load_table(connection, "decay", decay_table(model, plan.blocks, plan.weightings, as_of))
        table = fetch_table(connection.execute(compile_sums(plan, source), parameters))
        subjects, subject = number_subjects(table["provider"])
        sums = Sums(
            plan=plan,
            subjects=subjects,
            subject=subject,
            block=table["block"].astype(np.int64),
            values=sum_values(plan, table),
            merchants=count_merchants(connection, plan, source, parameters, subjects),
            fact_rows=int(table["fact_rows"].sum()),
        )
        return sums if plan.share_of == MISSING else cap_merchants(connection, sums, source, parameters)
    except duckdb.OutOfRangeException as error:
        raise EngineError(
            "fact_too_large",
            "A number in the facts is too large to be summed exactly.",
            remedy="Keep every value of a formula below 8,000,000,000,000 in one row.",
        ) from error
    except duckdb.Error as error:
        raise EngineError(
            "facts_unreadable",
            "The facts cannot be read: %(reason)s",
            remedy="Check the files.",
            params={"reason": first_line(error)},
        ) from error


def number_subjects(providers: NDArray[Any]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Distinct providers of a sorted column, and each row's index among them. Refuses a missing provider."""
    if any(provider is None for provider in providers[-1:]):
        raise EngineError(
            "no_provider", "A row of the facts names no provider.", field="provider", remedy="Fill in the provider."
        )
    starts = np.ones(len(providers), dtype=np.bool_)
    starts[1:] = providers[1:] != providers[:-1]
    return providers[starts].astype(object), (np.cumsum(starts) - 1).astype(np.int64)


def fact_source(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[str | Path] | None,
    relation: str | None,
    left_out: Table | None = None,
) -> tuple[str, dict[str, Any]]:
    """The SQL of the facts and its parameters; pairs that are left out stand in a table of `connection`."""
    if files is not None:
        source, parameters = "read_parquet($files)", {"files": [literal_path(path) for path in files]}
    else:
        source, parameters = quote_name(relation or ""), {}
    if left_out is None or not len(left_out["provider"]):
        return source, parameters
    load_table(connection, "left_out", left_out)
    same = "every.provider = left_out.provider AND every.merchant = left_out.merchant"
    return f"(SELECT every.* FROM {source} AS every ANTI JOIN left_out ON {same})", parameters  # noqa: S608 - as above


def check_fact_columns(
    connection: duckdb.DuckDBPyConnection, plan: SumsPlan, source: str, parameters: dict[str, Any]
) -> None:
    """Refuse facts that lack a column the model reads."""
    statement = f"SELECT * FROM {source} AS facts LIMIT 0"  # noqa: S608 - `source` is never user text
    found = {str(column[0]) for column in connection.execute(statement, parameters).description or []}
    names = ColumnNames(plan.model.columns)
    texts = [text for metric in plan.model.metrics for text in (metric.numerator, metric.denominator, metric.evidence)]
    texts.append(plan.model.integrity.measure)
    needed = {name for text in texts if text for name in parse_formula(text, names).columns} | {"provider", "day"}
    if plan.merchant_windows or plan.share_of != MISSING:
        needed.add("merchant")
    if missing := sorted(needed - found):
        raise EngineError(
            "missing_columns",
            "The facts lack the columns %(columns)s.",
            field="facts",
            remedy="Add them, with 0 where nothing was counted.",
            params={"columns": ", ".join(missing)},
        )


def cap_merchants(connection: duckdb.DuckDBPyConnection, sums: Sums, source: str, parameters: dict[str, Any]) -> Sums:
    """The sums with no merchant above the model's share; one more statement, and a second one over the few that are."""
    plan, share = sums.plan, sums.plan.model.integrity.merchant_share
    near = plan.blocks.within(near_end(plan.model))
    statement = share_statement(source, weighted(plan, plan.keys[plan.share_of]), near=near)
    capped = with_factors(fetch_table(connection.execute(statement, {**parameters, "share": share})), share)
    if not len(capped["counted"]):
        return sums
    load_table(connection, CAPPED, capped)
    statement = compile_sums(plan, source_of_capped(source), by_merchant=True)
    table = fetch_table(connection.execute(statement, parameters))
    block = table["block"].astype(np.int64)
    counted = factors_of(capped, table["provider"], table["merchant"], np.where(block < near, NEAR, EARLIER))
    place = np.searchsorted(sums.subjects.astype(str), table["provider"].astype(str)) * plan.blocks.count + block
    rows = np.searchsorted(sums.subject * plan.blocks.count + sums.block, place)
    return replace(sums, values=take_off(sums.values, rows, sum_values(plan, table), counted), capped=capped)


def sum_values(plan: SumsPlan, table: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
    """The sums in their own unit: weights and fractions divided out."""
    values = np.empty((len(table["block"]), len(plan.keys)), dtype=np.float64)
    for index, key in enumerate(plan.keys):
        unit = (1 if key.weighting.half_life is None else WEIGHT_ONE) * (1 if key.is_integral else FRACTION)
        values[:, index] = np.nan_to_num(table.pop(f"s{index}"), nan=0.0) / unit
    return values


def count_merchants(
    connection: duckdb.DuckDBPyConnection,
    plan: SumsPlan,
    source: str,
    parameters: dict[str, Any],
    subjects: NDArray[np.object_],
) -> NDArray[np.int64]:
    """Distinct merchants per provider and window; no column when no metric asks."""
    windows = plan.merchant_windows
    counts = np.zeros((len(subjects), len(windows)), dtype=np.int64)
    if not windows:
        return counts
    starts = sorted({plan.blocks.within(begin) for begin, _end in windows})
    limits = [(starts.index(plan.blocks.within(begin)), plan.blocks.within(end)) for begin, end in windows]
    columns = [f"count(*) FILTER (n{at} < {int(limit)}) AS m{index}" for index, (at, limit) in enumerate(limits)]
    seen = [f"min(decay.block) FILTER (decay.block >= {int(start)}) AS n{at}" for at, start in enumerate(starts)]
    nearest = (
        f"SELECT facts.provider, facts.merchant, {', '.join(seen)} "  # noqa: S608 - `source` is never user text
        f"FROM {source} AS facts JOIN decay ON facts.day = decay.day "
        "WHERE facts.merchant IS NOT NULL GROUP BY facts.provider, facts.merchant"
    )
    statement = f"SELECT CAST(provider AS VARCHAR) AS provider, {', '.join(columns)} FROM ({nearest}) GROUP BY provider"  # noqa: S608
    table = fetch_table(connection.execute(statement, parameters))
    rows = np.searchsorted(subjects.astype(str), table["provider"].astype(str))
    for index in range(len(windows)):
        counts[rows, index] = table[f"m{index}"]
    return counts
