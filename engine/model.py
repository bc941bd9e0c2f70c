"""A scoring model as frozen data. `engine.model_toml` reads and writes it, `engine.model_checks` validates it.

Words: a *metric* is a number per subject (provider); metrics form a *capability*; capabilities form the *composite*;
*gates* are floors and caps on the composite or on the level.
"""

from dataclasses import dataclass
from typing import Literal

Aggregation = Literal["arithmetic", "geometric"]
RoundingMode = Literal["half_up", "half_even"]


@dataclass(frozen=True)
class Label:
    """A text in both languages of the portal."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Rounding:
    """Round to multiples of `step`; `half_up` sends a half away from zero."""

    step: float
    mode: RoundingMode = "half_up"


@dataclass(frozen=True)
class Normaliser:
    """How a value becomes points. Points of `percentile`, `z`, `robust_z`, `min_max`, `goalposts` lie in 0..scale.

    `lower`, `upper`, `log`: goalposts (values beyond them are capped). `cuts`, `points`: thresholds, where `points`
    has one entry more than `cuts` and a value on a cut belongs to the better side. `spread`: z and robust_z, the
    number of deviations that reach an end of the scale.
    """

    kind: Literal["percentile", "z", "robust_z", "min_max", "goalposts", "thresholds", "identity"] = "percentile"
    lower: float | None = None
    upper: float | None = None
    log: bool = False
    cuts: tuple[float, ...] = ()
    points: tuple[float, ...] = ()
    spread: float = 3.0


@dataclass(frozen=True)
class Prior:
    """Shrinkage to the peer group. `kind`:

    `none`; `fixed` with the weight `k`; `moments` estimates K per group; `efron_morris` shrinks all by one factor.
    `noise` says how a metric varies by chance, in `moments` and `efron_morris`: `binomial` (a share), `poisson`
    (a count per unit) or `blocks` (estimated from the provider's own blocks of time; facts only).
    """

    kind: Literal["none", "fixed", "moments", "efron_morris"] = "none"
    k: float | None = None
    noise: Literal["binomial", "poisson", "blocks"] = "blocks"

    @property
    def reads_blocks(self) -> bool:
        """Whether it is estimated from blocks of time."""
        return self.kind == "moments" and self.noise == "blocks"


@dataclass(frozen=True)
class Metric:
    """One metric: `factor * numerator / denominator`, or `factor * numerator`. `evidence` below `minimum` is not
    assessed."""

    key: str
    capability: str
    weight: float
    numerator: str
    denominator: str = ""
    factor: float = 1.0
    label: Label = Label()
    description: Label = Label()
    unit: str = ""
    direction: Literal["higher", "lower"] = "higher"
    half_life: float | None = None
    days: int | None = None
    wider_days: int | None = None
    evidence: str = ""
    minimum: float = 0.0
    minimum_merchants: int = 0
    prior: Prior = Prior()
    winsor: tuple[float, float] | None = None
    normaliser: Normaliser = Normaliser()
    rounding: Rounding | None = None


@dataclass(frozen=True)
class Capability:
    """A weighted mean of metrics. `floor` is reported, not applied; a gate applies."""

    key: str
    weight: float
    label: Label = Label()
    description: Label = Label()
    aggregation: Aggregation = "arithmetic"
    minimum_metrics: int = 1
    floor: float | None = None
    rounding: Rounding | None = None


@dataclass(frozen=True)
class Composite:
    """A weighted mean of capabilities. `log_floor` lifts small scores before a geometric mean; `levels` are cut points:
    the level is one more than the number of cut points at or below the composite."""

    aggregation: Aggregation = "arithmetic"
    minimum_capabilities: int = 1
    log_floor: float = 0.0
    rounding: Rounding = Rounding(1e-6)
    levels: tuple[float, ...] = ()


@dataclass(frozen=True)
class Gate:
    """When `when` holds, the target is at most `at_most` or at least `at_least`. An unknown condition does not hold."""

    key: str
    when: str
    target: Literal["composite", "level"] = "composite"
    at_most: float | None = None
    at_least: float | None = None
    label: Label = Label()


@dataclass(frozen=True)
class Window:
    """Time, in days, counted back from the as-of day; half-life 0 is no decay. Facts only.

    Facts younger than `settlement_lag` do not count: in any metric, or, when `settled` names columns, in those metrics
    alone that read one of them.
    """

    days: int = 90
    wider_days: int = 365
    half_life: float = 45.0
    settlement_lag: int = 0
    settled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Integrity:
    """One merchant may carry at most `merchant_share` of what a provider has of `share_of`, a formula over the facts;
    1 is no limit. Facts only."""

    merchant_share: float = 1.0
    share_of: str = "orders"

    @property
    def measure(self) -> str:
        """The formula whose sum is shared out; empty without a limit."""
        return self.share_of if self.merchant_share < 1 else ""


@dataclass(frozen=True)
class Peers:
    """The peer group: equal values in `columns`. A group with fewer than `minimum` subjects drops the last column."""

    columns: tuple[str, ...] = ()
    minimum: int = 1


@dataclass(frozen=True)
class Bootstrap:
    """Intervals by Poisson block bootstrap; 0 replicates is none."""

    replicates: int = 200
    seed: int = 20220101
    confidence: float = 0.9


@dataclass(frozen=True)
class ScoringModel:
    """A whole scoring model.

    `source` is `facts` (rows by provider and day) or `table` (one row per subject, found by the columns `subject`).
    `repeated` says what becomes of rows of one name: refused, or numbered in their order because names are known not
    to be unique. `columns` are what formulas may read; `extras` are columns given beside them, one value per subject,
    for gates (such as conduct_standing).
    """

    key: str
    version: str
    source: Literal["facts", "table"]
    capabilities: tuple[Capability, ...]
    metrics: tuple[Metric, ...]
    columns: tuple[str, ...]
    label: Label = Label()
    description: Label = Label()
    subject: tuple[str, ...] = ("provider",)
    repeated: Literal["refuse", "number"] = "refuse"
    extras: tuple[str, ...] = ()
    scale: float = 100.0
    window: Window = Window()
    integrity: Integrity = Integrity()
    peers: Peers = Peers()
    composite: Composite = Composite()
    gates: tuple[Gate, ...] = ()
    bootstrap: Bootstrap = Bootstrap()

    def metrics_of(self, capability: str) -> tuple[int, ...]:
        """Indices of the metrics of one capability, in the model's order."""
        return tuple(index for index, metric in enumerate(self.metrics) if metric.capability == capability)

    def days_of(self, metric: Metric) -> tuple[int, int]:
        """The metric's window and wider window in days."""
        days = metric.days or self.window.days
        return days, max(days, metric.wider_days or self.window.wider_days)

    def half_life_of(self, metric: Metric) -> float | None:
        """The metric's half-life in days; None is no decay."""
        return (self.window.half_life if metric.half_life is None else metric.half_life) or None

    def evidence_of(self, metric: Metric) -> str:
        """The expression that counts the metric's evidence: its own, else the denominator, else nothing."""
        return metric.evidence or metric.denominator
