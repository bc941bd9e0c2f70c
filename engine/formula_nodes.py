"""The second wall of the formula language: every node of the parsed tree is on a list, and its kind fits its place.

`check_tree` returns the kind of the whole: number, truth, text, day or time (or null for a bare NULL).
"""

from collections.abc import Callable, Sequence

from sqlglot import exp

from engine.formula_grammar import (
    ALLOWED_ARGUMENTS,
    ARITHMETIC,
    CAST_KINDS,
    COMPARISONS,
    MAX_PUT,
    MAX_REPLACES,
    NULL,
    NUMBER,
    OWN_ARGUMENTS,
    TEXT,
    TEXT_ARGUMENTS,
    TIME,
    TRUTH,
    is_constant,
    not_allowed,
    parts_of,
    wrong_kind,
)
from engine.formula_words import MAX_DEPTH, MAX_NODES, ColumnNames, Language, fault, too_deep, unknown_column


class TreeCheck:
    """Walks one tree, resolves its columns to their exact names and infers kinds."""

    def __init__(self, columns: ColumnNames, language: Language) -> None:
        self.columns = columns
        self.language = language
        self.used: dict[str, None] = {}
        self.nodes = 0
        self.replaces = 0
        self.allowed = {**ALLOWED_ARGUMENTS, **(TEXT_ARGUMENTS if language.text else {})}

    def kind(self, node: object, depth: int = 0) -> str:
        """The kind of `node`; EngineError for anything that is not on the list."""
        self.nodes += 1
        if depth > MAX_DEPTH * 2:
            raise too_deep()
        if self.nodes > MAX_NODES:
            raise fault(
                "formula_too_large",
                "The formula has more than %(limit)s parts.",
                "Split it into simpler metrics.",
                limit=MAX_NODES,
            )
        if not isinstance(node, exp.Expression) or type(node) not in self.allowed:
            raise not_allowed(node)
        given = {key for key, value in node.args.items() if value not in (None, [], False)}
        if not given <= self.allowed[type(node)] | OWN_ARGUMENTS or node.comments:
            raise not_allowed(node)
        return self.dispatch(node, depth + 1)

    def dispatch(self, node: exp.Expression, depth: int) -> str:
        """The kind of one allowed node by its type."""
        if isinstance(node, exp.Column):
            return self.column(node)
        if isinstance(node, exp.Literal):
            return self.literal(node)
        if isinstance(node, exp.Null):
            return NULL
        if isinstance(node, exp.Paren):
            return self.kind(node.this, depth)
        rule: Callable[[exp.Expression, int], str]
        if isinstance(node, (*ARITHMETIC, exp.Neg, exp.Abs, exp.Sqrt, exp.Ln)):
            rule = self.arithmetic
        elif isinstance(node, (exp.And, exp.Or, exp.Not)):
            rule = self.logic
        elif isinstance(node, (*COMPARISONS, exp.Between, exp.In)):
            rule = self.comparison
        elif isinstance(node, exp.Is):
            rule = self.is_null
        elif isinstance(node, exp.Case | exp.If):
            rule = self.choice
        elif isinstance(node, exp.Round):
            rule = self.rounding
        elif isinstance(node, exp.Coalesce | exp.Greatest | exp.Least | exp.Nullif):
            rule = self.same_kind
        elif isinstance(node, exp.Cast):
            rule = self.cast
        elif isinstance(node, exp.StrToTime):
            rule = self.parse_time
        else:
            rule = self.text_function
        return rule(node, depth)

    def column(self, node: exp.Column) -> str:
        name = self.columns.find(node.name)
        if name is None or not isinstance(node.this, exp.Identifier):
            raise unknown_column(node.name, self.columns, 0)
        node.set("this", exp.to_identifier(name, quoted=True))
        self.used[name] = None
        return TEXT if self.language.text else NUMBER

    def literal(self, node: exp.Literal) -> str:
        if node.is_string:
            if not self.language.text:
                raise not_allowed(node)
            return TEXT
        if len(node.name) > 24 or not abs(float(node.name)) < 1e18:
            raise fault("formula_number", "The number %(word)s is too large.", "Keep it below 1e18.", word=node.name)
        return NUMBER

    def want(self, node: object, wanted: str, depth: int) -> None:
        found = self.kind(node, depth)
        if found not in (wanted, NULL):
            raise wrong_kind(node, found, wanted)

    def arithmetic(self, node: exp.Expression, depth: int) -> str:
        for part in parts_of(node):
            self.want(part, NUMBER, depth)
        return NUMBER

    def logic(self, node: exp.Expression, depth: int) -> str:
        for part in parts_of(node):
            self.want(part, TRUTH, depth)
        return TRUTH

    def comparison(self, node: exp.Expression, depth: int) -> str:
        parts = parts_of(node)
        if isinstance(node, exp.In) and not all(is_constant(part) for part in parts[1:]):
            raise fault("formula_in", "The list of 'in' may hold constants only.", "Compare columns with = and or.")
        if self.common_kind(parts, depth) == TRUTH:
            raise wrong_kind(node, TRUTH, NUMBER)
        return TRUTH

    def same_kind(self, node: exp.Expression, depth: int) -> str:
        return self.common_kind(parts_of(node), depth)

    def common_kind(self, parts: Sequence[object], depth: int) -> str:
        common = NULL
        for part in parts:
            found = self.kind(part, depth)
            if common == NULL:
                common = found
            elif found not in (common, NULL):
                raise wrong_kind(part, found, common)
        return common

    def is_null(self, node: exp.Expression, depth: int) -> str:
        if not isinstance(node.args["expression"], exp.Null):
            raise fault("formula_is", "'is' is used with null alone.", "Write is null or is not null.")
        self.kind(node.this, depth)
        return TRUTH

    def choice(self, node: exp.Expression, depth: int) -> str:
        branches = node.args["ifs"] if isinstance(node, exp.Case) else [node]
        last = node.args.get("default" if isinstance(node, exp.Case) else "false")
        if isinstance(node, exp.If) and last is None:
            raise fault("formula_if", "'if' needs three parts.", "Write if(condition, then, otherwise).")
        for branch in branches:
            if not isinstance(branch, exp.If):
                raise not_allowed(branch)
            self.want(branch.this, TRUTH, depth)
        results = [branch.args["true"] for branch in branches]
        return self.common_kind(results + ([last] if last is not None else []), depth)

    def rounding(self, node: exp.Expression, depth: int) -> str:
        self.want(node.this, NUMBER, depth)
        digits = node.args.get("decimals")
        if digits is not None and not (isinstance(digits, exp.Literal) and digits.name in "0123456789"):
            raise fault("formula_round", "The digits of 'round' must be 0 to 9.", "Write for instance round(x, 2).")
        return NUMBER

    def cast(self, node: exp.Expression, depth: int) -> str:
        self.kind(node.this, depth)
        target = node.args["to"]
        kind = CAST_KINDS.get(target.this) if isinstance(target, exp.DataType) else None
        sizes = [part.name for part in target.expressions]
        if kind is None or not all(size.isdigit() and int(size) <= 18 for size in sizes):
            raise not_allowed(node)
        return kind

    def parse_time(self, node: exp.Expression, depth: int) -> str:
        self.want(node.this, TEXT, depth)
        form = node.args["format"]
        if not isinstance(form, exp.Literal) or not form.is_string:
            raise fault("formula_strptime", "The format of 'strptime' must be a text.", "Write the format in quotes.")
        return TIME

    def text_function(self, node: exp.Expression, depth: int) -> str:
        if isinstance(node, exp.Replace):
            self.check_growth(node)
        for key, value in node.args.items():
            if key in OWN_ARGUMENTS or value is None:
                continue
            wanted = NUMBER if key in ("part_index", "start", "length") else TEXT
            for part in value if isinstance(value, list) else [value]:
                self.want(part, wanted, depth)
        return TEXT

    def check_growth(self, node: exp.Replace) -> None:
        """Nested replacements multiply a text's length: keep them few and short."""
        self.replaces += 1
        found, put = node.expression, node.args.get("replacement")
        texts = [part.name for part in (found, put) if isinstance(part, exp.Literal) and part.is_string]
        if self.replaces > MAX_REPLACES or len(texts) < 2 or not texts[0] or len(texts[1]) > MAX_PUT:
            raise fault(
                "formula_replace",
                "'replace' takes a text to find and at most %(limit)s characters to put, at most %(times)s times.",
                "Write for instance replace(x, ',', '').",
                limit=MAX_PUT,
                times=MAX_REPLACES,
            )
