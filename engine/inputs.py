"""What scoring starts from: numerators, denominators and evidence per subject and metric, for both windows.

`inputs_from_sums` reads them from the sums of facts, `inputs_from_table` from a plain table with one row per subject.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compile import Sums
from engine.errors import EngineError
from engine.formula_words import ColumnNames
from engine.formulas import parse_formula
from engine.model import ScoringModel
from engine.plan import MISSING, SumsPlan
from engine.reach import noise_window, reach_of, wait_of
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
    model: ScoringModel, sums: Sums, extras: Mapping[str, Mapping[str, object]] | None = None
) -> Inputs:
    """Inputs of a facts model. `extras` maps a column name to provider -> value, for gates and peer groups; a provider
    that it lacks has none (NaN, or None for text)."""
    near, wide = read_spells(sums.plan, sums.counted_bands(), sums.merchants)
    return Inputs(
        subjects=sums.subjects,
        near=near,
        wide=wide,
        extras={name: look_up(sums.subjects, values) for name, values in (extras or {}).items()},
        noise=block_noise(model, sums),
    )


def read_spells(plan: SumsPlan, bands: NDArray[Any], merchants: NDArray[np.int64]) -> tuple[Spell, Spell]:
    """Each metric's window and wider window from `bands`: bands of the plan x subjects x keys, the last day weighing
    1."""
    totals = window_totals(plan, bands)
    return read_spell(plan, totals, merchants, 0), read_spell(plan, totals, merchants, 1)


def window_totals(plan: SumsPlan, bands: NDArray[Any]) -> dict[tuple[int, int], NDArray[Any]]:
    """The sums of every window of the model's metrics, by the ages at which it begins and ends. Each is added up from
    its own first band on: nothing of what a window does not hold has a part in it."""
    model = plan.model
    windows = sorted({(wait_of(model, metric), end) for metric in model.metrics for end in reach_of(model, metric)})
    totals: dict[tuple[int, int], NDArray[Any]] = {}
    for begin in sorted({begin for begin, _ in windows}):
        total, done = np.zeros(bands.shape[1:], dtype=bands.dtype), begin
        for end in (end for start, end in windows if start == begin):
            total = total + bands[plan.bands_of(done, end)].sum(axis=0)
            totals[begin, end], done = total, end
    return totals


def read_spell(
    plan: SumsPlan, totals: Mapping[tuple[int, int], NDArray[Any]], merchants: NDArray[np.int64], wider: int
) -> Spell:
    """One window of every metric."""
    model = plan.model
    some = next(iter(totals.values()))
    shape = (len(some), len(model.metrics))
    # By columns: every step works on one metric at a time.
    spell = Spell(*(np.full(shape, value, dtype=some.dtype, order="F") for value in (1.0, 1.0, np.inf, np.inf)))
    for index, metric in enumerate(model.metrics):
        wait = wait_of(model, metric)
        window = (wait, reach_of(model, metric)[wider])
        total, half_life = totals[window], model.half_life_of(metric)
        # The day on which the metric begins weighs 1, not the last day that counts anywhere.
        grown = some.dtype.type(1.0 if half_life is None else np.exp2(wait / half_life))
        spell.numerator[:, index] = total[:, plan.numerator[index]] * grown
        if plan.denominator[index] != MISSING:
            spell.denominator[:, index] = total[:, plan.denominator[index]] * grown
        if plan.evidence[index] != MISSING:
            spell.evidence[:, index] = total[:, plan.evidence[index]]
        if metric.minimum_merchants:
            spell.merchants[:, index] = merchants[:, plan.merchant_windows.index(window)]
    return spell


def block_noise(model: ScoringModel, sums: Sums) -> tuple[Floats, Floats] | None:
    """Per subject and metric, the sum of squares between the weeks of the model's window, `sum_b v_b (r_b - r)^2`, and
    what it amounts to in units of the noise, `sum_b w_b - sum_b w_b v_b / sum_b v_b` (Buehlmann and Straub, with decay
    weights w and decayed volumes v). None unless a prior asks."""
    plan = sums.plan
    if not plan.week_keys:
        return None
    shape = (len(sums.subjects), len(model.metrics))
    squares, freedom = np.zeros(shape, order="F"), np.zeros(shape, order="F")
    weeks = sums.counted_weeks()
    for index, metric in enumerate(model.metrics):
        if not metric.prior.reads_blocks:
            continue
        begin, end = (plan.blocks.within(age) for age in noise_window(model, metric))
        half_life, wait = model.half_life_of(metric), wait_of(model, metric)
        grown = 1.0 if half_life is None else float(np.exp2(wait / half_life))
        amount = weeks[begin:end, :, plan.week_keys.index(plan.numerator[index])] * grown
        volume = weeks[begin:end, :, plan.week_keys.index(plan.denominator[index])] * grown
        used = volume > 0
        weight = plan.blocks.mean_decay(half_life, wait)[begin:end, np.newaxis] * used
        volume, amount = np.where(used, volume, 0.0), np.where(used, amount, 0.0)
        with np.errstate(all="ignore"):
            total = volume.sum(axis=0)
            mean = amount.sum(axis=0) / total
            apart = volume * (np.where(used, amount / volume, 0.0) - mean) ** 2
            squares[:, index] = np.nan_to_num(np.where(used, apart, 0.0).sum(axis=0))
            freedom[:, index] = np.nan_to_num(weight.sum(axis=0) - (weight * volume).sum(axis=0) / total)
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
