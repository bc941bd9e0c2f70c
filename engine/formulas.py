"""A small expression language for metrics, gates and import profiles.

Text is scanned (`formula_words`), parsed by sqlglot, checked node by node (`formula_nodes`) and only ever written back
as SQL from the checked tree, with every column quoted. Nothing is evaluated as Python. Every formula is total: a
division by zero, a logarithm of a number not above zero and a root of a negative number are NULL.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from numpy.typing import NDArray
from sqlglot import exp
from sqlglot.errors import SqlglotError

from engine.errors import EngineError
from engine.formula_eval import evaluate_tree
from engine.formula_grammar import NULL, NUMBER, TRUTH
from engine.formula_nodes import TreeCheck
from engine.formula_words import METRICS, PROFILE, ColumnNames, Language, fault, scan_formula, too_deep

__all__ = ["METRICS", "PROFILE", "Formula", "Language", "parse_formula"]

INTEGRAL = (
    *(exp.Column, exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Case, exp.If, exp.Abs, exp.Coalesce),
    *(exp.Greatest, exp.Least, exp.Nullif, exp.Null, exp.Identifier, exp.Literal),
    *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.And, exp.Or, exp.Not, exp.Is, exp.Between, exp.In),
)


@dataclass(frozen=True)
class Formula:
    """One checked formula. `columns` are the names it reads; `kind` is number, truth, text, day or time."""

    text: str
    columns: tuple[str, ...]
    kind: str
    tree: exp.Expression = field(repr=False, compare=False)

    def sql(self, dialect: str = "duckdb", *, table: str | None = None) -> str:
        """The formula as SQL of `dialect`, from the checked tree; columns qualified by `table` when it is given."""
        return str(safe_tree(self.tree, dialect, table).sql(dialect))

    def evaluate(self, columns: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """The value per row as float64 (truth as 1 and 0, NULL as NaN), by the same rules as the SQL."""
        return evaluate_tree(self.tree, columns)

    @property
    def is_integral(self) -> bool:
        """Whether integer columns always give an integer, so that sums are exact without rounding."""
        return all(
            isinstance(node, INTEGRAL) and not (isinstance(node, exp.Literal) and not node.name.isdigit())
            for node in self.tree.walk()
        )


def parse_formula(
    text: str, columns: Iterable[str] | ColumnNames, *, language: Language = METRICS, kind: str = ""
) -> Formula:
    """Parse and check `text` over `columns`. `kind` demands a kind of the whole (the METRICS default is number).

    Raises EngineError with a code starting `formula_`, the word at fault and the remedy.
    """
    names = columns if isinstance(columns, ColumnNames) else ColumnNames(columns)
    scan_formula(text, names, language)
    try:
        tree = parse_one(text)
        check = TreeCheck(names, language)
        found = check.kind(tree)
    except RecursionError as error:
        raise too_deep() from error
    wanted = kind or ("" if language.text else NUMBER)
    if wanted and found not in (wanted, NULL):
        raise fault(
            "formula_kind",
            "The formula gives a %(found)s where a %(wanted)s is needed.",
            "Compare it with a number." if wanted == TRUTH else "Use if(condition, 1, 0) or a number.",
            found=found,
            wanted=wanted,
        )
    return Formula(text=text, columns=tuple(sorted(check.used)), kind=found, tree=tree)


def parse_one(text: str) -> exp.Expression:
    """The tree of exactly one expression."""
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except (SqlglotError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise cannot_read(error) from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Expression):
        raise cannot_read(None)
    return trees[0]


def cannot_read(error: Exception | None) -> EngineError:
    """The error for a text that has no tree; names the place when the parser knows it."""
    places = getattr(error, "errors", None) or [{}]
    near = str(places[0].get("highlight") or places[0].get("start_context") or "").strip()[-40:]
    return fault(
        "formula_syntax",
        "The formula cannot be read near '%(word)s'." if near else "The formula cannot be read.",
        "Check parentheses, commas and operators.",
        word=near,
    )


def safe_tree(tree: exp.Expression, dialect: str, table: str | None) -> exp.Expression:
    """A copy of the tree in which no row can fail and every fractional number is a double."""

    def visit(node: Any) -> Any:
        if isinstance(node, exp.Column) and table is not None:
            return exp.column(node.this.copy(), table=exp.to_identifier(table, quoted=True))
        if isinstance(node, exp.Literal) and not node.is_string and not node.name.isdigit():
            number = node.name.lower()
            return exp.Literal.number(number if "e" in number else f"{number}e0")
        if isinstance(node, exp.Div):
            return exp.Div(this=node.this, expression=exp.Nullif(this=node.expression, expression=number_of(0)))
        if isinstance(node, exp.Ln | exp.Sqrt):
            limit = exp.GT if isinstance(node, exp.Ln) else exp.GTE
            inside = limit(this=wrap(node.this), expression=number_of(0))
            return type(node)(this=exp.Case(ifs=[exp.If(this=inside, true=node.this.copy())]))
        if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast):
            return exp.TryCast(this=node.this, to=node.args["to"])
        if isinstance(node, exp.StrToTime) and dialect == "duckdb":
            return exp.Anonymous(this="try_strptime", expressions=[node.this, node.args["format"]])
        return node

    copy = tree.copy()
    for node in list(copy.walk(bfs=False))[::-1]:
        replaced = visit(node)
        if replaced is not node:
            if node is copy:
                copy = replaced
            else:
                node.replace(replaced)
    return copy


def wrap(node: Any) -> Any:
    """A copy of `node` in parentheses."""
    return exp.Paren(this=node.copy())


def number_of(value: int) -> exp.Literal:
    """A numeric literal node."""
    return exp.Literal(this=str(value), is_string=False)
