"""Changing one part of a draft: pure functions from rule to rule, and the faults that belong to the part.

`content` is a part as TOML has it: plain values, tables as mappings. Faults of the part are refused with their field;
what only the whole can mend (weights that do not sum yet, a capability without metrics) stays and is listed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput, NotFound
from common.refusals import refuse
from engine.errors import EngineError
from engine.model import Bootstrap, Capability, Composite, Gate, Integrity, Label, Metric, Peers, ScoringModel, Window
from engine.model_checks import model_faults
from engine.model_toml import build

Content = Mapping[str, Any]
KINDS: Mapping[str, type] = {"capabilities": Capability, "metrics": Metric, "gates": Gate}
# The settings of a model that are not parts of a list, with their types.
SETTINGS: Mapping[str, type] = {
    "label": Label,
    "description": Label,
    "window": Window,
    "integrity": Integrity,
    "peers": Peers,
    "composite": Composite,
    "bootstrap": Bootstrap,
}
SETTING_NAMES = ("key", "version", *SETTINGS, "extras")
# Ends of the paths of faults that other parts bring about.
OF_THE_WHOLE = (".metrics", ".minimum_metrics")
WHOLE_CODES = ("no_metrics", "weights_do_not_sum")


def parts_of(rule: ScoringModel, kind: str) -> tuple[Any, ...]:
    """The list of one kind; raises NotFound for a kind that there is not."""
    if kind not in KINDS:
        raise NotFound()
    return tuple(getattr(rule, kind))


def with_parts(rule: ScoringModel, kind: str, parts: Sequence[Any]) -> ScoringModel:
    """The rule with another list of one kind."""
    changes: dict[str, Any] = {kind: tuple(parts)}
    return replace(rule, **changes)


def find_part(rule: ScoringModel, kind: str, key: str) -> Any:
    """One part by its key; raises NotFound."""
    part = next((part for part in parts_of(rule, kind) if part.key == key), None)
    if part is None:
        raise NotFound()
    return part


def put_part(rule: ScoringModel, kind: str, key: str, content: Content) -> ScoringModel:
    """Replace the part `key`, or add one when `key` is empty; raises InvalidInput with the field at fault.

    Metrics follow their capability when its key changes.
    """
    changed, faults = try_part(rule, kind, key, content)
    for error in faults:
        raise refuse(error)
    return changed


def try_part(rule: ScoringModel, kind: str, key: str, content: Content) -> tuple[ScoringModel, list[EngineError]]:
    """The rule with the part put in, and all faults of the part, told of its fields. Raises NotFound, and InvalidInput
    when the content is no part at all."""
    parts = list(parts_of(rule, kind))
    index = parts.index(find_part(rule, kind, key)) if key else len(parts)
    made = build_part(KINDS[kind], content)
    taken = [part.key for place, part in enumerate(parts) if place != index]
    parts[index : index + 1] = [made]
    changed = with_parts(rule, kind, parts)
    if kind == "capabilities" and key and made.key != key:
        moved = [replace(m, capability=made.key) if m.capability == key else m for m in changed.metrics]
        changed = replace(changed, metrics=tuple(moved))
    twice = EngineError(
        "duplicate",
        "'%(name)s' is named twice.",
        field="key",
        remedy="Give each its own key.",
        params={"name": made.key},
    )
    faults = [twice] if made.key in taken else []
    path = f"{kind}[{index}]"
    own = [fault for fault in faults_below(changed, path) if not (faults and fault.field == f"{path}.key")]
    return changed, [*faults, *(fault.at(fault.field[len(path) :].lstrip(".")) for fault in own)]


def remove_part(rule: ScoringModel, kind: str, key: str) -> ScoringModel:
    """Without the part; a capability takes its metrics with it. Raises Conflict for the last one of a model."""
    gone = find_part(rule, kind, key)
    parts = tuple(part for part in parts_of(rule, kind) if part is not gone)
    changed = with_parts(rule, kind, parts)
    if kind == "capabilities":
        changed = replace(changed, metrics=tuple(m for m in rule.metrics if m.capability != key))
    if not changed.capabilities or not changed.metrics:
        raise Conflict(
            _("A model needs at least one capability and one metric."),
            remedy=_("Add another one before you remove this one, or discard the draft."),
            code="last_part",
        )
    return changed


def move_part(rule: ScoringModel, kind: str, key: str, steps: int) -> ScoringModel:
    """The part moved up (negative) or down among those that it stands with: metrics among those of their capability."""
    part = find_part(rule, kind, key)
    parts = list(parts_of(rule, kind))
    peers = [each for each in parts if kind != "metrics" or each.capability == part.capability]
    target = peers[max(0, min(len(peers) - 1, peers.index(part) + steps))]
    place = parts.index(target)
    parts.remove(part)
    parts.insert(place, part)
    return with_parts(rule, kind, parts)


def put_settings(rule: ScoringModel, content: Content) -> ScoringModel:
    """Replace the given settings (see SETTING_NAMES); raises InvalidInput with the path of the first fault."""
    unknown = [name for name in content if name not in SETTING_NAMES]
    if unknown:
        raise InvalidInput(
            _("There is no setting “%(name)s”.") % {"name": unknown[0]},
            field=unknown[0],
            remedy=_("Use %(names)s.") % {"names": ", ".join(SETTING_NAMES)},
            code="unknown_field",
        )
    values: dict[str, Any] = {}
    for name, value in content.items():
        kind: Any = SETTINGS.get(name, tuple[str, ...] if name == "extras" else str)
        values[name] = build_value(kind, value, name)
    changed = replace(rule, **values)
    refuse_faults(changed, *values)
    return changed


def put_weights(rule: ScoringModel, weights: Mapping[str, Mapping[str, float]]) -> ScoringModel:
    """New weights by kind (capabilities, metrics) and key; what is not named stays. Sums are checked as a whole."""
    changed = rule
    for kind in ("capabilities", "metrics"):
        given = weights.get(kind, {})
        known = {part.key for part in parts_of(rule, kind)}
        for key in given:
            if key not in known:
                raise InvalidInput(
                    _("There is no “%(key)s” in this draft.") % {"key": key},
                    field=f"{kind}.{key}",
                    remedy=_("Reload the page, check what changed and try again."),
                    code="unknown_part",
                )
        parts = [replace(p, weight=float(given[p.key])) if p.key in given else p for p in parts_of(changed, kind)]
        changed = with_parts(changed, kind, parts)
    for kind in ("capabilities", "metrics"):
        for index, part in enumerate(parts_of(changed, kind)):
            if part.key in weights.get(kind, {}):
                refuse_faults(changed, f"{kind}[{index}].weight", field=f"{kind}.{part.key}")
    return changed


def build_part(kind: type, content: Content) -> Any:
    """A part of the model from plain values; raises InvalidInput with the field of the first wrong one."""
    return build_value(kind, dict(content), "")


def build_value(kind: Any, value: object, path: str) -> Any:
    """`engine.model_toml.build` with the portal's refusal."""
    try:
        return build(kind, value, path)
    except EngineError as error:
        raise refuse(error) from error


def refuse_faults(rule: ScoringModel, *paths: str, field: str = "") -> None:
    """Raise InvalidInput for the first fault below one of `paths`, told of `field` or of its own path."""
    for path in paths:
        for error in faults_below(rule, path):
            raise refuse(error.at(field) if field else error)


def faults_below(rule: ScoringModel, path: str) -> list[EngineError]:
    """The faults below a path that belong to the part itself, not to the whole."""
    return [
        error
        for error in model_faults(rule)
        if (error.field == path or error.field.startswith((f"{path}.", f"{path}[")))
        and error.code not in WHOLE_CODES
        and not error.field.endswith(OF_THE_WHOLE)
    ]


def open_faults(rule: ScoringModel) -> list[EngineError]:
    """What must be mended before the model can score."""
    return list(model_faults(rule))


def part_content(part: Any) -> dict[str, Any]:
    """A part as plain values, those that are not given left out; the inverse of `build_part`."""
    return {name: plain(value) for name, value in asdict(part).items() if value is not None}


def plain(value: object) -> object:
    """Nested values without what is not given; tuples as lists."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value
