"""Scores again under many sets of weights at once: everything up to the points of a metric stays as it is.

`Recomposer` prepares one run of `engine.scoring` and gives, for a matrix of weights (draws x parts), composite and
level as subjects x draws, by the same rules as `score`: weights of what is not assessed move to its siblings, minima,
floors of the logarithm, rounding, gates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.formulas import Formula, parse_formula
from engine.gates import condition
from engine.inputs import Inputs
from engine.model import Aggregation, ScoringModel
from engine.model_checks import gate_names
from engine.rounding import round_values
from engine.scoring import Scores, gate_columns

Floats = NDArray[np.float64]
Variation = Literal["relative", "dirichlet"]


@dataclass(frozen=True)
class Weights:
    """Sets of weights: draws x capabilities, and draws x metrics (summing to 1 inside each capability)."""

    capability: Floats
    metric: Floats

    def __len__(self) -> int:
        return len(self.capability)

    def part(self, first: int, last: int) -> "Weights":
        """The draws from `first` up to `last`."""
        return Weights(self.capability[first:last], self.metric[first:last])


def own_weights(model: ScoringModel) -> Weights:
    """The model's own weights as one draw."""
    return Weights(
        np.array([[part.weight for part in model.capabilities]]),
        np.array([[metric.weight for metric in model.metrics]]),
    )


def draw_weights(
    model: ScoringModel,
    *,
    count: int,
    spread: float,
    variation: Variation,
    seed: int,
    across: bool = True,
    inside: bool = True,
) -> Weights:
    """`count` random sets around the model's own. `across` varies weights of capabilities, `inside` those of metrics.

    `relative` multiplies each weight by a number drawn evenly from 1 - spread to 1 + spread, and scales to a sum of 1.
    `dirichlet` draws from the Dirichlet distribution with the model's weights as its mean, its concentration such that
    an average weight deviates by the share `spread`.
    """
    generator = np.random.Generator(np.random.PCG64([seed, 1]))
    own = own_weights(model)
    capability, metric = np.repeat(own.capability, count, axis=0), np.repeat(own.metric, count, axis=0)
    if across:
        capability = vary(generator, own.capability[0], count, spread, variation)
    if inside:
        for part in model.capabilities:
            columns = list(model.metrics_of(part.key))
            metric[:, columns] = vary(generator, own.metric[0, columns], count, spread, variation)
    return Weights(capability, metric)


def vary(generator: np.random.Generator, weights: Floats, count: int, spread: float, variation: Variation) -> Floats:
    """Random sets around one set of weights; a single weight stays."""
    size = len(weights)
    if size < 2 or spread <= 0:
        return np.repeat(weights[np.newaxis, :], count, axis=0)
    if variation == "dirichlet":
        concentration = max((size - 1) / spread**2 - 1, 0.5 * size)
        return generator.dirichlet(weights / weights.sum() * concentration, size=count)
    drawn = weights * generator.uniform(1 - spread, 1 + spread, size=(count, size))
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def shift_each_weight(model: ScoringModel, share: float) -> tuple[list[str], Weights]:
    """One weight at a time raised and lowered by `share`, its siblings giving way: `names` as capability or
    capability.metric, and two draws (up, down) for each."""
    own = own_weights(model)
    names: list[str] = []
    rows: list[tuple[Floats, Floats]] = []
    everything = list(range(len(model.capabilities)))
    sets = [(part.key, False, everything, index) for index, part in enumerate(model.capabilities)]
    for part in model.capabilities:
        inner = list(model.metrics_of(part.key))
        sets += [(f"{part.key}.{model.metrics[column].key}", True, inner, place) for place, column in enumerate(inner)]
    for name, is_metric, columns, place in sets:
        if len(columns) < 2:
            continue
        names.append(name)
        for factor in (1 + share, 1 - share):
            capability, metric = own.capability[0].copy(), own.metric[0].copy()
            chosen = metric if is_metric else capability
            chosen[columns[place]] *= factor
            chosen[columns] /= chosen[columns].sum()
            rows.append((capability, metric))
    width = (len(model.capabilities), len(model.metrics))
    return names, Weights(
        np.array([row[0] for row in rows]).reshape(-1, width[0]),
        np.array([row[1] for row in rows]).reshape(-1, width[1]),
    )


class Recomposer:
    """One scored run, ready to be put together again under other weights."""

    def __init__(self, scores: Scores, inputs: Inputs) -> None:
        self.model = scores.model
        self.parts = [
            Part.prepare(scores.model, index, scores.normalised) for index in range(len(scores.model.capabilities))
        ]
        self.known = ~np.isnan(scores.capability)
        self.enough = self.known.sum(axis=1) >= scores.model.composite.minimum_capabilities
        self.columns = gate_columns(scores.model, inputs, scores.chosen, scores.capability)
        self.fixed = self.read_fixed_gates()

    def recompose(self, weights: Weights) -> tuple[Floats, Floats]:
        """Composite and level, subjects x draws; NaN where not assessed, or without levels."""
        model, count = self.model, len(weights)
        capability = [
            round_values(part.mean(weights.metric), model.capabilities[index].rounding)
            for index, part in enumerate(self.parts)
        ]
        total = self.known.astype(np.float64) @ weights.capability.T
        sums, dead = np.zeros((len(self.known), count)), np.zeros((len(self.known), 1), dtype=np.bool_)
        geometric = model.composite.aggregation == "geometric"
        for index, values in enumerate(capability):
            terms = values
            if geometric:
                terms, zero = lifted_logs(values, model.composite.log_floor)
                dead = dead | zero if zero.any() else dead
            sums += np.nan_to_num(terms) * weights.capability[:, index]
        sums /= np.where(total > 0, total, 1.0)
        value = np.where(dead, 0.0, np.exp(sums)) if geometric else sums
        value = np.where(self.enough[:, np.newaxis], value, np.nan)
        return self.apply_gates(round_values(value, model.composite.rounding), capability)

    def read_fixed_gates(self) -> list[NDArray[np.bool_] | Formula]:
        """For whom each gate holds, where no weight can change that; else its formula."""
        moving = {part.key for part in self.model.capabilities} | {"composite"}
        found: list[NDArray[np.bool_] | Formula] = []
        for index, gate in enumerate(self.model.gates):
            formula = parse_formula(gate.when, gate_names(self.model), kind="truth")
            given = {name for name in self.columns if name in self.extras}
            is_fixed = not (set(formula.columns) - given) & moving
            found.append(condition(self.model, index, self.columns, len(self.known)) if is_fixed else formula)
        return found

    @property
    def extras(self) -> set[str]:
        """Columns given beside the facts, which hide a capability of the same name."""
        return set(self.model.extras)

    def apply_gates(self, composite: Floats, capability: list[Floats]) -> tuple[Floats, Floats]:
        """Gates on the composite, then on the level, in their order."""
        model = self.model
        holds = [self.hold(rule, composite, capability) for rule in self.fixed]
        composite = self.limit("composite", composite, holds)
        level = np.full(composite.shape, np.nan)
        if model.composite.levels:
            reached = 1.0 + np.searchsorted(model.composite.levels, composite, side="right")
            level = self.limit("level", np.where(np.isnan(composite), np.nan, reached), holds)
        return composite, level

    def hold(self, rule: NDArray[np.bool_] | Formula, composite: Floats, capability: list[Floats]) -> NDArray[np.bool_]:
        """For whom one gate holds, subjects x draws (or x 1 where no weight matters)."""
        if isinstance(rule, np.ndarray):
            return rule[:, np.newaxis]
        found = np.empty(composite.shape, dtype=np.bool_)
        for draw in range(composite.shape[1]):
            columns: dict[str, NDArray[Any]] = {"": np.zeros(len(composite))}
            columns |= {name: self.columns[name] for name in rule.columns if name in self.columns}
            columns |= self.drawn_columns(rule, composite, capability, draw)
            found[:, draw] = rule.evaluate(columns) == 1
        return found

    def drawn_columns(
        self, rule: Formula, composite: Floats, capability: list[Floats], draw: int
    ) -> Mapping[str, Floats]:
        """What a gate reads that depends on the weights."""
        drawn = {"composite": composite[:, draw]}
        for index, part in enumerate(self.model.capabilities):
            if part.key not in self.extras:
                values = capability[index]
                drawn[part.key] = values[:, min(draw, values.shape[1] - 1)]
        return {name: drawn[name] for name in rule.columns if name in drawn}

    def limit(self, target: str, values: Floats, holds: list[NDArray[np.bool_]]) -> Floats:
        """The values held by the gates of one target."""
        for gate, held in zip(self.model.gates, holds, strict=True):
            if gate.target == target:
                low = -np.inf if gate.at_least is None else gate.at_least
                high = np.inf if gate.at_most is None else gate.at_most
                values = np.where(held, np.minimum(np.maximum(values, low), high), values)
        return values


@dataclass(frozen=True)
class Part:
    """One capability: its metrics' points (or their logarithms) with 0 for what is not assessed."""

    columns: list[int]
    known: Floats
    terms: Floats
    zero: Floats
    enough: NDArray[np.bool_]
    aggregation: Aggregation

    @classmethod
    def prepare(cls, model: ScoringModel, index: int, normalised: Floats) -> "Part":
        part = model.capabilities[index]
        columns = list(model.metrics_of(part.key))
        points = normalised[:, columns]
        known = ~np.isnan(points)
        zero = np.zeros(points.shape)
        terms = np.where(known, points, 0.0)
        if part.aggregation == "geometric":
            terms, dead = lifted_logs(points, model.composite.log_floor)
            zero = dead.astype(np.float64)
        enough = known.sum(axis=1) >= part.minimum_metrics
        return cls(columns, known.astype(np.float64), terms, zero, enough, part.aggregation)

    def mean(self, weights: Floats) -> Floats:
        """The capability under each draw; one column when every draw has the same weights here."""
        own = weights[:, self.columns]
        if (own == own[0]).all():
            own = own[:1]
        total = self.known @ own.T
        value = (self.terms @ own.T) / np.where(total > 0, total, 1.0)
        if self.aggregation == "geometric":
            value = np.where(self.zero @ own.T > 0, 0.0, np.exp(value))
        return np.where(self.enough[:, np.newaxis] & (total > 0), value, np.nan)


def lifted_logs(values: Floats, floor: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Logarithms of values lifted to `floor`, 0 where there is none, and where a value is not above zero."""
    lifted = np.maximum(values, floor)
    positive = lifted > 0
    return np.log(np.where(positive, lifted, 1.0)), ~positive & ~np.isnan(values)
