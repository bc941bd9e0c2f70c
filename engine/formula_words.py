"""The words of the formula language and its first wall: a scanner that lets only known marks and words through."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import EngineError

MAX_LENGTH = 500
MAX_DEPTH = 24
MAX_NODES = 160

KEYWORDS = frozenset(["and", "or", "not", "is", "null", "case", "when", "then", "else", "end", "between", "in"])
PROFILE_KEYWORDS = frozenset(["as"])
FUNCTIONS = ("abs", "coalesce", "nullif", "greatest", "least", "ln", "sqrt", "round", "if")
PROFILE_FUNCTIONS = (
    *("lower", "upper", "trim", "replace", "split_part", "substr", "concat"),
    *("cast", "try_cast", "strptime"),
)
CAST_TYPES = ("integer", "bigint", "decimal", "double", "date", "timestamp", "text", "varchar")

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z_.]))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<quoted>"(?:[^"\x00-\x1f]|"")+")
    | (?P<text>'(?:[^'\x00-\x1f]|'')*')
    | (?P<mark><=|>=|<>|!=|\|\||[-+*/(),<>=])""",
    re.VERBOSE,
)
FORBIDDEN_PAIRS = ("--", "/*", "*/", "->", "=>", "**", "//", "==")


@dataclass(frozen=True)
class Language:
    """What one profile of the language allows. `text` admits string literals, casts and string functions."""

    name: str
    functions: tuple[str, ...]
    keywords: frozenset[str]
    text: bool


METRICS = Language("metrics", FUNCTIONS, KEYWORDS, text=False)
PROFILE = Language("profile", FUNCTIONS + PROFILE_FUNCTIONS, KEYWORDS | PROFILE_KEYWORDS, text=True)


class ColumnNames:
    """Finds a column by its exact name, else by its name regardless of case when only one fits."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.names = tuple(dict.fromkeys(columns))
        self.exact = frozenset(self.names)
        self.folded: dict[str, list[str]] = {}
        for name in self.names:
            self.folded.setdefault(name.casefold(), []).append(name)

    def find(self, word: str) -> str | None:
        """The column meant by `word`, or None."""
        if word in self.exact:
            return word
        found = self.folded.get(word.casefold(), [])
        return found[0] if len(found) == 1 else None


def fault(code: str, message: str, remedy: str, **params: object) -> EngineError:
    """A fault of a formula's text; the caller says of which field with `.at(...)`."""
    return EngineError(code, message, field="formula", remedy=remedy, params=params)


def scan_formula(text: str, columns: ColumnNames, language: Language) -> None:
    """Refuse what is not a sequence of known marks, words and columns, naming the word and its position from 1."""
    if not text.strip():
        raise fault("formula_empty", "The formula is empty.", "Write an expression such as orders / clicks.")
    if len(text) > MAX_LENGTH:
        raise fault(
            "formula_too_long",
            "The formula has %(length)s characters; at most %(limit)s are allowed.",
            "Shorten it.",
            length=len(text),
            limit=MAX_LENGTH,
        )
    position, depth, previous = 0, 0, ""
    while position < len(text):
        check_pair(text, position)
        found = TOKEN.match(text, position)
        if found is None:
            raise unknown_mark(text[position], position)
        kind, word = str(found.lastgroup), found.group()
        if kind != "space":
            depth = check_depth(word, depth, position)
            check_token(kind, word, previous, text[found.end() :].lstrip()[:1], position, columns, language)
            previous = word
        position = found.end()


def check_pair(text: str, position: int) -> None:
    """Refuse two marks that would mean something outside the language (comments, lambdas, powers)."""
    pair = text[position : position + 2]
    if pair in FORBIDDEN_PAIRS:
        raise fault(
            "formula_mark",
            "'%(word)s' at position %(position)s is not part of the formula language.",
            "Use + - * / and comparisons; put a space between two minus signs.",
            word=pair,
            position=position + 1,
        )


def unknown_mark(mark: str, position: int) -> EngineError:
    """The error for a character that starts no token."""
    return fault(
        "formula_mark",
        "'%(word)s' at position %(position)s is not part of the formula language.",
        "Use columns, numbers, + - * /, parentheses, comparisons and the listed functions.",
        word=mark,
        position=position + 1,
    )


def check_depth(word: str, depth: int, position: int) -> int:
    """Count open parentheses and cases; refuse more than MAX_DEPTH."""
    if word == "(" or word.lower() == "case":
        depth += 1
    elif word == ")" or word.lower() == "end":
        depth -= 1
    if depth > MAX_DEPTH:
        raise too_deep(position)
    return depth


def too_deep(position: int | None = None) -> EngineError:
    """The error for nesting beyond MAX_DEPTH."""
    return fault(
        "formula_too_deep",
        "The formula is nested more than %(limit)s levels deep.",
        "Split it into simpler metrics.",
        limit=MAX_DEPTH,
        position=(position or 0) + 1,
    )


def check_token(
    kind: str, word: str, previous: str, following: str, position: int, columns: ColumnNames, language: Language
) -> None:
    """Refuse a word that is no keyword, function, type or column of this language."""
    if kind == "text" and not language.text:
        raise fault(
            "formula_text",
            "The text %(word)s at position %(position)s is not allowed here; metrics are made of numbers.",
            "Remove it, or compare numeric columns.",
            word=word,
            position=position + 1,
        )
    if kind == "mark" and word == "||" and not language.text:
        raise unknown_mark(word, position)
    if kind == "quoted":
        check_column(word[1:-1].replace('""', '"'), position, columns)
    if kind != "name" or word.lower() in language.keywords:
        return
    if language.text and previous.lower() == "as":
        check_cast_type(word, position)
    elif following == "(":
        check_function(word, position, language)
    else:
        check_column(word, position, columns)


def check_column(word: str, position: int, columns: ColumnNames) -> None:
    """Refuse a name that is not a column."""
    if columns.find(word) is None:
        raise unknown_column(word, columns, position)


def unknown_column(word: str, columns: ColumnNames, position: int) -> EngineError:
    """The error for a name that is no column."""
    return fault(
        "formula_column",
        "'%(word)s' at position %(position)s is not a column.",
        "Columns are: %(allowed)s.",
        word=word,
        position=position + 1,
        allowed=", ".join(columns.names[:60]) or "(none)",
    )


def check_function(word: str, position: int, language: Language) -> None:
    """Refuse a function that is not listed."""
    if word.lower() not in language.functions:
        raise fault(
            "formula_function",
            "'%(word)s' at position %(position)s is not a function of the formula language.",
            "Allowed are %(allowed)s.",
            word=word,
            position=position + 1,
            allowed=", ".join(language.functions),
        )


def check_cast_type(word: str, position: int) -> None:
    """Refuse a cast to a type that is not listed."""
    if word.lower() not in CAST_TYPES:
        raise fault(
            "formula_type",
            "'%(word)s' at position %(position)s is not a type one can cast to.",
            "Allowed are %(allowed)s.",
            word=word,
            position=position + 1,
            allowed=", ".join(CAST_TYPES),
        )
