"""Step 9: scores as tables. One row per subject, and one row per subject and metric."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from engine.evidence import REASONS
from engine.scoring import Scores
from engine.tables import Table

NAMES = np.array(REASONS, dtype=object)


def scorecard_table(scores: Scores) -> Table:
    """One row per subject: group, composite, level, reason, gates that bound (keys joined by a space), the weakest
    capability, and per capability its score (by its key) and its contribution (`key.contribution`)."""
    model = scores.model
    gates = np.array([gate.key for gate in model.gates], dtype=object)
    keys = np.array([part.key for part in model.capabilities] + [None], dtype=object)
    table: Table = {
        "subject": scores.subjects,
        "group": np.array(scores.groups.names, dtype=object)[scores.groups.number],
        "composite": scores.composite,
        "reason": none_if_empty(NAMES[scores.reason]),
        "composite_exact": scores.composite_exact,
        "rounding_effect": scores.rounding_effect,
        "gate_effect": scores.gate_effect,
        "gates": np.array([" ".join(gates[row]) or None for row in scores.bound], dtype=object),
        "bottleneck": keys[scores.bottleneck],
    }
    if model.composite.levels:
        table["level"] = scores.level
    for index, part in enumerate(model.capabilities):
        table[part.key] = scores.capability[:, index]
        table[f"{part.key}.contribution"] = scores.capability_contribution[:, index]
    return table


def ledger_table(scores: Scores) -> Table:
    """One row per subject and metric with every step: numerator, denominator, n (evidence), raw, group mean, K, share
    kept, shrunk, winsorised, normalised, weight, contribution to the capability, points in the composite."""
    model = scores.model
    count, width = len(scores.subjects), len(model.metrics)
    chosen, shrunk = scores.chosen, scores.shrunk
    group = np.array(scores.groups.names, dtype=object)[scores.groups.number]
    has_denominator = np.array([bool(metric.denominator) for metric in model.metrics])
    return {
        "subject": np.repeat(scores.subjects, width),
        "group": np.repeat(group, width),
        "capability": np.tile(np.array([metric.capability for metric in model.metrics], dtype=object), count),
        "metric": np.tile(np.array([metric.key for metric in model.metrics], dtype=object), count),
        "reason": none_if_empty(NAMES[chosen.reason.ravel()]),
        "window_days": chosen.days.ravel(),
        "numerator": chosen.numerator.ravel(),
        "denominator": np.where(has_denominator, chosen.denominator, np.nan).ravel(),
        "n": np.where(np.isinf(chosen.evidence), np.nan, chosen.evidence).ravel(),
        "raw": chosen.raw.ravel(),
        "group_mean": shrunk.mean.ravel(),
        "k": shrunk.k.ravel(),
        "kept": shrunk.kept.ravel(),
        "shrunk": shrunk.value.ravel(),
        "winsorised": scores.winsorised.ravel(),
        "normalised": scores.normalised.ravel(),
        "weight": scores.metric_weight.ravel(),
        "contribution": scores.contribution.ravel(),
        "points": scores.points.ravel(),
    }


def scores_digest(scores: Scores) -> str:
    """SHA-256 (hex) over subjects, composites, levels, capabilities and normalised metrics."""
    digest = hashlib.sha256()
    digest.update("\n".join(map(str, scores.subjects)).encode())
    for array in (scores.composite, scores.level, scores.capability, scores.normalised):
        digest.update(np.ascontiguousarray(array + 0.0).tobytes())
    return digest.hexdigest()


def none_if_empty(names: NDArray[np.object_]) -> NDArray[np.object_]:
    """Empty texts as None."""
    return np.array([name or None for name in names], dtype=object)
