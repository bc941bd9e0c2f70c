"""What if the weights were others: asked by analysts over a finished run, answered for everybody, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from common.exceptions import InvalidInput
from common.refusals import refuse
from engine.errors import EngineError
from engine.model import ScoringModel
from engine.weights import Shift, compare, reweigh, with_weights
from providers.enums import Capability
from providers.registry.models import Provider
from scoring.capabilities.array_files import RunArrays
from scoring.capabilities.arrays import arrays_of
from scoring.capabilities.models import ScoreRun
from scoring.capabilities.words import in_language, label_of

MOVERS = 10
PERMISSION = "model.edit"


@dataclass(frozen=True)
class Mover:
    """A provider whose rank changes; `climbed` counts places won."""

    provider: Provider
    rank_before: int
    rank_after: int
    score_before: float
    score_after: float

    @property
    def climbed(self) -> int:
        return self.rank_before - self.rank_after


@dataclass(frozen=True)
class GroupShift:
    """One peer group: how its scores and ranks change on average."""

    name: str
    count: int
    score_change: float | None
    climbed: float | None


@dataclass(frozen=True)
class Tier:
    """How many providers stand on one level before and after."""

    level: int
    before: int
    after: int


@dataclass(frozen=True)
class WeightRow:
    """A weight of a capability or metric: the model's and the asked one, both as counted (they sum to 1)."""

    key: str
    label: str
    before: float
    after: float


@dataclass(frozen=True)
class WeightAnswer:
    """What other weights do. `correlation` is Spearman's of the ranks."""

    ranked: int
    moved: int
    correlation: float | None
    largest_change: float | None
    mean_change: float | None
    tiers: tuple[Tier, ...]
    changed_tier: int
    up: tuple[Mover, ...]
    down: tuple[Mover, ...]
    groups: tuple[GroupShift, ...]
    capabilities: tuple[WeightRow, ...]
    metrics: tuple[WeightRow, ...]


def ask_weights(run: ScoreRun, capabilities: Mapping[str, float], metrics: Mapping[str, float]) -> WeightAnswer:
    """Score everybody of `run` by other weights, on any scale, by key. Raises InvalidInput for an unknown key and
    weights that cannot be; Conflict when the run has no results."""
    arrays = arrays_of(run)
    model = arrays.basis.model
    check_keys("capabilities", capabilities, {part.key for part in model.capabilities})
    check_keys("metrics", metrics, {metric.key for metric in model.metrics})
    try:
        other = with_weights(model, capabilities, metrics)
    except EngineError as error:
        raise refuse(error) from error
    everybody = np.zeros(len(arrays.external), dtype=np.int64)
    shift = compare(arrays.basis, reweigh(arrays.basis, other), everybody, ~arrays.external)
    return describe(arrays, other, shift)


def check_keys(field: str, given: Mapping[str, float], there: set[str]) -> None:
    """Refuse a weight of what the model has not."""
    if unknown := sorted(set(given) - there):
        raise InvalidInput(
            _("The model has no “%(key)s”.") % {"key": unknown[0]},
            field=f"{field}.{unknown[0]}",
            remedy=_("Name capabilities and metrics of the run's model."),
            code="unknown_weight",
        )


def describe(arrays: RunArrays, other: ScoringModel, shift: Shift) -> WeightAnswer:
    """The engine's arrays as an answer."""
    basis = arrays.basis
    both = ~np.isnan(shift.climbed)
    change = shift.score_change[~np.isnan(shift.score_change)]
    up, down = biggest_movers(arrays, shift)
    levels = ~np.isnan(basis.level) & ~np.isnan(shift.scores.level)
    weights = present_weights(basis.model, other)
    return WeightAnswer(
        ranked=int(both.sum()),
        moved=shift.moved,
        correlation=shift.correlation,
        largest_change=float(np.abs(change).max()) if len(change) else None,
        mean_change=float(np.abs(change).mean()) if len(change) else None,
        tiers=tuple(Tier(level, before, after) for level, (before, after) in enumerate(shift.tiers.tolist(), start=1)),
        changed_tier=int((basis.level[levels] != shift.scores.level[levels]).sum()),
        up=up,
        down=down,
        groups=tuple(group_shifts(arrays, shift)),
        capabilities=weights[0],
        metrics=weights[1],
    )


def present_weights(
    model: ScoringModel, other: ScoringModel | None = None
) -> tuple[tuple[WeightRow, ...], tuple[WeightRow, ...]]:
    """The weights of a model's capabilities and metrics, beside those of another version of it."""
    other = other or model
    return (
        tuple(
            WeightRow(part.key, in_language(part.label, str(Capability(part.key).label)), part.weight, new.weight)
            for part, new in zip(model.capabilities, other.capabilities, strict=True)
        ),
        tuple(
            WeightRow(metric.key, label_of(metric), metric.weight, new.weight)
            for metric, new in zip(model.metrics, other.metrics, strict=True)
        ),
    )


def biggest_movers(arrays: RunArrays, shift: Shift) -> tuple[tuple[Mover, ...], tuple[Mover, ...]]:
    """Who wins and who loses most places; ties by the larger change of score, then by code."""
    climbed = np.nan_to_num(shift.climbed)
    score = np.nan_to_num(shift.score_change)
    order = np.lexsort((np.arange(len(climbed)), -score, -climbed))
    first = [index for index in order[:MOVERS] if climbed[index] > 0]
    last = [index for index in order[::-1][:MOVERS] if climbed[index] < 0]
    providers = Provider.objects.in_bulk([int(arrays.provider_ids[index]) for index in (*first, *last)])

    def make(index: int) -> Mover:
        return Mover(
            provider=providers[int(arrays.provider_ids[index])],
            rank_before=int(shift.place_before[index]),
            rank_after=int(shift.place_after[index]),
            score_before=float(arrays.basis.composite[index]),
            score_after=float(shift.scores.composite[index]),
        )

    return tuple(make(index) for index in first), tuple(make(index) for index in last)


def group_shifts(arrays: RunArrays, shift: Shift) -> list[GroupShift]:
    """Every peer group's means."""
    groups = arrays.basis.groups
    rows = []
    for index, name in enumerate(groups.names):
        members = groups.number == index
        change = shift.score_change[members & ~np.isnan(shift.score_change)]
        climbed = shift.climbed[members & ~np.isnan(shift.climbed)]
        rows.append(
            GroupShift(
                name,
                int(members.sum()),
                float(change.mean()) if len(change) else None,
                float(climbed.mean()) if len(climbed) else None,
            )
        )
    return rows
