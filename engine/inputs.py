"""What scoring starts from: numerators, denominators and evidence per subject and metric, for both windows.

`inputs_from_sums` reads them from the sums of facts, `inputs_from_table` from a plain table with one row per subject.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from engine.compile import MISSING, Sums, SumsPlan
from engine.decay import Weighting
from engine.errors import EngineError
from engine.formula_words import ColumnNames
from engine.formulas import parse_formula
from engine.model import ScoringModel
from engine.reach import reach_of, wait_of
from engine.tables import Table

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Spell:
    """Subjects x metrics for one window. A metric without a denominator has 1 there; without evidence, infinity.
    `merchants` is infinity where the metric does not ask."""

    numerator: Floats
    denominator: Floats
    evidence: Floats
    merchants: Floats


@dataclass(frozen=True)
class Inputs:
    """Subjects in ascending order (so that results do not depend on the order of rows), their values in the metric's
    window and in its wider window, and columns for gates and peer groups. `noise` is subjects x metrics: each subject's
    own sum of squares between blocks and its degrees of freedom, for priors read from blocks (else None)."""

    subjects: NDArray[np.object_]
    near: Spell
    wide: Spell
    extras: Mapping[str, NDArray[Any]]
    noise: tuple[Floats, Floats] | None = None
    order: NDArray[np.int64] | None = None


def inputs_from_sums(
    model: ScoringModel,
    sums: Sums,
    extras: Mapping[str, Mapping[str, object]] | None = None,
    *,
    times: NDArray[np.int8] | None = None,
) -> Inputs:
    """Inputs of a facts model. `extras` maps a column name to provider -> value, for gates and peer groups; a provider
    that it lacks has none (NaN, or None for text). `times` says how often each row of the sums counts in a bootstrap
    replicate, which takes its noise from the estimate."""
    plan = sums.plan
    limits = np.array([[plan.blocks.within(end) for end in reach_of(model, metric)] for metric in model.metrics])
    totals = window_totals(sums, times)
    return Inputs(
        subjects=sums.subjects,
        near=read_spell(model, plan, totals, limits[:, 0], sums.merchants, 0),
        wide=read_spell(model, plan, totals, limits[:, 1], sums.merchants, 1),
        extras={name: look_up(sums.subjects, values) for name, values in (extras or {}).items()},
        noise=block_noise(model, sums, limits[:, 1]) if times is None else None,
    )


def window_totals(sums: Sums, times: NDArray[np.int8] | None = None) -> dict[int, Floats]:
    """For each window (as a number of blocks), the sums of its blocks: subjects x keys. `times` says how often each row
    counts (once by default).

    Rows are added within bands between the ends of windows, in one pass over the values, and bands are added up.
    """
    plan, count = sums.plan, len(sums.subjects)
    model = plan.model
    ends = sorted({plan.blocks.within(end) for metric in model.metrics for end in reach_of(model, metric)})
    band = np.searchsorted(ends, sums.block, side="right")
    rows = len(sums.block)
    counted = np.ones(rows) if times is None else times.astype(np.float64)
    place = band * count + sums.subject
    adder = csr_matrix((counted, (place, np.arange(rows))), shape=(len(ends) * count, rows))
    bands = np.asarray(adder @ sums.values).reshape(len(ends), count, sums.values.shape[1])
    return dict(zip(ends, np.cumsum(bands, axis=0), strict=True))


def read_spell(
    model: ScoringModel,
    plan: SumsPlan,
    totals: Mapping[int, Floats],
    limits: NDArray[Any],
    merchants: NDArray[np.int64],
    wider: int,
) -> Spell:
    """One window of every metric from the totals."""
    shape = (len(next(iter(totals.values()))), len(model.metrics))
    spell = Spell(np.ones(shape), np.ones(shape), np.full(shape, np.inf), np.full(shape, np.inf))
    for index, metric in enumerate(model.metrics):
        total = totals[int(limits[index])]
        spell.numerator[:, index] = total[:, plan.numerator[index]]
        if plan.denominator[index] != MISSING:
            spell.denominator[:, index] = total[:, plan.denominator[index]]
        if plan.evidence[index] != MISSING:
            spell.evidence[:, index] = total[:, plan.evidence[index]]
        if metric.minimum_merchants:
            window = (wait_of(model, metric), reach_of(model, metric)[wider])
            spell.merchants[:, index] = merchants[:, plan.merchant_windows.index(window)]
    return spell


def block_noise(model: ScoringModel, sums: Sums, limits: NDArray[Any]) -> tuple[Floats, Floats] | None:
    """Per subject and metric, the sum of squares between blocks, `sum_b v_b (r_b - r)^2`, and what it amounts to in
    units of the noise, `sum_b w_b - sum_b w_b v_b / sum_b v_b` (Buehlmann and Straub, with decay weights w and decayed
    volumes v). None unless a prior asks."""
    asked = [index for index, metric in enumerate(model.metrics) if metric.prior.reads_blocks]
    if not asked:
        return None
    count = len(sums.subjects)
    squares, freedom = np.zeros((count, len(model.metrics))), np.zeros((count, len(model.metrics)))
    for index in asked:
        metric = model.metrics[index]
        weighting = Weighting(model.half_life_of(metric), wait_of(model, metric))
        weights = sums.plan.blocks.mean_decay(weighting)
        volume = sums.values[:, sums.plan.denominator[index]]
        used = (sums.block < limits[index]) & (volume > 0)
        subject, volume, weight = sums.subject[used], volume[used], weights[sums.block[used]]
        amount = sums.values[used, sums.plan.numerator[index]]
        total = np.bincount(subject, volume, count)
        with np.errstate(all="ignore"):
            mean = np.bincount(subject, amount, count) / total
            apart = volume * (amount / volume - mean[subject]) ** 2
            squares[:, index] = np.bincount(subject, apart, count)
            spread = np.bincount(subject, weight, count) - np.bincount(subject, weight * volume, count) / total
        freedom[:, index] = np.nan_to_num(spread)
    return squares, freedom


def look_up(subjects: NDArray[np.object_], values: Mapping[str, object]) -> NDArray[Any]:
    """A column in the order of `subjects` from a mapping."""
    found = [values.get(str(subject)) for subject in subjects]
    if any(isinstance(value, str) for value in found):
        return np.array(found, dtype=object)
    return np.array([np.nan if value is None else float(str(value)) for value in found], dtype=np.float64)


def inputs_from_table(model: ScoringModel, table: Table) -> Inputs:
    """Inputs of a table model: formulas over the row's own values. Subjects are sorted; `order` gives, for each row of
    the table, its place among them. Raises EngineError `missing_columns`, `not_numeric`, `repeated_subject`."""
    check_table_columns(model, table)
    names = subject_names(model, table)
    names = number_repeated(names) if model.repeated == "number" else names
    order = np.argsort(names, kind="stable")
    check_unique(names[order])
    size = len(names)
    numbers = {name: table[name][order].astype(np.float64) for name in model.columns if is_numeric(table[name])}

    def column(text: str, default: float) -> Floats:
        if not text:
            return np.full(size, default)
        formula = parse_formula(text, ColumnNames(model.columns))
        for name in formula.columns:
            check_numeric(name, table[name])
        return formula.evaluate({name: numbers[name] for name in formula.columns} or {"": np.zeros(size)})

    def block(texts: list[str], default: float) -> Floats:
        return np.stack([column(text, default) for text in texts], axis=1)

    spell = Spell(
        numerator=block([metric.numerator for metric in model.metrics], np.nan),
        denominator=block([metric.denominator for metric in model.metrics], 1.0),
        evidence=block([model.evidence_of(metric) for metric in model.metrics], np.inf),
        merchants=np.full((size, len(model.metrics)), np.inf),
    )
    ranks = np.empty(size, dtype=np.int64)
    ranks[order] = np.arange(size)
    others = {name: table[name][order] for name in (*model.extras, *model.peers.columns)}
    extras: dict[str, NDArray[Any]] = {**numbers, **others}
    return Inputs(subjects=names[order], near=spell, wide=replace(spell), extras=extras, order=ranks)


def check_table_columns(model: ScoringModel, table: Table) -> None:
    """Refuse a table that lacks a column the model names."""
    needed = dict.fromkeys([*model.subject, *model.columns, *model.extras, *model.peers.columns])
    if missing := [name for name in needed if name not in table]:
        raise EngineError(
            "missing_columns",
            "The table lacks the columns %(columns)s.",
            field="table",
            remedy="Add them or correct the model's columns.",
            params={"columns": ", ".join(missing)},
        )


def subject_names(model: ScoringModel, table: Table) -> NDArray[np.object_]:
    """One text per row from the subject columns, joined by ` | `."""
    columns = [table[name].astype(str) for name in model.subject]
    return np.array([" | ".join(parts) for parts in zip(*columns, strict=True)], dtype=object)


def number_repeated(names: NDArray[np.object_]) -> NDArray[np.object_]:
    """The second row of a name becomes `name #2`, and so on."""
    seen: Counter[str] = Counter()
    result = names.copy()
    for index, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            result[index] = f"{name} #{seen[name]}"
    return result


def check_unique(names: NDArray[np.object_]) -> None:
    """Refuse a subject that occurs twice (`names` is sorted)."""
    again = names[1:][names[1:] == names[:-1]]
    if len(again):
        raise EngineError(
            "repeated_subject",
            "'%(name)s' occurs more than once.",
            field="subject",
            remedy="Keep one row per subject or name more columns in the model's subject.",
            params={"name": str(again[0])},
        )


def is_numeric(column: NDArray[Any]) -> bool:
    """Whether a column holds numbers or truth values."""
    return column.dtype.kind in "iufb"


def check_numeric(name: str, column: NDArray[Any]) -> None:
    """Refuse a column that a formula reads and that is not numeric."""
    if not is_numeric(column):
        raise EngineError(
            "not_numeric",
            "The column '%(name)s' holds text where numbers are needed.",
            field=name,
            remedy="Correct the values that are no numbers, or leave them empty.",
            params={"name": name},
        )
