"""What if the weights were others: everybody scored again from the points of a run, and who moves.

One set of weights goes through the engine's own steps and gives whole `Scores`; `engine.reweigh` takes hundreds of sets
at once and gives composite and level alone. Places, levels and correlation are counted by `engine.lab` for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.intervals import rank_within
from engine.lab import count_transitions, place_correlation
from engine.model import Capability, Metric, ScoringModel
from engine.scoring import Scores
from engine.what_if import Basis, aggregate

Floats = NDArray[np.float64]
Part = TypeVar("Part", Capability, Metric)


@dataclass(frozen=True)
class Shift:
    """What changed for whom. Per subject: `place_before` and `place_after` (NaN where not ranked), `score_change`
    (NaN without both scores). `tiers` is levels x (before, after), level 1 first, empty for a model without levels.
    `correlation` is Spearman's of both orders, None below three subjects; `moved` counts changed places."""

    scores: Scores
    place_before: Floats
    place_after: Floats
    score_change: Floats
    tiers: NDArray[np.int64]
    correlation: float | None
    moved: int

    @property
    def climbed(self) -> Floats:
        """Places won, negative for places lost."""
        return self.place_before - self.place_after


def with_weights(model: ScoringModel, capabilities: Mapping[str, float], metrics: Mapping[str, float]) -> ScoringModel:
    """The model with other weights, given on any scale: they count by their proportions, and what is not named keeps
    its own. A part with weight 0 is left out, also from the least numbers of parts. Raises EngineError `bad_weight`
    for a weight below 0 and where nothing is above 0."""
    for key, weight in {**capabilities, **metrics}.items():
        if not (np.isfinite(weight) and weight >= 0):
            raise EngineError(
                "bad_weight",
                "A weight is a number from 0 upwards.",
                field=key,
                remedy="Give a number of at least %(least)s.",
                params={"least": 0},
            )
    parts = in_proportion(model.capabilities, capabilities, model.key)
    shared: dict[str, Metric] = {}
    for part in model.capabilities:
        own = [model.metrics[index] for index in model.metrics_of(part.key)]
        shared |= {metric.key: metric for metric in in_proportion(own, metrics, part.key)}
    counted = {
        part.key: sum(metric.weight > 0 for metric in shared.values() if metric.capability == part.key)
        for part in parts
    }
    least = min(model.composite.minimum_capabilities, sum(part.weight > 0 for part in parts))
    return replace(
        model,
        capabilities=tuple(
            replace(part, minimum_metrics=min(part.minimum_metrics, counted[part.key])) for part in parts
        ),
        metrics=tuple(shared[metric.key] for metric in model.metrics),
        composite=replace(model.composite, minimum_capabilities=least),
    )


def in_proportion(parts: Sequence[Part], given: Mapping[str, float], field: str) -> list[Part]:
    """Parts with weights that sum to 1; as they are when nothing was given for them."""
    if not any(part.key in given for part in parts):
        return list(parts)
    weights = [given.get(part.key, part.weight) for part in parts]
    total = sum(weights)
    if total <= 0:
        raise EngineError(
            "bad_weight", "At least one weight must be above 0.", field=field, remedy="Raise one of them."
        )
    return [replace(part, weight=weight / total) for part, weight in zip(parts, weights, strict=True)]


def reweigh(basis: Basis, model: ScoringModel) -> Scores:
    """Everybody scored by `model`, which has the metrics of the basis and other weights."""
    kept = {part.key for part in model.capabilities if part.weight > 0}
    counts = np.array([metric.weight > 0 and metric.capability in kept for metric in model.metrics])
    return aggregate(basis, np.where(counts, basis.points, np.nan), model)


def compare(basis: Basis, after: Scores, tracks: NDArray[np.int64], ranked: NDArray[np.bool_]) -> Shift:
    """Before and after. Places count within `tracks` (a number per subject) among the `ranked`."""
    before = np.where(ranked, basis.composite, np.nan)
    place_before = rank_within(before, tracks)
    place_after = rank_within(np.where(ranked, after.composite, np.nan), tracks)
    both = ~np.isnan(place_before) & ~np.isnan(place_after)
    return Shift(
        scores=after,
        place_before=place_before,
        place_after=place_after,
        score_change=after.composite - basis.composite,
        tiers=count_tiers(basis, after),
        correlation=place_correlation(np.where(both, basis.composite, np.nan), after.composite),
        moved=int((place_before[both] != place_after[both]).sum()),
    )


def count_tiers(basis: Basis, after: Scores) -> NDArray[np.int64]:
    """How many subjects stand on each level before and after."""
    count = len(basis.model.composite.levels) + 1 if basis.model.composite.levels else 0
    moves = count_transitions(basis.level, after.level, count)
    return np.stack([moves.sum(axis=1), moves.sum(axis=0)], axis=1)[:count]
