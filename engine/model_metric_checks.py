"""What makes one metric of a scoring model whole."""

import math
from itertools import pairwise

from engine.errors import EngineError
from engine.formula_words import ColumnNames
from engine.formulas import parse_formula
from engine.model import Metric, Normaliser, Prior, ScoringModel
from engine.model_faults import (
    MAX_DAYS,
    Faults,
    ascending,
    check_rounding,
    fault,
    not_ascending,
    out_of_range,
    tried,
    within,
)


def check_metric(model: ScoringModel, metric: Metric, path: str, names: ColumnNames) -> Faults:
    """One metric: its place, weight, formulas, time, evidence, prior and normaliser."""
    if metric.capability not in [capability.key for capability in model.capabilities]:
        yield fault(
            f"{path}.capability",
            "unknown_capability",
            "There is no capability '%(key)s'.",
            "Use one of the capabilities' keys.",
            key=metric.capability,
        )
    if not (math.isfinite(metric.weight) and 0 < metric.weight <= 1):
        yield out_of_range(f"{path}.weight", "0 (exclusive)", 1)
    if not (math.isfinite(metric.factor) and 0 < metric.factor <= 1e12):
        yield out_of_range(f"{path}.factor", "0 (exclusive)", 1e12)
    for name in ("numerator", "denominator", "evidence"):
        text = getattr(metric, name)
        if text or name == "numerator":
            yield from tried(lambda text=text: parse_formula(text, names), f"{path}.{name}")  # type: ignore[misc]
    days, _ = model.days_of(metric)
    if not within(metric.days, 1, MAX_DAYS):
        yield out_of_range(f"{path}.days", 1, MAX_DAYS)
    if not within(metric.wider_days, days, MAX_DAYS):
        yield out_of_range(f"{path}.wider_days", days, MAX_DAYS)
    if not within(metric.half_life, 0, 100 * MAX_DAYS):
        yield out_of_range(f"{path}.half_life", 0, 100 * MAX_DAYS)
    yield from check_evidence(model, metric, path)
    yield from check_prior(model, metric, metric.prior, f"{path}.prior")
    yield from check_normaliser(metric, metric.normaliser, f"{path}.normaliser")
    yield from check_rounding(metric.rounding, f"{path}.rounding")
    if metric.winsor is not None and not 0 <= metric.winsor[0] < metric.winsor[1] <= 1:
        yield fault(
            f"{path}.winsor",
            "bad_winsor",
            "The limits must be two shares, the lower first.",
            "Write for instance [0.01, 0.99].",
        )


def check_evidence(model: ScoringModel, metric: Metric, path: str) -> Faults:
    """A minimum needs something to count."""
    if not within(metric.minimum, 0, 1e18):
        yield out_of_range(f"{path}.minimum", 0, 1e18)
    if metric.minimum > 0 and not model.evidence_of(metric):
        yield fault(
            f"{path}.evidence",
            "no_evidence",
            "There is a minimum of evidence but nothing to count.",
            "Name the expression to count, as in evidence = 'orders'.",
        )
    if not within(metric.minimum_merchants, 0, 10_000):
        yield out_of_range(f"{path}.minimum_merchants", 0, 10_000)
    if metric.minimum_merchants and model.source != "facts":
        yield facts_only(f"{path}.minimum_merchants")


def facts_only(path: str) -> EngineError:
    """The fault of something that a plain table cannot give."""
    return fault(path, "facts_only", "This needs facts; a plain table has none.", "Remove it or use source = 'facts'.")


def check_prior(model: ScoringModel, metric: Metric, prior: Prior, path: str) -> Faults:
    """A prior shrinks a ratio; each kind has what it needs."""
    if prior.kind == "none":
        return
    if not metric.denominator:
        yield fault(path, "no_denominator", "Shrinkage needs a denominator.", "Give one, or set the prior to 'none'.")
    if prior.kind == "fixed" and not (prior.k is not None and math.isfinite(prior.k) and prior.k > 0):
        yield fault(f"{path}.k", "no_k", "A fixed prior needs a weight k above zero.", "Set k.")
    estimated = prior.kind in ("moments", "efron_morris")
    if estimated and prior.noise == "blocks" and (model.source != "facts" or prior.kind == "efron_morris"):
        yield fault(
            f"{path}.noise",
            "bad_noise",
            "The noise cannot be read from blocks of time here.",
            "Set noise to 'binomial' or 'poisson'.",
        )


def check_normaliser(metric: Metric, normaliser: Normaliser, path: str) -> Faults:
    """Goalposts in order, thresholds complete and monotone, spread above zero."""
    if normaliser.kind == "goalposts":
        low, high = normaliser.lower, normaliser.upper
        if low is None or high is None or not (math.isfinite(low) and math.isfinite(high) and low < high):
            yield fault(path, "bad_goalposts", "Goalposts need lower below upper.", "Give both; direction turns them.")
        elif normaliser.log and low <= 0:
            yield fault(f"{path}.lower", "bad_goalposts", "A logarithm needs goalposts above zero.", "Raise the lower.")
    if normaliser.kind == "identity" and metric.direction == "lower":
        yield fault(
            path,
            "bad_identity",
            "A value taken as it is cannot count downwards.",
            "Use direction 'higher' or negate it.",
        )
    if normaliser.kind == "thresholds":
        yield from check_thresholds(metric, normaliser, path)
    if not within(normaliser.spread, 1e-3, 100):
        yield out_of_range(f"{path}.spread", 0.001, 100)


def check_thresholds(metric: Metric, normaliser: Normaliser, path: str) -> Faults:
    """Cut points rise; points are one more and go with the direction."""
    if not normaliser.cuts or not ascending(normaliser.cuts):
        yield not_ascending(f"{path}.cuts")
    points = normaliser.points if metric.direction == "higher" else normaliser.points[::-1]
    if len(points) != len(normaliser.cuts) + 1:
        yield fault(
            f"{path}.points",
            "bad_points",
            "%(cuts)s cut points need %(wanted)s points, not %(given)s.",
            "Give one more than there are cut points.",
            cuts=len(normaliser.cuts),
            wanted=len(normaliser.cuts) + 1,
            given=len(points),
        )
    elif not all(map(math.isfinite, points)) or any(a > b for a, b in pairwise(points)):
        yield fault(
            f"{path}.points",
            "bad_points",
            "The points go against the direction of the metric.",
            "Let them rise for 'higher' and fall for 'lower'.",
        )
