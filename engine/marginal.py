"""The next step: what the composite gains when one metric alone improves by a stated small step.

Each metric is a subject's own column in steps 2 to 5, so all of them can be changed in one pass through the peer group;
then one variant per metric, with that metric's new points alone, goes through steps 6 to 9.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.aggregate import weighted_mean
from engine.peers import LINES, Distances, metric_distances
from engine.rounding import round_values
from engine.what_if import Basis, aggregate, narrow, renormalise, with_values

Floats = NDArray[np.float64]
# One unit of effort: a tenth of the way from the peers' first quartile to their best tenth. It says the same of a rate,
# a rating and an amount: how much better than before, in the measure in which the peers differ.
EFFORT = 0.1
SHARE = "share"


@dataclass(frozen=True)
class Steps:
    """Per metric: the target value and the composite and level that come with it, all other metrics as they are; NaN
    where there is no step to take."""

    target: Floats
    composite: Floats
    level: Floats


@dataclass(frozen=True)
class NextSteps:
    """Both steps of one subject: to the `line` that the peers set next (`distances.next_line`) and by one `effort`."""

    composite: float
    distances: Distances
    line: Steps
    effort: Steps

    def gain(self, steps: Steps) -> Floats:
        """What each step adds to the present composite."""
        return steps.composite - self.composite

    @property
    def order(self) -> NDArray[np.int64]:
        """Metrics by what one effort gains, the most first; then by what the line gains, then in the model's order."""
        effort, line = (np.nan_to_num(self.gain(steps), nan=-np.inf) for steps in (self.effort, self.line))
        return np.lexsort((np.arange(len(effort)), -line, -effort)).astype(np.int64)


def next_steps(basis: Basis, row: int) -> NextSteps:
    """The steps of one subject; `basis` needs to hold no more than its peer group."""
    distances = metric_distances(basis, row)
    number = distances.next_line
    columns = np.arange(len(number))
    open_ones = (number >= 0) & (number < len(LINES))
    lines = np.where(open_ones, distances.lines[np.clip(number, 0, len(LINES) - 1), columns], np.nan)
    return NextSteps(
        composite=float(basis.composite[row]),
        distances=distances,
        line=take_steps(basis, row, lines),
        effort=take_steps(basis, row, efforts(basis, distances)),
    )


def efforts(basis: Basis, distances: Distances) -> Floats:
    """Each metric's value after one unit of effort, a share never beyond 0 or 1; NaN without a value, where the peers
    do not differ, and where nothing is left to gain."""
    share = np.array([metric.unit == SHARE for metric in basis.model.metrics])
    target = distances.value + EFFORT * (distances.lines[-1] - distances.lines[0])
    target = np.where(share, np.clip(target, 0.0, 1.0), target)
    return np.where(target == distances.value, np.nan, target)


def take_steps(basis: Basis, row: int, target: Floats) -> Steps:
    """Score the subject once per metric that has a target, with that metric alone changed."""
    columns = [int(index) for index in np.flatnonzero(~np.isnan(target))]
    composite, level = np.full(len(target), np.nan), np.full(len(target), np.nan)
    if columns:
        changed = with_values(basis, row, {index: float(target[index]) for index in columns})
        variants = vary(basis, changed, row, columns)
        scores = aggregate(variants, vary_points(basis, renormalise(changed, columns), row, columns))
        composite[columns], level[columns] = scores.composite, scores.level
    return Steps(target, composite, level)


def vary(basis: Basis, changed: Basis, row: int, columns: list[int]) -> Basis:
    """The subject once per column, each time with that column alone taken from `changed`."""
    variants = narrow(basis, np.full(len(columns), row))
    places = (np.arange(len(columns)), columns)
    for kept, new in zip(spell_arrays(variants), spell_arrays(changed), strict=True):
        kept[places] = new[row, columns]
    return variants


def spell_arrays(basis: Basis) -> tuple[Floats, Floats, Floats, Floats]:
    """The arrays of a basis' spell; those of a narrowed one are its own."""
    spell = basis.spell
    return spell.numerator, spell.denominator, spell.evidence, spell.merchants


def vary_points(basis: Basis, points: Floats, row: int, columns: list[int]) -> Floats:
    """The same for points."""
    varied = np.repeat(basis.points[row : row + 1], len(columns), axis=0)
    varied[np.arange(len(columns)), columns] = points[row, columns]
    return varied


def capability_gains(basis: Basis, capability: Floats) -> Floats:
    """What one more point of each capability adds to the composite of the subject whose capabilities are given, before
    gates; NaN where it is not assessed."""
    model = basis.model
    variants = np.vstack([capability, capability + np.eye(len(capability))])
    means = weighted_mean(
        np.minimum(variants, model.scale),
        np.array([part.weight for part in model.capabilities]),
        minimum=model.composite.minimum_capabilities,
        aggregation=model.composite.aggregation,
        log_floor=model.composite.log_floor,
        scale=model.scale,
    )
    rounded = round_values(means.value, model.composite.rounding)
    return np.where(np.isnan(capability), np.nan, rounded[1:] - rounded[0])
