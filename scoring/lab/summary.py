"""What a trial found, as plain values: the parts of `LabResult.summary`.

`levels`, `transitions` (rows before, columns after, the last of both without a level), `correlation` of the places,
`histogram` of scores before and after, `moves` of scores, `groups` (all, size, newcomer, region), `robustness` and
`effects` of the weights, `noise` before and after, `diagnostics` per metric, `borrowed` names, `reproduced`.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.lab import Moves, Side, count_transitions, histogram, measure_effect, place_correlation
from engine.model import ScoringModel as Rule
from engine.robustness import Robustness, WeightEffect
from engine.scoring import Scores
from engine.weighting import critic_weights, entropy_weights, scale_columns, topsis_closeness
from scoring.lab.reading import Field

Floats = NDArray[np.float64]
SCORE_EDGES = tuple(range(0, 101, 5))
SIZES = ("small", "medium", "large")


def summarise_moves(
    rule: Rule, base: Rule, field: Field, size: NDArray[np.object_], before: Side, after: Side, moves: Moves
) -> dict[str, Any]:
    """Who moves, in counts: transitions, distributions, groups."""
    levels = max(level_count(rule), level_count(base))
    edges, counts = histogram(moves.score, bins=21)
    return {
        "levels": levels,
        "transitions": count_transitions(before.level, after.level, levels).tolist() if levels else [],
        "correlation": place_correlation(before.score, after.score),
        "histogram": {
            "edges": list(SCORE_EDGES),
            "before": count_scores(before.score),
            "after": count_scores(after.score),
        },
        "moves": {"edges": edges, "counts": counts},
        "groups": describe_groups(field, size, moves),
    }


def level_count(rule: Rule) -> int:
    """How many levels a model has."""
    return len(rule.composite.levels) + 1 if rule.composite.levels else 0


def count_scores(score: Floats) -> list[int]:
    """How many scores fall between the edges."""
    return np.histogram(score[~np.isnan(score)], bins=SCORE_EDGES)[0].tolist()


def describe_groups(field: Field, size: NDArray[np.object_], moves: Moves) -> dict[str, list[dict[str, Any]]]:
    """The effect on everybody, by size, on newcomers and the others, and by region."""

    def effects(members: Sequence[tuple[str, NDArray[np.bool_]]]) -> list[dict[str, Any]]:
        found = [measure_effect(key, np.asarray(flags, dtype=np.bool_), moves) for key, flags in members]
        return [asdict(effect) for effect in found if effect.size]

    regions = sorted({str(region) for region in field.region if region})
    return {
        "all": effects([("all", np.ones(len(field.codes), dtype=np.bool_))]),
        "size": effects([(name, size == name) for name in SIZES]),
        "newcomer": effects([("newcomer", field.newcomer), ("established", ~field.newcomer)]),
        "region": effects([(name, field.region == name) for name in regions]),
    }


def summarise_robustness(found: Robustness) -> dict[str, Any]:
    """Shares over the replicates: mean, and the bounds of the middle 90 %."""
    return {
        "count": len(found.correlation),
        "top": found.top,
        "level": spread_of(found.level_share),
        "first": spread_of(found.top_share),
        "correlation": spread_of(found.correlation),
        "unsure": int((found.level_kept < 0.9).sum()),
        "judged": int((~np.isnan(found.level_kept)).sum()),
    }


def spread_of(values: Floats) -> list[float] | None:
    """Mean, 5 % and 95 % quantile; None when nothing is known."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    return [float(known.mean()), float(np.quantile(known, 0.05)), float(np.quantile(known, 0.95))]


def list_effects(effects: Sequence[WeightEffect]) -> list[dict[str, Any]]:
    """One row per weight."""
    return [asdict(effect) for effect in effects]


def diagnose(scores: Scores, top: int) -> dict[str, Any]:
    """Weights that the data would suggest beside those of the model, and how TOPSIS would order the same points."""
    model = scores.model
    benefit = np.array([metric.direction == "higher" for metric in model.metrics])
    own = effective_weights(model)
    entropy = entropy_weights(scale_columns(scores.winsorised, benefit))
    critic = critic_weights(scores.winsorised, benefit)
    closeness = topsis_closeness(scores.normalised, own, np.ones(len(own), dtype=np.bool_))
    closeness = np.where(np.isnan(scores.composite), np.nan, closeness)
    return {
        "metrics": [
            {"key": metric.key, "weight": float(own[i]), "entropy": float(entropy[i]), "critic": float(critic[i])}
            for i, metric in enumerate(model.metrics)
        ],
        "topsis": place_correlation(scores.composite, closeness),
        "topsis_first": share_of_first(scores.composite, closeness, top),
    }


def effective_weights(model: Rule) -> Floats:
    """A metric's weight in the whole: its own times that of its capability."""
    outer = {part.key: part.weight for part in model.capabilities}
    return np.array([metric.weight * outer[metric.capability] for metric in model.metrics])


def share_of_first(one: Floats, other: Floats, top: int) -> float | None:
    """How many of the first `top` by one score are among them by the other; None of nothing."""
    known = ~np.isnan(one) & ~np.isnan(other)
    count = min(top, int(known.sum()))
    if not count:
        return None
    first = [set(np.argsort(-np.where(known, values, -np.inf), kind="stable")[:count]) for values in (one, other)]
    return len(first[0] & first[1]) / count


def tidy(value: Any) -> Any:
    """Plain values for storage: numbers to 9 decimals, what is no number as None."""
    if isinstance(value, dict):
        return {key: tidy(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 9) if math.isfinite(value) else None
    return value
