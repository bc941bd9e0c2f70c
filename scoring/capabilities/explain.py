"""Why a scorecard is what it is: capabilities and metrics as rows, with what is missing said in a sentence."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.templatetags.paddock import number
from engine.model import Capability as CapabilityPart
from engine.model import Metric, ScoringModel
from providers.enums import Capability
from scoring.capabilities.enums import MetricReason
from scoring.capabilities.models import PeerGroup, Scorecard
from scoring.capabilities.words import evidence_name, format_evidence, format_value, in_language, label_of


@dataclass(frozen=True)
class MetricRow:
    """One line of the ledger. `points` is the part of the composite; `note` says why nothing is assessed."""

    key: str
    label: str
    unit: str
    description: str
    higher_is_better: bool
    raw: float | None
    evidence: float | None
    evidence_text: str
    evidence_name: str
    needed: float
    days: int
    shrunk: float | None
    winsorised: float | None
    normalised: float | None
    weight: float | None
    contribution: float | None
    points: float | None
    peer_value: float | None
    peer_normalised: float | None
    note: str
    widened: bool

    @property
    def raw_text(self) -> str:
        return format_value(self.raw, self.unit)

    @property
    def shrunk_text(self) -> str:
        return format_value(self.shrunk, self.unit)

    @property
    def peer_text(self) -> str:
        return format_value(self.peer_value, self.unit)


@dataclass(frozen=True)
class CapabilityRow:
    """One capability with its metrics; `score` is None when it is not assessed."""

    key: str
    label: str
    description: str
    score: float | None
    lower: float | None
    upper: float | None
    weight: float | None
    points: float | None
    floor: float | None
    peer_median: float | None
    peer_first_quartile: float | None
    peer_third_quartile: float | None
    note: str
    metrics: tuple[MetricRow, ...]

    @property
    def is_below_floor(self) -> bool:
        return self.score is not None and self.floor is not None and self.score < self.floor


def explain_scorecard(card: Scorecard) -> list[CapabilityRow]:
    """One row per capability of the model, in the portal's order, each with its metrics.

    Needs `card.run.scoring_model` and `card.peer_group` loaded; asks the database nothing else.
    """
    rule = card.run.scoring_model.rule
    parts = {part.key: part for part in rule.capabilities}
    rows = []
    for place, key in enumerate(Capability.values):
        part = parts.get(key)
        if part is None:
            continue
        group = card.peer_group
        rows.append(
            CapabilityRow(
                key=key,
                label=in_language(part.label, str(Capability(key).label)),
                description=in_language(part.description),
                score=card.capability_scores[place],
                lower=card.capability_lowers[place],
                upper=card.capability_uppers[place],
                weight=card.capability_weights[place],
                points=card.capability_points[place],
                floor=part.floor,
                peer_median=group.capability_medians[place] if group else None,
                peer_first_quartile=group.capability_first_quartiles[place] if group else None,
                peer_third_quartile=group.capability_third_quartiles[place] if group else None,
                note=say_unassessed(part, card.capability_scores[place]),
                metrics=tuple(metric_row(rule, card, group, index) for index in rule.metrics_of(key)),
            )
        )
    return rows


def metric_row(rule: ScoringModel, card: Scorecard, group: PeerGroup | None, index: int) -> MetricRow:
    """The ledger line of one metric."""
    metric = rule.metrics[index]
    return MetricRow(
        key=metric.key,
        label=label_of(metric),
        unit=metric.unit,
        description=in_language(metric.description),
        higher_is_better=metric.direction == "higher",
        raw=card.raw[index],
        evidence=card.evidence[index],
        evidence_text=format_evidence(rule, metric, card.evidence[index]),
        evidence_name=evidence_name(rule, metric),
        needed=metric.minimum,
        days=card.days[index],
        shrunk=card.shrunk[index],
        winsorised=card.winsorised[index],
        normalised=card.normalised[index],
        weight=card.weights[index],
        contribution=card.contributions[index],
        points=card.points[index],
        peer_value=group.value_medians[index] if group else None,
        peer_normalised=group.normalised_medians[index] if group else None,
        note=say_missing(rule, metric, card, index),
        widened=card.days[index] > rule.days_of(metric)[0],
    )


def say_missing(rule: ScoringModel, metric: Metric, card: Scorecard, index: int) -> str:
    """Why a metric is not assessed, with what it needs and what there is; empty when it is assessed."""
    reason = card.reasons[index]
    if reason == MetricReason.ASSESSED:
        return ""
    if reason == MetricReason.TOO_FEW_MERCHANTS:
        return _("Not assessed: needs %(needed)s merchants, has %(has)s.") % {
            "needed": number(metric.minimum_merchants),
            "has": number(card.merchants[index] or 0),
        }
    if reason == MetricReason.TOO_LITTLE_EVIDENCE or metric.minimum:
        return _("Not assessed: needs %(needed)s (%(what)s), has %(has)s.") % {
            "needed": format_evidence(rule, metric, metric.minimum),
            "what": evidence_name(rule, metric),
            "has": format_evidence(rule, metric, card.evidence[index] or 0),
        }
    return _("Not assessed: no data.")


def say_unassessed(part: CapabilityPart, score: float | None) -> str:
    """Why a capability has no score; empty when it has one."""
    if score is not None:
        return ""
    return _("Not assessed: needs %(needed)s of its metrics.") % {"needed": number(part.minimum_metrics)}


def say_status(card: Scorecard) -> str:
    """The scorecard in one sentence."""
    if not card.is_assessed:
        return _("Not assessed: %(reason)s.") % {"reason": card.get_reason_display()}
    if card.lower is None:
        return _("Score %(score)s; too little evidence for an interval.") % {"score": number(card.composite, 1)}
    return _("Score %(score)s, with %(share)s %% certainty between %(lower)s and %(upper)s.") % {
        "score": number(card.composite, 1),
        "share": number(card.run.scoring_model.rule.bootstrap.confidence * 100),
        "lower": number(card.lower, 1),
        "upper": number(card.upper, 1),
    }
