"""Duties that a season requires of promotion: done or not, or so many times."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from engine.arrays import BoolArray, as_flags, as_floats, missing_column
from engine.reasons import Condition, ParamColumn
from engine.season_rules import SettlementRules


def duty_conditions(
    rules: SettlementRules, judged: BoolArray, requirements: Mapping[str, ArrayLike], duties: Mapping[str, ArrayLike]
) -> list[Condition]:
    """One condition for each duty of the rules; a number that is not known counts as never done. Raises EngineError
    when a column is missing."""
    conditions, size = [], len(judged)
    for name in rules.requirements:
        if name not in requirements:
            raise missing_column(name)
        met = as_flags(name, requirements[name], size)
        conditions.append(Condition("promotion.requirement", judged, met, {"requirement": name}))
    for name, target in rules.duties.items():
        if name not in duties:
            raise missing_column(name)
        done = np.floor(np.nan_to_num(as_floats(name, duties[name], size))).astype(np.int64)
        params: dict[str, ParamColumn] = {"duty": name, "done": done, "target": target}
        conditions.append(Condition("promotion.duty", judged, done >= target, params))
    return conditions
