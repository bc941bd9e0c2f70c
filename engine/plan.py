"""From a model to one GROUP BY over the facts: decayed and plain sums per provider and block of days.

The statement reads two relations: the facts (provider, day, merchant, trader and additive integer columns) and the
decay table of `engine.decay`. Nothing of a user's text reaches it but the SQL that sqlglot writes from a checked tree,
in the dialect of the engine that holds the facts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from engine.columns import FACT_COLUMN_NAMES
from engine.decay import WEIGHT_ONE, Blocks, last_day, make_blocks, unit_weight
from engine.errors import EngineError
from engine.formula_words import ColumnNames
from engine.formulas import Formula, parse_formula
from engine.model import ScoringModel
from engine.reach import cut_points, noise_window, own_window, reach_of, share_window, wait_of

# A fractional expression is summed in millionths, so that its sum too is a sum of integers. Its weight is taken as a
# fraction of one and applied before the rounding: in millionths of a weight, sums would outgrow 64 bits.
FRACTION = 1_000_000
MISSING = -1
# Dialects of sqlglot in which the statement runs, and the name of its 64-bit integer.
INTEGER = {"duckdb": "BIGINT", "spark": "BIGINT", "postgres": "BIGINT"}


@dataclass(frozen=True)
class SumKey:
    """One column of sums: an expression with its decay, or plain."""

    formula: Formula
    half_life: float | None

    @property
    def only_adds(self) -> bool:
        """Whether every row adds a whole number, and none below 0 unless a column is."""
        plain = (exp.Column, exp.Identifier, exp.Paren, exp.Add, exp.Mul, exp.Literal)
        return self.formula.is_integral and all(isinstance(node, plain) for node in self.formula.tree.walk())

    def unit(self, last: date, wait: int = 0) -> float:
        """The value of 1 in the integer sum, when the day `wait` days before the last weighs 1."""
        if self.formula.is_integral:
            return unit_weight(last, self.half_life, wait)
        return unit_weight(last, self.half_life, wait) * (1 if self.half_life is None else WEIGHT_ONE) / FRACTION


@dataclass(frozen=True)
class SumsPlan:
    """Which sums a model needs and where each metric finds its own: indices into `keys`, -1 for none.

    `blocks` are weeks in the model's window when a prior is read from them, and bands beyond; a merchant's share is one
    of the sum `share_of`; `beside` places the plain sums of formulas that somebody else asked for.
    """

    model: ScoringModel
    blocks: Blocks
    keys: tuple[SumKey, ...]
    numerator: tuple[int, ...]
    denominator: tuple[int, ...]
    evidence: tuple[int, ...]
    share_of: int = MISSING
    beside: tuple[tuple[str, int], ...] = ()

    @property
    def last(self) -> date:
        """The youngest day that counts: the day of age 0."""
        return self.blocks.last

    def day_of(self, age: int) -> date:
        """The day of an age."""
        return self.last - timedelta(days=age)

    @cached_property
    def half_lives(self) -> tuple[float, ...]:
        """The distinct half-lives, ascending: column `w<index>` of the decay table."""
        return tuple(sorted({key.half_life for key in self.keys if key.half_life is not None}))

    @cached_property
    def cuts(self) -> tuple[int, ...]:
        """The ages at which a window begins or ends, ascending from 0. Band b holds `cuts[b] <= age < cuts[b + 1]`."""
        return cut_points(self.model)

    @property
    def band_count(self) -> int:
        """How many bands there are."""
        return len(self.cuts) - 1

    def bands_of(self, begin: int, end: int) -> slice:
        """The bands of the ages from `begin` and below `end`, both cut points."""
        return slice(self.cuts.index(begin), self.cuts.index(end))

    def band_of(self, block: int) -> int:
        """The band in which a block lies."""
        return int(np.searchsorted(self.cuts, self.blocks.edges[block], side="right")) - 1

    @property
    def own_bands(self) -> slice:
        """The bands of the model's own window."""
        return self.bands_of(*own_window(self.model))

    @cached_property
    def units(self) -> NDArray[np.float64]:
        """The value of 1 in each sum, when the last day weighs 1."""
        return np.array([key.unit(self.last) for key in self.keys])

    @cached_property
    def week_keys(self) -> tuple[int, ...]:
        """The keys that are also kept by week, for priors read from blocks."""
        asked = [index for index, metric in enumerate(self.model.metrics) if metric.prior.reads_blocks]
        return tuple(sorted({key for index in asked for key in (self.numerator[index], self.denominator[index])}))

    @cached_property
    def week_count(self) -> int:
        """How many blocks are weeks, or parts of them, from the youngest on; 0 when no prior asks."""
        return self.blocks.within(weeks_end(self.model)) if self.week_keys else 0

    @cached_property
    def merchant_windows(self) -> tuple[tuple[int, int], ...]:
        """Windows for which distinct merchants are counted, each by the ages at which it begins and ends."""
        model = self.model
        needed = [metric for metric in model.metrics if metric.minimum_merchants]
        return tuple(sorted({(wait_of(model, metric), end) for metric in needed for end in reach_of(model, metric)}))

    @property
    def share_window(self) -> tuple[int, int]:
        """The ages of the model's own window for a merchant's share."""
        return share_window(self.model)

    @property
    def reads_merchants(self) -> bool:
        """Whether facts must name merchants."""
        return bool(self.merchant_windows) or self.share_of != MISSING


@lru_cache(maxsize=64)
def weeks_end(model: ScoringModel) -> int:
    """The age up to which priors read weeks; 0 when none does."""
    asked = [metric for metric in model.metrics if metric.prior.reads_blocks]
    return max((noise_window(model, metric)[1] for metric in asked), default=0)


def plan_sums(model: ScoringModel, as_of: date, *, beside: tuple[str, ...] = ()) -> SumsPlan:
    """The distinct sums a facts model needs as of a day, and those of the formulas `beside` over the portal's fact
    columns, without decay. Metrics that wait for settlement share the sums of those that do not: their bands differ."""
    names = ColumnNames(model.columns)
    all_names = ColumnNames(tuple(dict.fromkeys((*model.columns, *FACT_COLUMN_NAMES)))) if beside else names
    keys: dict[tuple[str, float | None], SumKey] = {}
    places: dict[tuple[str, float | None], int] = {}

    def place(text: str, half_life: float | None, names: ColumnNames = names) -> int:
        if not text:
            return MISSING
        formula = parse_formula(text, names)
        identity = (formula.sql(), half_life)
        keys.setdefault(identity, SumKey(formula, half_life))
        return places.setdefault(identity, len(places))

    found = [
        (
            place(metric.numerator, model.half_life_of(metric)),
            place(metric.denominator, model.half_life_of(metric)),
            place(model.evidence_of(metric), None),
        )
        for metric in model.metrics
    ]
    return SumsPlan(
        model=model,
        blocks=make_blocks(model, last_day(model, as_of), weeks_within=weeks_end(model)),
        share_of=place(model.integrity.measure, None),
        beside=tuple((text, place(text, None, all_names)) for text in beside),
        keys=tuple(keys.values()),
        numerator=tuple(row[0] for row in found),
        denominator=tuple(row[1] for row in found),
        evidence=tuple(row[2] for row in found),
    )


def compile_sums(
    plan: SumsPlan,
    source: str,
    *,
    dialect: str = "duckdb",
    where: str = "",
    as_doubles: Collection[int] = (),
    by_merchant: bool = False,
) -> str:
    """The one statement: sums `s0`, `s1`, ... and `fact_rows` by provider and block. `source` is SQL of a relation (a
    quoted name, or `read_parquet($files)`) and `where` a condition on it; neither is user text. The keys `as_doubles`
    are added up as doubles, which is faster and exact as long as no sum leaves their 53 bits. With `by_merchant` the
    sums are those of each merchant of a provider."""
    if dialect not in INTEGER:
        raise EngineError(
            "unknown_dialect",
            "Sums cannot be compiled for %(dialect)s.",
            remedy="Use one of: %(dialects)s.",
            params={"dialect": dialect, "dialects": ", ".join(INTEGER)},
        )
    whole = INTEGER[dialect]
    columns = ["facts.provider AS provider", "decay.block AS block", "count(*) AS fact_rows"]
    merchant = ", facts.merchant" if by_merchant else ""
    for index, key in enumerate(plan.keys):
        total = f"coalesce(sum({weighted(plan, key, dialect, as_double=index in as_doubles)}), 0)"
        columns.append(f"{total if index in as_doubles else f'CAST({total} AS {whole})'} AS s{index}")
    return (
        f"SELECT {', '.join(columns)}{merchant} FROM {source} AS facts JOIN decay ON facts.day = decay.day "  # noqa: S608
        f"{f'WHERE {where} ' if where else ''}GROUP BY facts.provider, decay.block{merchant}"
    )


@lru_cache(maxsize=1024)
def fact_sql(formula: Formula, dialect: str) -> str:
    """The formula over the facts of the statement; every slice asks again."""
    return formula.sql(dialect, table="facts")


def weighted(plan: SumsPlan, key: SumKey, dialect: str, *, as_double: bool = False) -> str:
    """The whole number that one row adds to one sum."""
    value = f"({fact_sql(key.formula, dialect)})"
    if as_double:
        value = f"CAST({value} AS DOUBLE)"
    weight = "" if key.half_life is None else f" * decay.w{plan.half_lives.index(key.half_life)}"
    if key.formula.is_integral:
        return f"{value}{weight}"
    scale = float(FRACTION if key.half_life is None else FRACTION / WEIGHT_ONE)
    return f"CAST(round({value}{weight} * {scale!r}e0) AS {INTEGER[dialect]})"
