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


@lru_cache(maxsize=64)
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


def share_window(model: ScoringModel) -> tuple[int, int]:
    """The ages at which the model's own window begins and ends for what a merchant's share is a share of."""
    wait = max(0, lag_of_formulas(model, model.integrity.share_of) - first_lag(model))
    return wait, wait + model.window.days


def own_window(model: ScoringModel) -> tuple[int, int]:
    """The ages at which the model's own window of settled days begins and ends, as far as any metric looks."""
    wait, last = model.window.settlement_lag - first_lag(model), farthest(model)
    return min(wait, last), min(wait + model.window.days, last)


def noise_window(model: ScoringModel, metric: Metric) -> tuple[int, int]:
    """The ages between which a prior reads the metric's blocks of time: the model's window, once the metric counts."""
    wait = wait_of(model, metric)
    return wait, min(wait + model.window.days, farthest(model))


@lru_cache(maxsize=64)
def farthest(model: ScoringModel) -> int:
    """The age at which the last window of the model ends."""
    ends = [reach_of(model, metric)[1] for metric in model.metrics]
    return max([*ends, share_window(model)[1]] if model.integrity.measure else ends)


@lru_cache(maxsize=64)
def cut_points(model: ScoringModel) -> tuple[int, ...]:
    """The ages at which anything begins to count or ends, ascending from 0: no window cuts through what lies between
    two of them."""
    spans = [own_window(model)]
    spans += [(wait_of(model, metric), end) for metric in model.metrics for end in reach_of(model, metric)]
    spans += [noise_window(model, metric) for metric in model.metrics if metric.prior.reads_blocks]
    if model.integrity.measure:
        spans.append(share_window(model))
    return tuple(sorted({0, *(age for span in spans for age in span)}))
