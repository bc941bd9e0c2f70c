"""From a model to one GROUP BY over the facts: decayed and plain sums per provider and block of days.

The statement reads two relations: the facts (provider, day, merchant, trader and additive integer columns) and the
decay table of `engine.decay`. Nothing of a user's text reaches it but the SQL that sqlglot writes from a checked tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.decay import WEIGHT_ONE, Blocks, decay_table, make_blocks
from engine.errors import EngineError
from engine.formula_words import ColumnNames
from engine.formulas import Formula, parse_formula
from engine.model import Metric, ScoringModel
from engine.tables import fetch_table, first_line, literal_path, load_table, quote_name

# A fractional expression is summed in millionths, so that its sum too is a sum of integers.
FRACTION = 1_000_000
MISSING = -1


@dataclass(frozen=True)
class SumKey:
    """One column of sums: an expression (as SQL) with its decay, or plain."""

    sql: str
    half_life: float | None
    is_integral: bool


@dataclass(frozen=True)
class SumsPlan:
    """Which sums a model needs and where each metric finds its own: indices into `keys`, -1 for none."""

    model: ScoringModel
    blocks: Blocks
    keys: tuple[SumKey, ...]
    half_lives: tuple[float, ...]
    numerator: tuple[int, ...]
    denominator: tuple[int, ...]
    evidence: tuple[int, ...]

    @property
    def merchant_windows(self) -> tuple[int, ...]:
        """Windows in days for which distinct merchants are counted."""
        needed = [metric for metric in self.model.metrics if metric.minimum_merchants]
        return tuple(sorted({days for metric in needed for days in self.model.days_of(metric)}))


@dataclass(frozen=True)
class Sums:
    """Sums per provider and block, ragged: row r belongs to `subjects[subject[r]]` and block `block[r]`; rows are
    sorted by both. `values` is rows x plan.keys in float64. `merchants` is subjects x plan.merchant_windows."""

    plan: SumsPlan
    subjects: NDArray[np.object_]
    subject: NDArray[np.int64]
    block: NDArray[np.int64]
    values: NDArray[np.float64]
    merchants: NDArray[np.int64]
    fact_rows: int


def plan_sums(model: ScoringModel, *, weekly: bool | None = None) -> SumsPlan:
    """The distinct sums a facts model needs. `weekly` blocks serve the bootstrap and priors read from blocks; by
    default they are used when the model has either."""
    if weekly is None:
        weekly = model.bootstrap.replicates > 0 or any(needs_blocks(metric) for metric in model.metrics)
    names = ColumnNames(model.columns)
    keys: dict[SumKey, int] = {}

    def place(text: str, half_life: float | None) -> int:
        if not text:
            return MISSING
        return keys.setdefault(sum_key(parse_formula(text, names), half_life), len(keys))

    places = [
        (
            place(metric.numerator, model.half_life_of(metric)),
            place(metric.denominator, model.half_life_of(metric)),
            place(model.evidence_of(metric), None),
        )
        for metric in model.metrics
    ]
    return SumsPlan(
        model=model,
        blocks=make_blocks(model, weekly=weekly),
        keys=tuple(keys),
        half_lives=tuple(sorted({key.half_life for key in keys if key.half_life is not None})),
        numerator=tuple(place[0] for place in places),
        denominator=tuple(place[1] for place in places),
        evidence=tuple(place[2] for place in places),
    )


def needs_blocks(metric: Metric) -> bool:
    """Whether a metric's prior is estimated from blocks of time."""
    return metric.prior.kind == "moments" and metric.prior.noise == "blocks"


def sum_key(formula: Formula, half_life: float | None) -> SumKey:
    """The key of one sum."""
    return SumKey(sql=formula.sql("duckdb", table="facts"), half_life=half_life, is_integral=formula.is_integral)


def compile_sums(plan: SumsPlan, source: str, *, dialect: str = "duckdb") -> str:
    """The one statement. `source` is SQL of a relation (a quoted name, or `read_parquet($files)`), not user text."""
    if dialect != "duckdb":
        raise EngineError(
            "unknown_dialect",
            "Sums cannot be compiled for %(dialect)s.",
            remedy="Use duckdb.",
            params={"dialect": dialect},
        )
    columns = ["CAST(facts.provider AS VARCHAR) AS provider", "decay.block AS block", "count(*) AS fact_rows"]
    columns += [f"CAST(sum({weighted(plan, key)}) AS DOUBLE) AS s{index}" for index, key in enumerate(plan.keys)]
    return (
        f"SELECT {', '.join(columns)} FROM {source} AS facts JOIN decay ON facts.day = decay.day "  # noqa: S608
        "GROUP BY facts.provider, decay.block ORDER BY 1 NULLS LAST, 2"
    )


def weighted(plan: SumsPlan, key: SumKey) -> str:
    """The integer that one row adds to one sum."""
    value = f"({key.sql})" if key.is_integral else f"CAST(round(({key.sql}) * {FRACTION}) AS BIGINT)"
    if key.half_life is None:
        return value
    return f"{value} * decay.w{plan.half_lives.index(key.half_life)}"


def run_sums(
    connection: duckdb.DuckDBPyConnection,
    model: ScoringModel,
    *,
    as_of: date,
    files: Sequence[str | Path] | None = None,
    relation: str | None = None,
    weekly: bool | None = None,
) -> Sums:
    """Run the model's statement over Parquet `files`, or over `relation`, a table or view of `connection`.

    Facts of the day `as_of - settlement_lag` have age 0; younger and older ones than the windows are left out.
    Raises EngineError `missing_columns`, `fact_too_large`, `facts_unreadable`.
    """
    if (files is None) == (relation is None):
        raise ValueError("give files or relation")
    plan = plan_sums(model, weekly=weekly)
    source, parameters = fact_source(files, relation)
    try:
        check_fact_columns(connection, plan, source, parameters)
        load_table(connection, "decay", decay_table(model, plan.blocks, plan.half_lives, as_of))
        table = fetch_table(connection.execute(compile_sums(plan, source), parameters))
        subjects, subject = number_subjects(table["provider"])
        merchants = count_merchants(connection, plan, source, parameters, subjects)
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
    return Sums(
        plan=plan,
        subjects=subjects,
        subject=subject,
        block=table["block"].astype(np.int64),
        values=sum_values(plan, table),
        merchants=merchants,
        fact_rows=int(table["fact_rows"].sum()),
    )


def number_subjects(providers: NDArray[Any]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Distinct providers of a sorted column, and each row's index among them. Refuses a missing provider."""
    if any(provider is None for provider in providers[-1:]):
        raise EngineError(
            "no_provider", "A row of the facts names no provider.", field="provider", remedy="Fill in the provider."
        )
    starts = np.ones(len(providers), dtype=np.bool_)
    starts[1:] = providers[1:] != providers[:-1]
    return providers[starts].astype(object), (np.cumsum(starts) - 1).astype(np.int64)


def fact_source(files: Sequence[str | Path] | None, relation: str | None) -> tuple[str, dict[str, Any]]:
    """The SQL of the facts and its parameters."""
    if files is not None:
        return "read_parquet($files)", {"files": [literal_path(path) for path in files]}
    return quote_name(relation or ""), {}


def check_fact_columns(
    connection: duckdb.DuckDBPyConnection, plan: SumsPlan, source: str, parameters: dict[str, Any]
) -> None:
    """Refuse facts that lack a column the model reads."""
    statement = f"SELECT * FROM {source} AS facts LIMIT 0"  # noqa: S608 - `source` is never user text
    found = {str(column[0]) for column in connection.execute(statement, parameters).description or []}
    names = ColumnNames(plan.model.columns)
    texts = [text for metric in plan.model.metrics for text in (metric.numerator, metric.denominator, metric.evidence)]
    needed = {name for text in texts if text for name in parse_formula(text, names).columns} | {"provider", "day"}
    if plan.merchant_windows:
        needed.add("merchant")
    if missing := sorted(needed - found):
        raise EngineError(
            "missing_columns",
            "The facts lack the columns %(columns)s.",
            field="facts",
            remedy="Add them, with 0 where nothing was counted.",
            params={"columns": ", ".join(missing)},
        )


def sum_values(plan: SumsPlan, table: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
    """The sums in their own unit: weights and fractions divided out."""
    values = np.empty((len(table["block"]), len(plan.keys)), dtype=np.float64)
    for index, key in enumerate(plan.keys):
        unit = (1 if key.half_life is None else WEIGHT_ONE) * (1 if key.is_integral else FRACTION)
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
    limits = [plan.blocks.within(days) for days in windows]
    columns = [f"count(*) FILTER (nearest < {int(limit)}) AS m{index}" for index, limit in enumerate(limits)]
    nearest = (
        "SELECT facts.provider, facts.merchant, min(decay.block) AS nearest "  # noqa: S608 - `source` is never user text
        f"FROM {source} AS facts JOIN decay ON facts.day = decay.day "
        "WHERE facts.merchant IS NOT NULL GROUP BY facts.provider, facts.merchant"
    )
    statement = f"SELECT CAST(provider AS VARCHAR) AS provider, {', '.join(columns)} FROM ({nearest}) GROUP BY provider"  # noqa: S608
    table = fetch_table(connection.execute(statement, parameters))
    rows = np.searchsorted(subjects.astype(str), table["provider"].astype(str))
    for index in range(len(windows)):
        counts[rows, index] = table[f"m{index}"]
    return counts
