"""Step 2: is there enough to judge? The metric's window first, its wider window next, else not assessed, and why."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.inputs import Inputs, Spell
from engine.model import ScoringModel

Floats = NDArray[np.float64]

OK, NO_DATA, TOO_LITTLE, TOO_FEW_MERCHANTS, TOO_FEW_METRICS, TOO_FEW_CAPABILITIES = range(6)
REASONS = (
    "",
    "no_data",
    "too_little_evidence",
    "too_few_merchants",
    "too_few_metrics",
    "too_few_capabilities",
)


@dataclass(frozen=True)
class Chosen:
    """Subjects x metrics from the window that was taken. `reason` indexes REASONS, 0 is assessed; `days` is the window,
    0 in a plain table."""

    numerator: Floats
    denominator: Floats
    evidence: Floats
    raw: Floats
    days: NDArray[np.int64]
    reason: NDArray[np.int8]


def choose_window(model: ScoringModel, inputs: Inputs) -> Chosen:
    """Take the near window where it suffices, else the wider. A metric without denominator never widens: its sums over
    windows of different length could not be compared."""
    near, wide = judge(model, inputs.near), judge(model, inputs.wide)
    ratio = np.array([bool(metric.denominator) for metric in model.metrics])
    widen = (near != OK) & (ratio & (model.source == "facts"))[np.newaxis, :]
    days = np.array([model.days_of(metric) for metric in model.metrics]) * (model.source == "facts")

    factor = np.array([metric.factor for metric in model.metrics])

    def pick(first: Floats, second: Floats) -> Floats:
        return np.where(widen, second, first)

    numerator = pick(inputs.near.numerator, inputs.wide.numerator)
    denominator = pick(inputs.near.denominator, inputs.wide.denominator)
    with np.errstate(all="ignore"):
        raw = np.where(denominator != 0, numerator / denominator, np.nan) * factor.astype(numerator.dtype)
    return Chosen(
        numerator=numerator,
        denominator=denominator,
        evidence=pick(inputs.near.evidence, inputs.wide.evidence),
        raw=np.where(np.isfinite(raw), raw, np.nan),
        days=np.where(widen, days[:, 1], days[:, 0]),
        reason=np.where(widen, wide, near).astype(np.int8),
    )


def judge(model: ScoringModel, spell: Spell) -> NDArray[np.int8]:
    """The reason not to assess each subject and metric in one window; 0 where there is none."""
    minimum = np.array([metric.minimum for metric in model.metrics])
    merchants = np.array([metric.minimum_merchants for metric in model.metrics])
    with np.errstate(all="ignore"):
        value = spell.numerator / spell.denominator
    reason = np.full(value.shape, OK, dtype=np.int8)
    reason[spell.merchants < merchants] = TOO_FEW_MERCHANTS
    reason[~(spell.evidence >= minimum)] = TOO_LITTLE
    reason[~np.isfinite(value)] = NO_DATA
    return reason
