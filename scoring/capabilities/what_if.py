"""What if a provider's figures were others: asked over one scorecard, answered by the engine, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from common.exceptions import InvalidInput
from common.refusals import refuse
from engine.errors import EngineError
from engine.marginal import SHARE
from engine.model import Metric
from engine.scoring import Scores
from engine.what_if import rescore
from providers.enums import Capability
from scoring.capabilities.arrays import Standpoint
from scoring.capabilities.peers import known
from scoring.capabilities.words import format_change, in_language, label_of


@dataclass(frozen=True)
class Outcome:
    """Where a provider stands. `place` counts within the peer group, `rank` over all."""

    composite: float | None
    level: int | None
    rank: int | None
    place: int | None


@dataclass(frozen=True)
class CapabilityChange:
    """One capability before and after."""

    key: str
    label: str
    before: float | None
    after: float | None
    points_before: float
    points: float

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class MetricChange:
    """One metric: its value and its points in the composite, before and after. `change` counts points."""

    key: str
    label: str
    unit: str
    capability: str
    value_before: float | None
    value_after: float | None
    normalised_before: float | None
    normalised_after: float | None
    points_before: float
    points: float
    asked: bool

    @property
    def change(self) -> float:
        return self.points - self.points_before

    @property
    def texts(self) -> tuple[str, str]:
        return format_change(self.value_before, self.value_after, self.unit)


@dataclass(frozen=True)
class Answer:
    """Before and after. The metrics' changes sum to the composite's together with `other` (rounding and limits)."""

    before: Outcome
    after: Outcome
    peers: int
    ranked: int
    capabilities: tuple[CapabilityChange, ...]
    metrics: tuple[MetricChange, ...]
    gates: tuple[str, ...]
    other: float

    @property
    def total(self) -> float | None:
        if self.before.composite is None or self.after.composite is None:
            return None
        return self.after.composite - self.before.composite


def ask(standpoint: Standpoint, values: Mapping[str, float]) -> Answer:
    """Score the provider with other raw values of some metrics, by key. The peer group, its other members and the
    evidence stay as they are. Raises InvalidInput for an unknown metric and a value that cannot be."""
    model = standpoint.basis.model
    places = {metric.key: index for index, metric in enumerate(model.metrics)}
    for key, value in values.items():
        if key not in places:
            raise InvalidInput(
                _("The model has no metric “%(key)s”.") % {"key": key},
                field=key,
                remedy=_("Name a metric of the scorecard."),
                code="unknown_metric",
            )
        check_value(model.metrics[places[key]], value)
    try:
        scores = rescore(standpoint.basis, standpoint.row, {places[key]: value for key, value in values.items()})
    except EngineError as error:
        raise refuse(error) from error
    return describe(standpoint, scores, values)


def check_value(metric: Metric, value: float) -> None:
    """A metric takes a number, a share one from 0 to 1."""
    if not np.isfinite(value) or (metric.unit == SHARE and not 0 <= value <= 1):
        raise InvalidInput(
            _("%(metric)s cannot have this value.") % {"metric": label_of(metric)},
            field=metric.key,
            remedy=_("Give a share between 0 and 100 %.") if metric.unit == SHARE else _("Give a number."),
            code="impossible_value",
        )


def describe(standpoint: Standpoint, after: Scores, values: Mapping[str, float]) -> Answer:
    """The two states side by side."""
    before, row, model = standpoint.now, standpoint.row, standpoint.basis.model
    outcomes = (
        outcome_of(standpoint, standpoint.basis.composite, before.level[0]),
        outcome_of(standpoint, after.composite, after.level[row]),
    )
    raw = np.where(np.isnan(before.normalised[0]), np.nan, standpoint.basis.raw[row])
    metrics = tuple(
        MetricChange(
            key=metric.key,
            label=label_of(metric),
            unit=metric.unit,
            capability=metric.capability,
            value_before=known(raw[index]),
            value_after=values.get(metric.key, known(raw[index])),
            normalised_before=known(before.normalised[0, index]),
            normalised_after=known(after.normalised[row, index]),
            points_before=zero(before.points[0, index]),
            points=zero(after.points[row, index]),
            asked=metric.key in values,
        )
        for index, metric in enumerate(model.metrics)
    )
    capabilities = tuple(
        CapabilityChange(
            key=part.key,
            label=in_language(part.label, str(Capability(part.key).label)),
            before=known(before.capability[0, index]),
            after=known(after.capability[row, index]),
            points_before=zero(before.capability_contribution[0, index]),
            points=zero(after.capability_contribution[row, index]),
        )
        for index, part in enumerate(model.capabilities)
    )
    total = (outcomes[1].composite or 0.0) - (outcomes[0].composite or 0.0)
    return Answer(
        before=outcomes[0],
        after=outcomes[1],
        peers=int((~np.isnan(after.composite)).sum()),
        ranked=int((standpoint.ranked & ~np.isnan(after.composite)).sum() + (~np.isnan(standpoint.others)).sum()),
        capabilities=capabilities,
        metrics=metrics,
        gates=tuple(
            in_language(gate.label, gate.key) for index, gate in enumerate(model.gates) if after.bound[row, index]
        ),
        other=total - sum(metric.change for metric in metrics),
    )


def outcome_of(standpoint: Standpoint, composite: NDArray[np.float64], level: float) -> Outcome:
    """Score, level and places of the provider when its group has these composites."""
    return Outcome(
        composite=known(composite[standpoint.row]),
        level=None if np.isnan(level) else int(level),
        rank=standpoint.rank_in(composite),
        place=standpoint.place_in(composite),
    )


def zero(value: float) -> float:
    """Points, none for what is not assessed."""
    return 0.0 if np.isnan(value) else float(value)
