"""How far back a metric looks: its windows in days, moved back by what still settles.

A model has a `settlement_lag`. Without a list of settled columns it holds for every metric; with one, for those alone
that read such a column in any of their formulas, so that numerator and denominator always cover the same days.
"""

from functools import lru_cache

from engine.formulas import parse_formula
from engine.model import Metric, ScoringModel


def lag_of(model: ScoringModel, metric: Metric) -> int:
    """How many of the youngest days the metric leaves out."""
    return lag_of_formulas(model, metric.numerator, metric.denominator, metric.evidence)


def lag_of_formulas(model: ScoringModel, *formulas: str) -> int:
    """How many of the youngest days anything computed from these formulas leaves out."""
    window = model.window
    if not window.settled:
        return window.settlement_lag
    read = {name for text in formulas if text for name in columns_of(text, model.columns)}
    return window.settlement_lag if read & set(window.settled) else 0


@lru_cache(maxsize=4096)
def columns_of(text: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that a formula reads."""
    return parse_formula(text, columns).columns


def first_lag(model: ScoringModel) -> int:
    """The least lag of all metrics: facts of the day `as_of - first_lag` have age 0, younger ones count nowhere."""
    return min(lag_of(model, metric) for metric in model.metrics)


def wait_of(model: ScoringModel, metric: Metric) -> int:
    """The age from which facts count in the metric."""
    return lag_of(model, metric) - first_lag(model)


def reach_of(model: ScoringModel, metric: Metric) -> tuple[int, int]:
    """The ages at which the metric's window and its wider window end."""
    wait = wait_of(model, metric)
    near, wide = model.days_of(metric)
    return wait + near, wait + wide


def farthest(model: ScoringModel) -> int:
    """The age at which the last window of the model ends."""
    return max(reach_of(model, metric)[1] for metric in model.metrics)
