"""Scoring models as TOML: read with the path of every fault, written in one canonical form, identified by digest."""

import hashlib
import json
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.columns import FACT_COLUMN_NAMES
from engine.errors import EngineError
from engine.model import ScoringModel
from engine.model_checks import model_faults

MAX_BYTES = 400_000
KIND_NAMES = {str: "a text", float: "a number", int: "a whole number", bool: "true or false"}


def load_model(toml_text: str) -> ScoringModel:
    """The model in `toml_text`, checked as a whole. Raises the first fault as EngineError with the field's path."""
    model = parse_model(toml_text)
    for found in model_faults(model):
        raise found
    return model


def parse_model(toml_text: str) -> ScoringModel:
    """The model in `toml_text`: known fields of the right kind, but not yet checked as a whole (see `model_faults`)."""
    if len(toml_text.encode()) > MAX_BYTES:
        raise EngineError(
            "model_too_long",
            "The model file is larger than %(limit)s bytes.",
            remedy="Shorten its descriptions or split it.",
            params={"limit": MAX_BYTES},
        )
    try:
        data = tomllib.loads(toml_text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise EngineError(
            "model_toml",
            "The model is not valid TOML: %(reason)s.",
            remedy="Mend the line it names.",
            params={"reason": str(error)},
        ) from error
    if data.get("source") == "facts":
        data.setdefault("columns", list(FACT_COLUMN_NAMES))
    model = build(ScoringModel, data, "")
    assert isinstance(model, ScoringModel)  # noqa: S101 - `build` returns an instance of what it is given
    return model


def dump_model(model: ScoringModel) -> str:
    """Canonical TOML: fields in the order of the classes, defaults left out. `load_model` gives an equal model back."""
    return "\n".join(dump_lines(model)) + "\n"


def model_digest(model: ScoringModel) -> str:
    """SHA-256 (hex) over every value of the model, defaults included: the identity of a model version."""
    canonical = json.dumps(asdict(model), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def build(kind: Any, data: object, path: str) -> Any:
    """`data` as a `kind` (a dataclass of the model, or a type in one of its fields); faults name `path`."""
    origin = get_origin(kind)
    if is_dataclass(kind):
        return build_dataclass(kind, data, path)
    if origin in (Union, types.UnionType):
        return build(next(part for part in get_args(kind) if part is not type(None)), data, path)
    if origin is tuple:
        return build_tuple(kind, data, path)
    if origin is Literal:
        if data not in get_args(kind):
            message = "This must be one of %(allowed)s, not %(given)s."
            raise field_fault(path, data, message, allowed=", ".join(get_args(kind)))
        return data
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if isinstance(data, kind) and not (kind is int and isinstance(data, bool)):
        return data.strip() if isinstance(data, str) else data
    raise field_fault(path, data, wanted=KIND_NAMES[kind])


def build_dataclass(kind: Any, data: object, path: str) -> Any:
    """A dataclass from a TOML table; unknown and missing fields are faults."""
    if not isinstance(data, dict):
        raise field_fault(path, data, wanted="a table of fields")
    hints = get_type_hints(kind)
    prefix = f"{path}." if path else ""
    for name in data:
        if name not in hints:
            raise EngineError(
                "unknown_field",
                "There is no field '%(name)s' here.",
                field=prefix + name,
                remedy="Fields are %(allowed)s.",
                params={"name": name, "allowed": ", ".join(hints)},
            )
    try:
        return kind(**{name: build(hints[name], value, prefix + name) for name, value in data.items()})
    except TypeError as error:
        needed = [item.name for item in fields(kind) if item.name not in data and is_required(item)]
        raise EngineError(
            "missing_field",
            "The field '%(name)s' is missing.",
            field=prefix + needed[0],
            remedy="Add it.",
            params={"name": needed[0]},
        ) from error


def is_required(item: Field[Any]) -> bool:
    """Whether a dataclass field has no default."""
    return item.default is MISSING


def build_tuple(kind: Any, data: object, path: str) -> tuple[Any, ...]:
    """A tuple from a TOML array."""
    if not isinstance(data, list):
        raise field_fault(path, data, wanted="a list")
    parts = get_args(kind)
    if parts[-1] is not Ellipsis and len(data) != len(parts):
        raise field_fault(path, data, "This must be a list of %(count)s values, not %(given)s.", count=len(parts))
    return tuple(
        build(parts[0] if parts[-1] is Ellipsis else parts[index], item, f"{path}[{index}]")
        for index, item in enumerate(data)
    )


def field_fault(
    path: str, data: object, message: str = "This must be %(wanted)s, not %(given)s.", **params: object
) -> EngineError:
    """The error for a value of the wrong kind."""
    given = repr(data)[:60]
    return EngineError(
        "wrong_value", message, field=path, remedy="Correct the value.", params={**params, "given": given}
    )


def dump_lines(model: ScoringModel) -> Iterator[str]:
    """The lines of the canonical form: plain fields, then tables, then lists of tables."""
    plain: list[str] = []
    tables: list[str] = []
    for item in fields(model):
        value = getattr(model, item.name)
        if value == item.default or (item.name == "columns" and model.source == "facts" and value == FACT_COLUMN_NAMES):
            continue
        if is_dataclass(value) and item.name not in ("label", "description"):
            tables += ["", f"[{item.name}]", *field_lines(value)]
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            for part in value:
                tables += ["", f"[[{item.name}]]", *field_lines(part)]
        else:
            plain.append(f"{item.name} = {literal(value)}")
    yield from plain
    yield from tables


def field_lines(value: Any) -> list[str]:
    """The fields of one dataclass that differ from their defaults."""
    return [
        f"{item.name} = {literal(getattr(value, item.name))}"
        for item in fields(value)
        if getattr(value, item.name) != item.default
    ]


def literal(value: object) -> str:
    """One TOML value on one line."""
    if is_dataclass(value) and not isinstance(value, type):
        return "{ " + ", ".join(field_lines(value)) + " }"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {literal(item)}" for key, item in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
