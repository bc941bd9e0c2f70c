"""A scoring model in the viewer's words: capabilities, metrics and gates as rows."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import number, percent
from engine.model import Metric, Normaliser, Prior, ScoringModel
from scoring.capabilities.words import evidence_name, figure_name, format_evidence, in_language, label_of


@dataclass(frozen=True)
class MetricRule:
    """How one metric is made."""

    key: str
    label: str
    description: str
    formula: str
    direction: str
    weight: float
    evidence: str
    window: str
    prior: str
    winsor: str
    normaliser: str


@dataclass(frozen=True)
class CapabilityRule:
    """How one capability is made."""

    key: str
    label: str
    description: str
    weight: float
    aggregation: str
    minimum_metrics: int
    floor: float | None
    metrics: tuple[MetricRule, ...]


def describe_rule(rule: ScoringModel) -> dict[str, Any]:
    """What a page shows of a model."""
    return {
        "description": in_language(rule.description),
        "capabilities": [
            CapabilityRule(
                key=part.key,
                label=in_language(part.label, part.key),
                description=in_language(part.description),
                weight=part.weight,
                aggregation=aggregation_name(part.aggregation),
                minimum_metrics=part.minimum_metrics,
                floor=part.floor,
                metrics=tuple(describe_metric(rule, rule.metrics[index]) for index in rule.metrics_of(part.key)),
            )
            for part in rule.capabilities
        ],
        "gates": [{"label": in_language(gate.label, gate.key), "when": gate.when} for gate in rule.gates],
        "aggregation": aggregation_name(rule.composite.aggregation),
        "minimum_capabilities": rule.composite.minimum_capabilities,
        "levels": rule.composite.levels,
        "peers": _(", ").join(peer_name(name) for name in rule.peers.columns) or _("everybody"),
        "peers_minimum": rule.peers.minimum,
        "window": rule.window,
        "settlement": say_settlement(rule),
        "merchant_share": say_merchant_share(rule),
        "bootstrap": rule.bootstrap,
        "metric_count": len(rule.metrics),
    }


def say_settlement(rule: ScoringModel) -> str:
    """Which of the last days do not count yet; empty when all do."""
    window = rule.window
    if not window.settlement_lag:
        return ""
    if not window.settled:
        return _("the last %(lag)s days still settle and do not count") % {"lag": number(window.settlement_lag)}
    return _("the last %(lag)s days still settle and do not count in metrics of: %(figures)s") % {
        "lag": number(window.settlement_lag),
        "figures": _(", ").join(figure_name(column) for column in window.settled),
    }


def say_merchant_share(rule: ScoringModel) -> str:
    """What one merchant may carry at most; empty without a limit."""
    if not rule.integrity.measure:
        return ""
    return _("one merchant counts for at most %(share)s of a provider's %(measure)s; what is above does not count") % {
        "share": percent(rule.integrity.merchant_share),
        "measure": figure_name(rule.integrity.share_of),
    }


def describe_metric(rule: ScoringModel, metric: Metric) -> MetricRule:
    """One metric."""
    near, wide = rule.days_of(metric)
    return MetricRule(
        key=metric.key,
        label=label_of(metric),
        description=in_language(metric.description),
        formula=f"({metric.numerator}) / ({metric.denominator})" if metric.denominator else metric.numerator,
        direction=_("higher is better") if metric.direction == "higher" else _("lower is better"),
        weight=metric.weight,
        evidence=say_evidence(rule, metric),
        window=_("%(near)s days, else %(wide)s") % {"near": number(near), "wide": number(wide)},
        prior=say_prior(metric.prior),
        winsor=" – ".join(percent(share) for share in metric.winsor) if metric.winsor else "—",
        normaliser=normaliser_name(metric.normaliser),
    )


def say_evidence(rule: ScoringModel, metric: Metric) -> str:
    """The least evidence that a metric asks for."""
    parts = []
    if metric.minimum:
        parts.append(f"{format_evidence(rule, metric, metric.minimum)} ({evidence_name(rule, metric)})")
    if metric.minimum_merchants:
        parts.append(_("%(count)s merchants") % {"count": number(metric.minimum_merchants)})
    return _(", ").join(parts) or "—"


def say_prior(prior: Prior) -> str:
    """How a metric is shrunk."""
    return {
        "none": "—",
        "fixed": _("by a fixed weight of %(k)s") % {"k": number(prior.k or 0)},
        "moments": _("by the method of moments"),
        "efron_morris": _("by Efron and Morris"),
    }[prior.kind]


def normaliser_name(normaliser: Normaliser) -> str:
    """How a value becomes points."""
    return {
        "percentile": _("percentile among peers"),
        "z": _("standard score"),
        "robust_z": _("robust standard score"),
        "min_max": _("from the lowest to the highest"),
        "goalposts": _("between fixed goalposts"),
        "thresholds": _("by thresholds"),
        "identity": _("as it is"),
    }[normaliser.kind]


def aggregation_name(aggregation: str) -> str:
    """How parts become a whole."""
    return _("weighted geometric mean") if aggregation == "geometric" else _("weighted arithmetic mean")


def peer_name(column: str) -> str:
    """A peer column in words."""
    return {
        "track": _("type"),
        "provider_type": _("type"),
        "category": _("main category"),
        "region": _("region"),
        "origin": _("origin"),
        "size": _("size"),
    }.get(column, column)
