"""Writes live in services; every service that opens a transaction leaves an audit entry."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "providers", "scoring", "merchants")
DOORS = sorted(
    [path for room in ("pages", "api") for path in (ROOT / room).rglob("*.py")]
    + [path for room in ROOMS for name in ("forms", "tasks", "filters") for path in (ROOT / room).rglob(f"{name}.py")]
)
SERVICES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*services*.py"))
WRITES = {"save", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "save_checked"}
# Methods of these names on things that are not rows.
HARMLESS_RECEIVERS = {"services", "cache", "form", "messages", "self"}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", DOORS, ids=lambda path: str(path.relative_to(ROOT)))
def test_doors_do_not_write(path: Path) -> None:
    offenders = [
        f"{path.name}:{call.lineno} .{call.func.attr}()"
        for call in calls(ast.parse(path.read_text()))
        if isinstance(call.func, ast.Attribute)
        and (call.func.attr in WRITES or (call.func.attr == "update" and "objects" in ast.unparse(call.func.value)))
        and ast.unparse(call.func.value).split(".")[0].split("(")[0] not in HARMLESS_RECEIVERS
    ]
    assert offenders == []


def _opens_transaction(function: ast.FunctionDef) -> bool:
    return any("atomic" in ast.unparse(decorator) for decorator in function.decorator_list) or any(
        "atomic" in ast.unparse(item.context_expr)
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
    )


def _reaches_record(function: ast.FunctionDef, module: dict[str, ast.FunctionDef], seen: frozenset[str]) -> bool:
    """Whether the function calls `record`, another room's service, or a function of its module that does."""
    for call in calls(function):
        name = call.func.id if isinstance(call.func, ast.Name) else ast.unparse(call.func)
        if name in ("record", "record_many") or "services." in name or name.startswith("_record"):
            return True
        if name in module and name not in seen and _reaches_record(module[name], module, seen | {name}):
            return True
    return False


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_mutation_is_audited(path: Path) -> None:
    tree = ast.parse(path.read_text())
    module = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and ".services" in (node.module or "")
        for alias in node.names
    }
    offenders = [
        function.name
        for function in module.values()
        if not function.name.startswith("_")
        and _opens_transaction(function)
        and not _reaches_record(function, module, frozenset({function.name}))
        and not any(isinstance(call.func, ast.Name) and call.func.id in imported for call in calls(function))
    ]
    assert offenders == []
