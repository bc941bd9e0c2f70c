"""What makes a scoring model whole: `model_faults` yields every fault with the path of its field and the remedy."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from engine.errors import EngineError
from engine.formula_words import ColumnNames
from engine.formulas import parse_formula
from engine.model import Capability, Gate, ScoringModel
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
from engine.model_metric_checks import check_metric

KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
WEIGHT_TOLERANCE = 1e-9
MAX_METRICS = 200
MAX_REPLICATES = 2000


def model_faults(model: ScoringModel) -> Faults:
    """Every fault of the model, in the order of the file; an empty iteration means that it can score."""
    yield from check_head(model)
    yield from check_time(model)
    yield from check_integrity(model)
    yield from check_composite(model)
    names = ColumnNames(model.columns)
    for index, capability in enumerate(model.capabilities):
        yield from check_capability(model, capability, f"capabilities[{index}]")
    yield from check_weights(model)
    for index, metric in enumerate(model.metrics):
        yield from check_metric(model, metric, f"metrics[{index}]", names)
    yield from check_gates(model)


def check_head(model: ScoringModel) -> Faults:
    """Keys, version, columns, sizes and scale."""
    if not KEY.fullmatch(model.key):
        yield bad_key("key", model.key)
    if not 1 <= len(model.version) <= 40:
        yield fault("version", "bad_version", "The version must have 1 to 40 characters.", "Name it, as in 2026.1.")
    if not model.columns:
        yield fault("columns", "no_columns", "No columns are named.", "List the columns that formulas may read.")
    for path, names in (("columns", model.columns + model.extras), ("subject", model.subject)):
        for name in repeated(names):
            yield fault(path, "duplicate", "'%(name)s' is named twice.", "Name it once.", name=name)
    if not model.subject:
        yield fault("subject", "no_subject", "No column identifies a subject.", "Name the column, as in ['provider'].")
    if not 1 <= len(model.metrics) <= MAX_METRICS:
        yield out_of_range("metrics", 1, MAX_METRICS)
    if not model.capabilities:
        yield fault("capabilities", "no_capabilities", "There is no capability.", "Add at least one.")
    if not within(model.scale, 1e-9, 1e9):
        yield out_of_range("scale", 1e-9, 1e9)
    for path, parts in (("capabilities", model.capabilities), ("metrics", model.metrics), ("gates", model.gates)):
        keys: Sequence[str] = [part.key for part in parts]
        for index, key in enumerate(keys):
            if not KEY.fullmatch(key):
                yield bad_key(f"{path}[{index}].key", key)
            if key in keys[:index]:
                where = f"{path}[{index}].key"
                yield fault(where, "duplicate", "'%(name)s' is named twice.", "Give each its own key.", name=key)


def bad_key(path: str, key: str) -> EngineError:
    """The fault of a key that is no plain word."""
    return fault(
        path,
        "bad_key",
        "'%(key)s' is not a key.",
        "Use small letters, digits and underscores, a letter first.",
        key=key,
    )


def repeated(names: Sequence[str]) -> list[str]:
    """Names that occur more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


def check_time(model: ScoringModel) -> Faults:
    """Windows, half-life, lag and bootstrap."""
    window, bootstrap = model.window, model.bootstrap
    if not within(window.days, 1, MAX_DAYS):
        yield out_of_range("window.days", 1, MAX_DAYS)
    if not within(window.wider_days, window.days, MAX_DAYS):
        yield out_of_range("window.wider_days", window.days, MAX_DAYS)
    if not within(window.half_life, 0, 100 * MAX_DAYS):
        yield out_of_range("window.half_life", 0, 100 * MAX_DAYS)
    if not within(window.settlement_lag, 0, 365):
        yield out_of_range("window.settlement_lag", 0, 365)
    if not within(bootstrap.replicates, 0, MAX_REPLICATES):
        yield out_of_range("bootstrap.replicates", 0, MAX_REPLICATES)
    if not within(bootstrap.confidence, 0.5, 0.999):
        yield out_of_range("bootstrap.confidence", 0.5, 0.999)
    if not within(bootstrap.seed, 0, 2**63):
        yield out_of_range("bootstrap.seed", 0, 2**63)
    if not within(model.peers.minimum, 1, 10_000):
        yield out_of_range("peers.minimum", 1, 10_000)


def check_integrity(model: ScoringModel) -> Faults:
    """Settled columns that exist, and a share of something that can be summed."""
    unknown = [name for name in model.window.settled if name not in model.columns]
    if unknown:
        yield fault(
            "window.settled",
            "unknown_column",
            "'%(name)s' is none of the model's columns.",
            "Name columns that formulas may read.",
            name=unknown[0],
        )
    for name in repeated(model.window.settled):
        yield fault("window.settled", "duplicate", "'%(name)s' is named twice.", "Name it once.", name=name)
    integrity = model.integrity
    if not within(integrity.merchant_share, 0.01, 1):
        yield out_of_range("integrity.merchant_share", 0.01, 1)
    if integrity.merchant_share < 1:
        names = ColumnNames(model.columns)
        yield from tried(lambda: parse_formula(integrity.share_of, names), "integrity.share_of")


def check_composite(model: ScoringModel) -> Faults:
    """Minimum of capabilities, floor of the logarithm, rounding, levels."""
    composite = model.composite
    if not within(composite.minimum_capabilities, 1, max(1, len(model.capabilities))):
        yield out_of_range("composite.minimum_capabilities", 1, len(model.capabilities))
    if not within(composite.log_floor, 0, model.scale):
        yield out_of_range("composite.log_floor", 0, model.scale)
    yield from check_rounding(composite.rounding, "composite.rounding")
    if not ascending(composite.levels):
        yield not_ascending("composite.levels")


def check_capability(model: ScoringModel, capability: Capability, path: str) -> Faults:
    """One capability: has metrics, a weight, and a minimum it can meet."""
    count = len(model.metrics_of(capability.key))
    if count == 0:
        yield fault(
            f"{path}.key",
            "no_metrics",
            "The capability '%(key)s' has no metric.",
            "Add one or remove it.",
            key=capability.key,
        )
    elif not within(capability.minimum_metrics, 1, count):
        yield out_of_range(f"{path}.minimum_metrics", 1, count)
    if not (math.isfinite(capability.weight) and 0 < capability.weight <= 1):
        yield out_of_range(f"{path}.weight", "0 (exclusive)", 1)
    yield from check_rounding(capability.rounding, f"{path}.rounding")


def check_weights(model: ScoringModel) -> Faults:
    """Weights sum to 1 across capabilities and inside each."""
    message = "The weights of the capabilities sum to %(total)s instead of 1."
    yield from check_sum("capabilities", message, [part.weight for part in model.capabilities])
    message = "The weights of the metrics of '%(key)s' sum to %(total)s instead of 1."
    for index, capability in enumerate(model.capabilities):
        weights = [model.metrics[metric].weight for metric in model.metrics_of(capability.key)]
        if weights:
            yield from check_sum(f"capabilities[{index}].metrics", message, weights, key=capability.key)


def check_sum(path: str, message: str, weights: Sequence[float], **params: object) -> Faults:
    """One set of weights sums to 1."""
    total = math.fsum(weights)
    if weights and not abs(total - 1) <= WEIGHT_TOLERANCE:
        yield fault(
            path,
            "weights_do_not_sum",
            message,
            "Correct the weights.",
            **params,
            total=f"{total:.12g}",
        )


def check_gates(model: ScoringModel) -> Faults:
    """Gates: a condition that can be read, a target that exists, a limit."""
    names = gate_names(model)
    for index, gate in enumerate(model.gates):
        path = f"gates[{index}]"
        yield from tried(lambda gate=gate: parse_formula(gate.when, names, kind="truth"), f"{path}.when")  # type: ignore[misc]
        yield from check_gate_limits(model, gate, path)


def gate_names(model: ScoringModel) -> tuple[str, ...]:
    """The names a gate may read: columns of a plain table, extras, keys of capabilities and metrics, `composite`."""
    columns = model.columns if model.source == "table" else ()
    parts = [part.key for part in model.capabilities] + [part.key for part in model.metrics]
    return tuple(dict.fromkeys([*columns, *model.extras, *parts, "composite"]))


def check_gate_limits(model: ScoringModel, gate: Gate, path: str) -> Faults:
    """A gate has a finite limit and a target."""
    limits = [limit for limit in (gate.at_most, gate.at_least) if limit is not None]
    if not limits or not all(map(math.isfinite, limits)):
        yield fault(path, "no_limit", "The gate has no limit.", "Set at_most or at_least.")
    if gate.target == "level" and not model.composite.levels:
        yield fault(f"{path}.target", "no_levels", "The model has no levels.", "Set composite.levels.")
