"""What if one subject had other values: scored again by the engine's own steps.

A *basis* is what a finished run rests on and what it found. Steps 2 to 5 work on each metric by itself within its peer
group, so only the metrics that change go through them again; `aggregate` then takes points through the means,
rounding and gates by scoring a model whose metrics read points. Nothing here repeats a formula of those steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.evidence import OK, choose_window
from engine.groups import Groups
from engine.inputs import Inputs, Spell
from engine.model import Normaliser, Prior, ScoringModel
from engine.normalise import normalise, winsorise
from engine.scoring import Scores, score
from engine.shrinkage import shrink

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Basis:
    """Subjects x metrics of one run. `spell` holds the window that was taken for each; `noise` as in `Inputs`; `extras`
    the numeric columns that gates read; `points` the normalised values; `composite` and `level` the results."""

    model: ScoringModel
    subjects: NDArray[Any]
    groups: Groups
    spell: Spell
    noise: tuple[Floats, Floats] | None
    extras: Mapping[str, NDArray[Any]]
    points: Floats
    composite: Floats
    level: Floats

    @property
    def raw(self) -> Floats:
        """The value of each metric as people know it, NaN where there is none."""
        factor = np.array([metric.factor for metric in self.model.metrics])
        with np.errstate(all="ignore"):
            value = self.spell.numerator / self.spell.denominator * factor
        return np.where(np.isfinite(value), value, np.nan)


def basis_of(scores: Scores, inputs: Inputs) -> Basis:
    """The basis of a run from what went in and what came out."""
    near = np.array([scores.model.days_of(metric)[0] for metric in scores.model.metrics])
    widened = (scores.chosen.days != near) & (scores.model.source == "facts")
    return Basis(
        model=scores.model,
        subjects=scores.subjects,
        groups=scores.groups,
        spell=Spell(
            numerator=scores.chosen.numerator,
            denominator=scores.chosen.denominator,
            evidence=scores.chosen.evidence,
            merchants=np.where(widened, inputs.wide.merchants, inputs.near.merchants),
        ),
        noise=inputs.noise,
        extras={name: column for name, column in inputs.extras.items() if column.dtype.kind in "iufb"},
        points=scores.normalised,
        composite=scores.composite,
        level=scores.level,
    )


def narrow(basis: Basis, rows: NDArray[np.int64]) -> Basis:
    """The basis of some subjects alone. A whole peer group keeps all that its scores depend on."""
    kept, number = np.unique(basis.groups.number[rows], return_inverse=True)
    names = tuple(basis.groups.names[index] for index in kept)
    spell = basis.spell
    return replace(
        basis,
        subjects=basis.subjects[rows],
        groups=Groups(number.astype(np.int64), names, basis.groups.sizes[kept]),
        spell=Spell(spell.numerator[rows], spell.denominator[rows], spell.evidence[rows], spell.merchants[rows]),
        noise=None if basis.noise is None else (basis.noise[0][rows], basis.noise[1][rows]),
        extras={name: column[rows] for name, column in basis.extras.items()},
        points=basis.points[rows],
        composite=basis.composite[rows],
        level=basis.level[rows],
    )


def with_values(basis: Basis, row: int, values: Mapping[int, float]) -> Basis:
    """Give one subject other raw values of metrics (by index), on the evidence that it has.

    What was not assessed for want of evidence gets the least that the metric asks for. Results are still those before;
    a value equal to the present one changes nothing. Raises EngineError `no_value`.
    """
    old = basis.spell
    spell = Spell(old.numerator.copy(), old.denominator.copy(), old.evidence.copy(), old.merchants.copy())
    raw, assessed = basis.raw[row], is_assessed(basis, np.array([row]))[0]
    for index, value in values.items():
        metric = basis.model.metrics[index]
        if not np.isfinite(value):
            raise EngineError("no_value", "A metric needs a number.", field=metric.key, remedy="Give a number.")
        if assessed[index] and value == raw[index]:
            continue
        if not assessed[index]:
            spell.denominator[row, index] = least_volume(basis, row, index)
            spell.evidence[row, index] = max(spell.evidence[row, index], metric.minimum)
            spell.merchants[row, index] = max(spell.merchants[row, index], metric.minimum_merchants)
        spell.numerator[row, index] = value * spell.denominator[row, index] / metric.factor
    return replace(basis, spell=spell)


def least_volume(basis: Basis, row: int, index: int) -> float:
    """The denominator that comes with the least evidence: the subject's own scaled up, else the peers' usual one."""
    metric, spell = basis.model.metrics[index], basis.spell
    if not metric.denominator:
        return 1.0
    own, has = spell.denominator[row, index], spell.evidence[row, index]
    if own > 0 and has > 0:
        return float(own * max(1.0, metric.minimum / has))
    peers = np.flatnonzero(basis.groups.number == basis.groups.number[row])
    peers = peers[~np.isnan(basis.points[peers, index])]
    with np.errstate(all="ignore"):
        share = spell.denominator[peers, index] / spell.evidence[peers, index]
    usual = float(np.median(share)) if len(share) and np.isfinite(share).all() else 1.0
    return usual * max(1.0, metric.minimum)


def inputs_of(basis: Basis, rows: Any = slice(None), columns: Any = slice(None)) -> Inputs:
    """The engine's inputs of the basis, or of some subjects and metrics."""

    def pick(array: Floats) -> Floats:
        picked: Floats = array[rows][:, columns]
        return picked

    old = basis.spell
    spell = Spell(pick(old.numerator), pick(old.denominator), pick(old.evidence), pick(old.merchants))
    noise = None if basis.noise is None else (pick(basis.noise[0]), pick(basis.noise[1]))
    return Inputs(basis.subjects[rows], near=spell, wide=spell, extras=basis.extras, noise=noise)


def is_assessed(basis: Basis, rows: Any = slice(None)) -> NDArray[np.bool_]:
    """Step 2: which metrics of the subjects are assessed."""
    return np.asarray(choose_window(basis.model, inputs_of(basis, rows)).reason == OK)


def renormalise(basis: Basis, columns: Sequence[int]) -> Floats:
    """Points of everybody, with steps 2 to 5 anew for `columns`."""
    points = basis.points.copy()
    if not columns:
        return points
    model = replace(basis.model, metrics=tuple(basis.model.metrics[index] for index in columns))
    inputs = inputs_of(basis, columns=list(columns))
    members = basis.groups.members
    shrunk = shrink(model, choose_window(model, inputs), members, inputs.noise)
    points[:, list(columns)] = normalise(model, winsorise(model, shrunk.value, members), members)
    return points


def points_model(model: ScoringModel) -> ScoringModel:
    """The model with metrics that read points: its weights, means, rounding and gates, and nothing before them."""
    metrics = tuple(
        replace(
            metric,
            numerator=f"p{index}",
            denominator="",
            evidence="",
            factor=1.0,
            minimum=0.0,
            minimum_merchants=0,
            prior=Prior(),
            winsor=None,
            rounding=None,
            normaliser=Normaliser("identity"),
        )
        for index, metric in enumerate(model.metrics)
    )
    return replace(model, source="table", metrics=metrics)


def aggregate(basis: Basis, points: Floats, model: ScoringModel | None = None) -> Scores:
    """Steps 6 to 9 on points of the basis' subjects, by the basis' model or by another with the same metrics."""
    model = model or basis.model
    ones, endless = np.ones(points.shape), np.full(points.shape, np.inf)
    spell = Spell(points, ones, endless, endless)
    inputs = Inputs(basis.subjects, spell, spell, {**raw_columns(basis, points, model), **basis.extras})
    everybody = Groups(np.zeros(len(points), dtype=np.int64), ("",), np.array([len(points)]))
    return replace(score(points_model(model), inputs, everybody), model=model, groups=basis.groups)


def raw_columns(basis: Basis, points: Floats, model: ScoringModel) -> dict[str, Floats]:
    """What gates read by the name of a metric, which is its value and not its points."""
    if not model.gates:
        return {}
    hidden = {part.key for part in model.capabilities}
    raw = np.where(np.isnan(points), np.nan, basis.raw)
    return {metric.key: raw[:, index] for index, metric in enumerate(model.metrics) if metric.key not in hidden}


def rescore(basis: Basis, row: int, values: Mapping[int, float]) -> Scores:
    """Everybody's scores when one subject has other raw values; see `with_values`. Peer groups stay as they are."""
    changed = with_values(basis, row, values)
    return aggregate(changed, renormalise(changed, sorted(values)))
