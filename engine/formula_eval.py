"""Evaluates a checked formula tree on NumPy columns by SQL's rules: NaN is NULL, truth is 1, 0 or NaN."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

Floats = NDArray[np.float64]

COMPARE = {
    exp.EQ: np.equal,
    exp.NEQ: np.not_equal,
    exp.LT: np.less,
    exp.LTE: np.less_equal,
    exp.GT: np.greater,
    exp.GTE: np.greater_equal,
}


def evaluate_tree(tree: Any, columns: Mapping[str, NDArray[Any]]) -> Floats:
    """The value per row as float64. `columns` holds equally long numeric arrays for every name the tree reads."""
    size = max((len(column) for column in columns.values()), default=1)
    with np.errstate(all="ignore"):
        return np.broadcast_to(value_of(tree, columns), (size,)).astype(np.float64, copy=True)


def value_of(node: Any, columns: Mapping[str, NDArray[Any]]) -> Floats:
    """The value of one node, as an array or a scalar array that broadcasts."""
    if isinstance(node, exp.Column):
        return np.asarray(columns[node.name], dtype=np.float64)
    if isinstance(node, exp.Literal):
        return np.asarray(float(node.name))
    if isinstance(node, exp.Null):
        return np.asarray(np.nan)
    if isinstance(node, exp.Case):
        return choose(node.args["ifs"], node.args.get("default"), columns)
    if isinstance(node, exp.If):
        return choose([node], node.args.get("false"), columns)
    parts = [value_of(part, columns) for part in operands(node)]
    return finite(apply(node, parts))


def operands(node: Any) -> list[Any]:
    """The operands of a node in order (the digits of round are no operand)."""
    found: list[Any] = []
    for key in ("this", "low", "high", "expression", "expressions"):
        value = node.args.get(key)
        found.extend(value if isinstance(value, list) else [] if value is None else [value])
    return found


def apply(node: Any, parts: Sequence[Floats]) -> Floats:
    """One operator on its evaluated operands."""
    first = parts[0]
    result: Any
    if isinstance(node, exp.Paren):
        result = first
    elif isinstance(node, exp.Neg):
        result = -first
    elif isinstance(node, exp.Add):
        result = first + parts[1]
    elif isinstance(node, exp.Sub):
        result = first - parts[1]
    elif isinstance(node, exp.Mul):
        result = first * parts[1]
    elif isinstance(node, exp.Div):
        result = np.divide(first, np.where(parts[1] == 0, np.nan, parts[1]))
    elif type(node) in COMPARE:
        result = compare(type(node), first, parts[1])
    elif isinstance(node, exp.And):
        result = both(first, parts[1])
    elif isinstance(node, exp.Or):
        result = 1 - both(1 - first, 1 - parts[1])
    elif isinstance(node, exp.Not):
        result = 1 - first
    elif isinstance(node, exp.Is):
        result = np.isnan(first).astype(np.float64)
    elif isinstance(node, exp.Between):
        result = both(compare(exp.GTE, first, parts[1]), compare(exp.LTE, first, parts[2]))
    elif isinstance(node, exp.In):
        found = np.any([np.equal(first, part) for part in parts[1:]], axis=0)
        result = np.where(np.isnan(first), np.nan, found)
    else:
        result = call(node, parts)
    return np.asarray(result, dtype=np.float64)


def call(node: Any, parts: Sequence[Floats]) -> Any:
    """One function on its evaluated arguments."""
    first = parts[0]
    if isinstance(node, exp.Abs):
        return np.abs(first)
    if isinstance(node, exp.Sqrt):
        return np.sqrt(np.where(first >= 0, first, np.nan))
    if isinstance(node, exp.Ln):
        return np.log(np.where(first > 0, first, np.nan))
    if isinstance(node, exp.Round):
        digits = node.args.get("decimals")
        return round_half_away(first, int(digits.name) if digits is not None else 0)
    if isinstance(node, exp.Nullif):
        return np.where(first == parts[1], np.nan, first)
    if isinstance(node, exp.Coalesce):
        for part in parts[1:]:
            first = np.where(np.isnan(first), part, first)
        return first
    pick = np.fmax if isinstance(node, exp.Greatest) else np.fmin
    for part in parts[1:]:
        first = pick(first, part)
    return first


def choose(branches: Sequence[Any], default: Any, columns: Mapping[str, NDArray[Any]]) -> Floats:
    """The first branch whose condition is true, else the default, else NULL."""
    result = value_of(default, columns) if default is not None else np.asarray(np.nan)
    for branch in reversed(branches):
        condition = value_of(branch.this, columns) == 1
        result = np.where(condition, value_of(branch.args["true"], columns), result)
    return np.asarray(result, dtype=np.float64)


def compare(kind: Any, first: Floats, second: Floats) -> Floats:
    """A comparison that is NULL where either side is."""
    unknown = np.isnan(first) | np.isnan(second)
    return np.where(unknown, np.nan, COMPARE[kind](first, second).astype(np.float64))


def both(first: Floats, second: Floats) -> Floats:
    """SQL's `and`: false beats NULL."""
    false = (first == 0) | (second == 0)
    return np.where(false, 0.0, first * second)


def round_half_away(values: Floats, digits: int) -> Floats:
    """Round to `digits` decimals, halves away from zero."""
    factor = 10.0**digits
    scaled = values * factor
    whole = np.trunc(scaled)
    return np.asarray((whole + np.sign(scaled) * (np.abs(scaled - whole) >= 0.5)) / factor, dtype=np.float64)


def finite(values: Floats) -> Floats:
    """Overflow to infinity counts as NULL."""
    return np.where(np.isfinite(values), values, np.nan)
