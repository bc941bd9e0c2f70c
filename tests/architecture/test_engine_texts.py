"""The engine speaks plain English and translates nothing; the catalogue must know each sentence the portal may show."""

import ast
from functools import cache
from pathlib import Path

from common.engine_texts import PHRASES, SENTENCES

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "api", "common", "demo", "dividends", "insights", "merchants", "pages", "providers", "scoring")
SENTENCE_ENDS = (".", ": %(reason)s")


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def engine_imports(path: Path) -> set[str]:
    modules = [node.module for node in ast.walk(parse(path)) if isinstance(node, ast.ImportFrom) and node.module]
    return {module.split(".")[1] for module in modules if module.startswith("engine.")}


def reached_modules() -> set[str]:
    """The engine's modules that the portal can run; the command line alone uses the others."""
    open_ones = {name for room in ROOMS for path in (ROOT / room).rglob("*.py") for name in engine_imports(path)}
    reached: set[str] = set()
    while open_ones:
        name = open_ones.pop()
        path = ROOT / "engine" / f"{name}.py"
        if name not in reached and path.exists():
            reached.add(name)
            open_ones |= engine_imports(path)
    return reached


def sentences_of(path: Path) -> set[str]:
    """The module's sentences: its texts that end like one and are no docstrings."""
    tree = parse(path)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings | parts
        and " " in node.value
        and node.value.endswith(SENTENCE_ENDS)
    }


def test_every_sentence_of_the_engine_is_listed_for_translation() -> None:
    found = {text for name in reached_modules() for text in sentences_of(ROOT / "engine" / f"{name}.py")}
    listed = set(SENTENCES)
    assert (sorted(found - listed), sorted(listed - found)) == ([], [])


def test_phrases_stand_in_the_engine() -> None:
    texts = {
        node.value
        for path in (ROOT / "engine").glob("*.py")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(PHRASES) - texts == set()
