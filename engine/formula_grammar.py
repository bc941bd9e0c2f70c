"""The tables of the formula language: which nodes a tree may hold, with which arguments, and of what kind they are."""

from sqlglot import exp

from engine.errors import EngineError
from engine.formula_words import fault

MAX_REPLACES = 3
MAX_PUT = 8
NUMBER, TRUTH, TEXT, DAY, TIME, NULL = "number", "truth", "text", "day", "time", "null"

ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)
COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
CAST_KINDS = {
    exp.DataType.Type.INT: NUMBER,
    exp.DataType.Type.BIGINT: NUMBER,
    exp.DataType.Type.DECIMAL: NUMBER,
    exp.DataType.Type.DOUBLE: NUMBER,
    exp.DataType.Type.DATE: DAY,
    exp.DataType.Type.TIMESTAMP: TIME,
    exp.DataType.Type.TEXT: TEXT,
    exp.DataType.Type.VARCHAR: TEXT,
}
# Arguments that sqlglot sets by itself and that carry nothing of the user's.
OWN_ARGUMENTS = frozenset({"typed", "safe", "ignore_nulls", "coalesce", "_type", "quoted", "is_string", "nested"})
ALLOWED_ARGUMENTS: dict[type[exp.Expression], frozenset[str]] = {
    exp.Column: frozenset({"this"}),
    exp.Literal: frozenset({"this"}),
    exp.Paren: frozenset({"this"}),
    exp.Neg: frozenset({"this"}),
    exp.Not: frozenset({"this"}),
    exp.Null: frozenset(),
    exp.Is: frozenset({"this", "expression"}),
    exp.And: frozenset({"this", "expression"}),
    exp.Or: frozenset({"this", "expression"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Case: frozenset({"ifs", "default"}),
    exp.If: frozenset({"this", "true", "false"}),
    exp.Abs: frozenset({"this"}),
    exp.Sqrt: frozenset({"this"}),
    exp.Ln: frozenset({"this"}),
    exp.Round: frozenset({"this", "decimals"}),
    exp.Coalesce: frozenset({"this", "expressions"}),
    exp.Greatest: frozenset({"this", "expressions"}),
    exp.Least: frozenset({"this", "expressions"}),
    exp.Nullif: frozenset({"this", "expression"}),
    **{node: frozenset({"this", "expression"}) for node in ARITHMETIC + COMPARISONS},
}
TEXT_ARGUMENTS: dict[type[exp.Expression], frozenset[str]] = {
    exp.Lower: frozenset({"this"}),
    exp.Upper: frozenset({"this"}),
    exp.Trim: frozenset({"this"}),
    exp.Replace: frozenset({"this", "expression", "replacement"}),
    exp.SplitPart: frozenset({"this", "delimiter", "part_index"}),
    exp.Substring: frozenset({"this", "start", "length"}),
    exp.Concat: frozenset({"expressions"}),
    exp.DPipe: frozenset({"this", "expression"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.TryCast: frozenset({"this", "to"}),
    exp.StrToTime: frozenset({"this", "format"}),
}


def parts_of(node: exp.Expression) -> list[object]:
    """The operands of a node in order."""
    parts: list[object] = []
    for key in ("this", "low", "high", "expression", "expressions"):
        value = node.args.get(key)
        if isinstance(value, list):
            parts.extend(value)
        elif value is not None:
            parts.append(value)
    return parts


def is_constant(node: object) -> bool:
    """Whether a node is a literal, maybe negated."""
    return isinstance(node, exp.Literal) or (isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal))


def not_allowed(node: object) -> EngineError:
    """The error for a node that is not on the list."""
    word = node.sql("duckdb")[:60] if isinstance(node, exp.Expression) else str(node)[:60]
    return fault(
        "formula_not_allowed",
        "'%(word)s' is not part of the formula language.",
        "Use columns, numbers, + - * /, comparisons, and, or, not, case, between, in and the listed functions.",
        word=word,
    )


def wrong_kind(node: object, found: str, wanted: str) -> EngineError:
    """The error for a part of another kind than its place takes."""
    word = node.sql("duckdb")[:60] if isinstance(node, exp.Expression) else str(node)[:60]
    remedy = "Compare it with a number." if found == TRUTH or wanted == TRUTH else "Cast it, as in cast(x as integer)."
    return fault(
        "formula_kind",
        "'%(word)s' is a %(found)s where a %(wanted)s is needed.",
        remedy,
        word=word,
        found=found,
        wanted=wanted,
    )
