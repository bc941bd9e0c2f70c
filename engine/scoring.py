"""Steps 2 to 9 in one function: from inputs to scores with their whole ledger. Arrays in, arrays out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.aggregate import Mean, weighted_mean
from engine.evidence import OK, TOO_FEW_CAPABILITIES, TOO_FEW_METRICS, Chosen, choose_window
from engine.gates import Gated, apply_gates
from engine.groups import Groups, resolve_groups
from engine.inputs import Inputs
from engine.model import ScoringModel
from engine.normalise import normalise, winsorise
from engine.rounding import round_values
from engine.shrinkage import Shrunk, shrink

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Everything about one run. P subjects (ascending), M metrics, C capabilities, G gates, in the model's order.

    NaN is "not assessed"; the reasons (indices into `engine.evidence.REASONS`, 0 is assessed) say why.

    Per metric (P x M): `chosen` (numerator, denominator, evidence, raw, days, reason), `shrunk` (value, mean, k, kept),
    `winsorised`, `normalised`, `metric_weight` (after weights of unassessed siblings moved), `contribution` (sums to
    `capability_exact`), `points` (sums to `composite_exact`).
    Per capability (P x C): `capability_exact`, `capability` (rounded), `capability_weight`, `capability_contribution`
    (sums to `composite_exact`), `capability_reason`, `below_floor`.
    Per subject: `composite_exact`, `composite` (rounded, then gated) = composite_exact + `rounding_effect` +
    `gate_effect`, `level`, `reason`, `bottleneck` (index of the lowest capability, -1 for none), `bound` (P x G).
    """

    model: ScoringModel
    subjects: NDArray[np.object_]
    groups: Groups
    chosen: Chosen
    shrunk: Shrunk
    winsorised: Floats
    normalised: Floats
    metric_weight: Floats
    contribution: Floats
    points: Floats
    capability_exact: Floats
    capability: Floats
    capability_weight: Floats
    capability_contribution: Floats
    capability_reason: NDArray[np.int8]
    below_floor: NDArray[np.bool_]
    composite_exact: Floats
    rounding_effect: Floats
    gate_effect: Floats
    composite: Floats
    level: Floats
    reason: NDArray[np.int8]
    bottleneck: NDArray[np.int64]
    bound: NDArray[np.bool_]


@dataclass(frozen=True)
class Judgement:
    """Scores without their ledger: what steps 2 to 7 give."""

    groups: Groups
    chosen: Chosen
    shrunk: Shrunk
    winsorised: Floats
    normalised: Floats
    parts: list[Mean]
    whole: Mean
    capability_exact: Floats
    capability: Floats
    rounded: Floats
    gated: Gated

    @property
    def composite(self) -> Floats:
        return self.gated.composite


def judge(model: ScoringModel, inputs: Inputs, groups: Groups) -> Judgement:
    """Steps 2 to 7."""
    members = groups.members
    chosen = choose_window(model, inputs)
    shrunk = shrink(model, chosen, members, inputs.noise)
    winsorised = winsorise(model, shrunk.value, members)
    normalised = normalise(model, winsorised, members)
    parts = [capability_mean(model, index, normalised) for index in range(len(model.capabilities))]
    exact = np.stack([part.value for part in parts], axis=1)
    capability = np.stack(
        [round_values(exact[:, index], part.rounding) for index, part in enumerate(model.capabilities)], axis=1
    )
    whole = weighted_mean(
        capability,
        np.array([part.weight for part in model.capabilities]),
        minimum=model.composite.minimum_capabilities,
        aggregation=model.composite.aggregation,
        log_floor=model.composite.log_floor,
        scale=model.scale,
    )
    rounded = round_values(whole.value, model.composite.rounding)
    gated = apply_gates(model, rounded, gate_columns(model, inputs, chosen, capability))
    return Judgement(
        groups=groups,
        chosen=chosen,
        shrunk=shrunk,
        winsorised=winsorised,
        normalised=normalised,
        parts=parts,
        whole=whole,
        capability_exact=exact,
        capability=capability,
        rounded=rounded,
        gated=gated,
    )


def score(model: ScoringModel, inputs: Inputs, groups: Groups | None = None) -> Scores:
    """Score all subjects. `groups` default to the model's peer columns found in `inputs.extras`."""
    if groups is None:
        groups = resolve_groups(model.peers, inputs.extras, len(inputs.subjects))
    judged = judge(model, inputs, groups)
    whole, capability = judged.whole, judged.capability
    metric_weight, contribution, points = spread_parts(model, judged.parts, judged.capability_exact, whole)
    floors = np.array([-np.inf if part.floor is None else part.floor for part in model.capabilities])
    return Scores(
        model=model,
        subjects=inputs.subjects,
        groups=groups,
        chosen=judged.chosen,
        shrunk=judged.shrunk,
        winsorised=judged.winsorised,
        normalised=judged.normalised,
        metric_weight=metric_weight,
        contribution=contribution,
        points=points,
        capability_exact=judged.capability_exact,
        capability=capability,
        capability_weight=whole.weight,
        capability_contribution=whole.contribution,
        capability_reason=np.where(np.isnan(capability), TOO_FEW_METRICS, OK).astype(np.int8),
        below_floor=capability < floors,
        composite_exact=whole.value,
        rounding_effect=judged.rounded - whole.value,
        gate_effect=judged.gated.composite - judged.rounded,
        composite=judged.gated.composite,
        level=judged.gated.level,
        reason=np.where(np.isnan(whole.value), TOO_FEW_CAPABILITIES, OK).astype(np.int8),
        bottleneck=lowest(capability),
        bound=judged.gated.bound,
    )


def capability_mean(model: ScoringModel, index: int, normalised: Floats) -> Mean:
    """The mean of one capability's metrics."""
    capability = model.capabilities[index]
    columns = list(model.metrics_of(capability.key))
    return weighted_mean(
        normalised[:, columns],
        np.array([model.metrics[column].weight for column in columns]),
        minimum=capability.minimum_metrics,
        aggregation=capability.aggregation,
        log_floor=model.composite.log_floor,
        scale=model.scale,
    )


def spread_parts(model: ScoringModel, parts: list[Mean], exact: Floats, whole: Mean) -> tuple[Floats, Floats, Floats]:
    """Effective weights, contributions to the capability, and points in the composite: a metric takes of its
    capability's contribution the share that it has of the capability (its weight when the capability is at 0)."""
    shape = (len(exact), len(model.metrics))
    weight, contribution, points = np.zeros(shape), np.full(shape, np.nan), np.full(shape, np.nan)
    for index, part in enumerate(parts):
        columns = list(model.metrics_of(model.capabilities[index].key))
        total = exact[:, index : index + 1]
        some = np.abs(total) > 1e-12
        share = np.where(some, part.contribution / np.where(some, total, 1.0), part.weight)
        weight[:, columns] = part.weight
        contribution[:, columns] = part.contribution
        points[:, columns] = np.where(
            np.isnan(part.contribution), np.nan, share * whole.contribution[:, index : index + 1]
        )
    return weight, contribution, points


def gate_columns(model: ScoringModel, inputs: Inputs, chosen: Chosen, capability: Floats) -> dict[str, NDArray[Any]]:
    """What gates may read; a column hides a capability of the same name, which hides a metric."""
    names: dict[str, NDArray[Any]] = {}
    for index, metric in enumerate(model.metrics):
        names[metric.key] = np.where(chosen.reason[:, index] == OK, chosen.raw[:, index], np.nan)
    for index, part in enumerate(model.capabilities):
        names[part.key] = capability[:, index]
    return {**names, **inputs.extras}


def lowest(capability: Floats) -> NDArray[np.int64]:
    """The index of each subject's lowest assessed capability, -1 when there is none."""
    known = ~np.isnan(capability)
    index = np.argmin(np.where(known, capability, np.inf), axis=1)
    return np.where(known.any(axis=1), index, -1).astype(np.int64)
