"""Two versions of a scoring model side by side: what was added, removed or changed, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from engine.model import Label, ScoringModel
from scoring.capabilities.editing import parts_of

# Compared by the list of changes of each part, not as one value.
LISTS = ("capabilities", "metrics", "gates")
NAMES = ("key", "version")
WEIGHED = 1e-12


@dataclass(frozen=True)
class FieldChange:
    """One field with both values as the model's file writes them; empty for none."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class PartChange:
    """One part. `kind` is settings, capabilities, metrics or gates; `how` is added, removed or changed."""

    kind: str
    key: str
    how: str
    label: Label
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class WeightChange:
    """A metric's weight in the whole, before and after; None where it is not part of the model."""

    key: str
    label: Label
    capability: str
    before: float | None
    after: float | None

    @property
    def is_changed(self) -> bool:
        return abs((self.before or 0.0) - (self.after or 0.0)) > WEIGHED


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions."""

    parts: tuple[PartChange, ...]
    weights: tuple[WeightChange, ...]
    same: int

    @property
    def is_equal(self) -> bool:
        return not self.parts


def compare_models(before: ScoringModel, after: ScoringModel) -> Comparison:
    """From one version to another; names and versions of the models themselves do not count as changes."""
    settings = tuple(
        change
        for field in fields(ScoringModel)
        if field.name not in (*LISTS, *NAMES)
        for change in compare_values(field.name, getattr(before, field.name), getattr(after, field.name))
    )
    parts = [PartChange("settings", "", "changed", after.label, settings)] if settings else []
    same = 0
    for kind in LISTS:
        for change in compare_lists(before, after, kind):
            if change is None:
                same += 1
            else:
                parts.append(change)
    return Comparison(tuple(parts), compare_weights(before, after), same)


def compare_lists(before: ScoringModel, after: ScoringModel, kind: str) -> Iterator[PartChange | None]:
    """The changes of one list by key, in the order of the later version; None for a part that is the same."""
    old = {part.key: part for part in parts_of(before, kind)}
    new = {part.key: part for part in parts_of(after, kind)}
    for key, part in new.items():
        if key not in old:
            yield PartChange(kind, key, "added", part.label, tuple(list_values(part)))
            continue
        changes = tuple(
            change
            for field in fields(part)
            for change in compare_values(field.name, getattr(old[key], field.name), getattr(part, field.name))
        )
        yield PartChange(kind, key, "changed", part.label, changes) if changes else None
    for key, part in old.items():
        if key not in new:
            yield PartChange(kind, key, "removed", part.label, ())


def list_values(part: Any) -> Iterator[FieldChange]:
    """The fields of a new part that differ from their defaults."""
    for field in fields(part):
        value = getattr(part, field.name)
        if value != field.default and field.name not in ("key", "label"):
            yield FieldChange(field.name, "", write(value))


def compare_values(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    """The changes below one field."""
    if before == after:
        return
    if is_dataclass(before) and is_dataclass(after) and type(before) is type(after):
        for field in fields(before):
            yield from compare_values(f"{path}.{field.name}", getattr(before, field.name), getattr(after, field.name))
        return
    yield FieldChange(path, write(before), write(after))


def write(value: Any) -> str:
    """A value as people read it."""
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, tuple):
        return ", ".join(write(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        given = [(f.name, getattr(value, f.name)) for f in fields(value) if getattr(value, f.name) != f.default]
        return ", ".join(f"{name} = {write(inner)}" for name, inner in given)
    return str(value)


def compare_weights(before: ScoringModel, after: ScoringModel) -> tuple[WeightChange, ...]:
    """The weight of every metric in the whole, in the order of the later version, those that went last."""
    old, new = whole_weights(before), whole_weights(after)
    labels = {metric.key: (metric.label, metric.capability) for metric in (*before.metrics, *after.metrics)}
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(WeightChange(key, *labels[key], old.get(key), new.get(key)) for key in keys)


def whole_weights(rule: ScoringModel) -> Mapping[str, float]:
    """A metric's weight times that of its capability."""
    outer = {part.key: part.weight for part in rule.capabilities}
    return {metric.key: metric.weight * outer.get(metric.capability, 0.0) for metric in rule.metrics}


def as_mapping(comparison: Comparison) -> dict[str, Any]:
    """Plain values, for the endpoint."""
    return {
        "equal": comparison.is_equal,
        "same": comparison.same,
        "changes": [
            {
                "kind": part.kind,
                "key": part.key,
                "how": part.how,
                "fields": [{"path": f.path, "before": f.before, "after": f.after} for f in part.fields],
            }
            for part in comparison.parts
        ],
        "weights": [
            {"metric": w.key, "capability": w.capability, "before": w.before, "after": w.after}
            for w in comparison.weights
        ],
    }
