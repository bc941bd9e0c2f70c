"""Step 7: floors and caps on the composite and on the level, with what was bound by which gate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.formulas import parse_formula
from engine.model import ScoringModel
from engine.model_checks import gate_names

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gated:
    """The composite and level (NaN when there are no levels) after all gates; `bound` is subjects x gates."""

    composite: Floats
    level: Floats
    bound: NDArray[np.bool_]


def apply_gates(model: ScoringModel, composite: Floats, names: Mapping[str, NDArray[Any]]) -> Gated:
    """Apply the gates in their order, those on the composite first. `names` gives what conditions may read."""
    bound = np.zeros((len(composite), len(model.gates)), dtype=np.bool_)
    known = {**names, "composite": composite}
    holds = [condition(model, index, known, len(composite)) for index in range(len(model.gates))]
    limited = limit(model, "composite", composite, holds, bound)
    level = np.full(len(composite), np.nan)
    if model.composite.levels:
        reached = 1.0 + np.searchsorted(model.composite.levels, limited, side="right")
        level = limit(model, "level", np.where(np.isnan(limited), np.nan, reached), holds, bound)
    return Gated(limited, level, bound)


def condition(model: ScoringModel, index: int, names: Mapping[str, NDArray[Any]], count: int) -> NDArray[np.bool_]:
    """For whom a gate's condition holds; unknown is no."""
    formula = parse_formula(model.gates[index].when, gate_names(model), kind="truth")
    columns: dict[str, NDArray[Any]] = {"": np.zeros(count)}
    for name in formula.columns:
        if name not in names or names[name].dtype.kind not in "iufb":
            raise EngineError(
                "gate_input",
                "The gate reads '%(name)s', which was not given as a column of numbers.",
                field=f"gates[{index}].when",
                remedy="Give the column or change the gate.",
                params={"name": name},
            )
        columns[name] = names[name]
    return np.asarray(formula.evaluate(columns) == 1)


def limit(
    model: ScoringModel, target: str, values: Floats, holds: list[NDArray[np.bool_]], bound: NDArray[np.bool_]
) -> Floats:
    """Apply the gates of one target and mark those that changed a value."""
    for index, gate in enumerate(model.gates):
        if gate.target != target:
            continue
        low = -np.inf if gate.at_least is None else gate.at_least
        high = np.inf if gate.at_most is None else gate.at_most
        held = np.where(holds[index], np.minimum(np.maximum(values, low), high), values)
        bound[:, index] = holds[index] & (held != values) & ~np.isnan(values)
        values = held
    return values
