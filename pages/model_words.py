"""Words of the model editor: faults with their place, columns with their meaning, what a name may be."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.refusals import fill
from engine.columns import FACT_COLUMNS
from engine.errors import EngineError
from engine.formula_words import FUNCTIONS
from engine.model import Label, ScoringModel
from engine.model_checks import WEIGHT_TOLERANCE, gate_names
from providers.enums import Capability
from scoring.capabilities.rules import describe_rule
from scoring.capabilities.words import in_language

FORMULAS = ("numerator", "denominator", "evidence", "when")


@dataclass(frozen=True)
class ColumnNote:
    """One name that a formula may read."""

    name: str
    label: str
    unit: str


@dataclass(frozen=True)
class FaultNote:
    """One fault for people: the sentence, what to do, and the formula around the word at fault."""

    message: str
    remedy: str
    before: str = ""
    word: str = ""
    after: str = ""
    url: str = ""


def list_columns() -> list[ColumnNote]:
    """The columns of the facts in the viewer's language."""
    units = {
        "count": _("count"),
        "minutes": _("minutes"),
        "minor": _("money in minor units"),
        "points": _("sum of ratings from 1 to 5"),
    }
    return [
        ColumnNote(column.name, in_language(Label(zh=column.zh, en=column.en)), units[column.unit])
        for column in FACT_COLUMNS
    ]


def list_gate_names(rule: ScoringModel) -> list[ColumnNote]:
    """What a gate may read: extras, capabilities, metrics, the composite."""
    labels = {part.key: in_language(part.label, part.key) for part in (*rule.capabilities, *rule.metrics)}
    labels["composite"] = _("the score")
    return [ColumnNote(name, labels.get(name, _("known of the provider")), "") for name in gate_names(rule)]


def tell_fault(error: EngineError, text: str = "", names: Iterable[str] = ()) -> FaultNote:
    """A fault of a field; `text` is the formula that it is about, `names` what it may read."""
    word, position = str(error.params.get("word", "")), error.params.get("position")
    remedy = fill(error.remedy_template, error)
    if error.code in ("formula_column", "formula_function"):
        known = [*names, *FUNCTIONS]
        close = get_close_matches(word, known, n=3, cutoff=0.6)
        near = [name for name in known if word and word in name and name not in close]
        found = [*close, *near][:3]
        remedy = (
            _("Did you mean %(names)s?") % {"names": _(" or ").join(found)}
            if found
            else _("Choose a name from the list.")
        )
    note = (fill(error.message_template, error), remedy)
    if word and isinstance(position, int) and 0 < position <= len(text):
        start = position - 1
        return FaultNote(*note, text[:start], text[start : start + len(word)], text[start + len(word) :])
    return FaultNote(*note)


def list_open_faults(rule: ScoringModel, model_id: int, errors: Sequence[EngineError]) -> list[FaultNote]:
    """The open faults of a draft, each with the page where it is mended."""
    return [replace(tell_fault(error), url=place_of(rule, model_id, error.field)) for error in errors]


def place_of(rule: ScoringModel, model_id: int, path: str) -> str:
    """The page of the part that a path names; that of the weights, or of the settings."""
    kind, _bracket, rest = path.partition("[")
    parts: Mapping[str, Sequence[Any]] = {
        "capabilities": rule.capabilities,
        "metrics": rule.metrics,
        "gates": rule.gates,
    }
    if path == "capabilities" or path.endswith("].metrics"):
        return f"{reverse('pages:staff:scoring_model_edit', args=[model_id])}#weights"
    if kind in parts and rest.partition("]")[0].isdecimal():
        key = parts[kind][int(rest.partition("]")[0])].key
        return reverse("pages:staff:draft_part", args=[model_id, kind, key])
    return reverse("pages:staff:draft_settings", args=[model_id])


def describe_draft(rule: ScoringModel, given: Mapping[str, str]) -> dict[str, Any]:
    """The parts of a draft for its overview; weights as they were typed when the form comes back."""
    described = describe_rule(rule)
    parts = []
    for part in described["capabilities"]:
        metrics = [
            {**vars(metric), "weight_text": given.get(f"metrics.{metric.key}", f"{metric.weight:.12g}")}
            for metric in part.metrics
        ]
        total = math.fsum(metric.weight for metric in part.metrics)
        text = given.get(f"capabilities.{part.key}", f"{part.weight:.12g}")
        parts.append(
            {
                **vars(part),
                "metrics": metrics,
                "weight_text": text,
                "total_text": write_sum(total),
                "sums": is_one(total),
            }
        )
    total = math.fsum(part.weight for part in rule.capabilities)
    gates = [{**vars(gate), "label": in_language(gate.label, gate.key)} for gate in rule.gates]
    return {
        "rule": {**described, "capabilities": parts},
        "gates": gates,
        "outer_total": write_sum(total),
        "outer_sums": is_one(total),
        "may_add": len(rule.capabilities) < len(Capability),
    }


def write_sum(total: float | None) -> str | None:
    """A sum of weights; 1 when it is one but for the last bits."""
    return None if total is None else "1" if is_one(total) else f"{total:.6g}"


def is_one(total: float) -> bool:
    """Whether weights sum to 1 as the engine asks."""
    return abs(total - 1) <= WEIGHT_TOLERANCE
