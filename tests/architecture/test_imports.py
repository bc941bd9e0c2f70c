"""The house keeps its walls: import contracts, no type-only back doors, no cycles."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
ROOMS = [
    "config",
    "demo",
    "pages",
    "api",
    "merchants",
    "scoring",
    "providers",
    "accounts",
    "common",
    "engine",
]
SOURCES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.relative_to(ROOT).parts
)


def test_rooms_import_only_downwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


def test_nothing_is_imported_for_types_only() -> None:
    offenders = [str(path.relative_to(ROOT)) for path in SOURCES if "TYPE_CHECKING" in path.read_text()]
    assert offenders == []


def test_no_signal_carries_logic() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models.signals")
    ]
    assert offenders == []


def test_rooms_know_nothing_of_http() -> None:
    pure = {"models", "services", "selectors", "policies", "permissions", "states", "tasks"}
    offenders = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] in {"accounts", "providers", "scoring", "merchants"} and path.stem in pure
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("django.http", "django.shortcuts"))
    ]
    assert offenders == []


def test_files_stay_readable() -> None:
    """300 lines is the habit; what is longer is a table that reads better whole."""
    tables = {"config/settings.py", "config/env.py"}
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in long.items() if lines > 300 and name not in tables} == {}
