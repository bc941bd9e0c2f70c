"""Charts of the rule lab, each with its table; None where there is nothing to draw."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import number, percent
from engine.model import ScoringModel as Rule
from scoring.capabilities.words import in_language

Chart = dict[str, Any]
Summary = Mapping[str, Any]
SHOWN_EFFECTS = 12


def draw_levels(summary: Summary) -> Chart | None:
    """Providers by level before and after."""
    matrix, levels = summary["transitions"], summary["levels"]
    if not matrix:
        return None
    names = [*(_("Level %(level)s") % {"level": level} for level in range(1, levels + 1)), _("none")]
    before, after = [sum(row) for row in matrix], [sum(column) for column in zip(*matrix, strict=True)]
    return two_series(_("Providers by level"), names, before, after)


def draw_scores(summary: Summary) -> Chart:
    """The distribution of scores before and after."""
    found = summary["histogram"]
    names = [f"{low}–{high}" for low, high in pairwise(found["edges"])]
    return two_series(_("Providers by score"), names, found["before"], found["after"])


def two_series(label: str, names: list[str], before: list[int], after: list[int]) -> Chart:
    """Counts before and after by name."""
    return {
        "kind": "bar",
        "label": label,
        "data": {
            "x": names,
            "decimals": 0,
            "series": [{"name": _("Before"), "values": before}, {"name": _("After"), "values": after}],
        },
        "head": [label, _("Before"), _("After")],
        "rows": [[name, number(b), number(a)] for name, b, a in zip(names, before, after, strict=True)],
    }


def draw_moves(summary: Summary) -> Chart | None:
    """How far scores move."""
    edges, counts = summary["moves"]["edges"], summary["moves"]["counts"]
    if len(counts) < 2:
        return None
    spans = [f"{number(a, 1)} – {number(b, 1)}" for a, b in pairwise(edges)]
    return {
        "kind": "bar",
        "label": _("How far scores move, in points"),
        "data": {
            "x": [number((a + b) / 2, 1) for a, b in pairwise(edges)],
            "decimals": 0,
            "series": [{"name": _("Providers"), "values": counts}],
        },
        "head": [_("Change in points"), _("Providers")],
        "rows": [[span, number(count)] for span, count in zip(spans, counts, strict=True)],
    }


def draw_groups(rows: Sequence[Mapping[str, Any]]) -> Chart | None:
    """The mean move of each group."""
    known = [row for row in rows if row["mean_score"] is not None]
    if not known:
        return None
    return {
        "kind": "bar",
        "label": _("Mean change in points by group"),
        "data": {
            "x": [row["label"] for row in known],
            "horizontal": True,
            "decimals": 2,
            "series": [{"name": _("Points"), "values": [row["mean_score"] for row in known]}],
        },
        "head": [_("Group"), _("Mean change in points"), _("Median")],
        "rows": [[row["label"], number(row["mean_score"], 2), number(row["median_score"], 2)] for row in known],
    }


def draw_effects(effects: Sequence[Mapping[str, Any]], rule: Rule) -> Chart | None:
    """The weights that matter most when one is shifted at a time."""
    told = effects[:SHOWN_EFFECTS]
    if not told:
        return None
    names = [name_weight(effect["name"], rule) for effect in told]
    return {
        "kind": "bar",
        "label": _("Places that providers move when one weight shifts"),
        "data": {
            "x": names,
            "horizontal": True,
            "decimals": 2,
            "series": [{"name": _("Places on average"), "values": [effect["mean_places"] for effect in told]}],
        },
        "head": [_("Weight"), _("Places on average"), _("Change their level")],
        "rows": [
            [name_weight(effect["name"], rule), number(effect["mean_places"], 2), percent(effect["level_changed"], 2)]
            for effect in effects
        ],
    }


def name_weight(name: str, rule: Rule) -> str:
    """The capability or metric whose weight it is."""
    key = name.rpartition(".")[2]
    parts = {part.key: part.label for part in (rule.metrics if "." in name else rule.capabilities)}
    return in_language(parts[key], key) if key in parts else key


def draw_flips(noise: Summary) -> Chart | None:
    """How often the order of two providers turns round, by how far apart they stand."""
    after, before = noise.get("after"), noise.get("before")
    if not after or not after["flips"]:
        return None
    other = dict(before["flips"]) if before else {}
    distances = [distance for distance, _share in after["flips"]]
    lines = [{"name": _("Tried model"), "values": [100 * share for _distance, share in after["flips"]]}]
    if other:
        lines.append({"name": _("Model of the run"), "values": [percent_of(other.get(d)) for d in distances]})
    return {
        "kind": "line",
        "label": _("How often the order turns round, by places apart"),
        "data": {"x": [number(distance) for distance in distances], "unit": "%", "series": lines},
        "head": [_("Places apart"), _("Tried model"), _("Model of the run")],
        "rows": [[number(d), percent(share, 1), percent(other.get(d), 1)] for d, share in after["flips"]],
    }


def percent_of(share: float | None) -> float | None:
    """A share as per cent."""
    return None if share is None else 100 * share


def draw_diagnostics(diagnostics: Summary, rule: Rule) -> Chart:
    """The model's weights beside those that data would suggest."""
    labels = {metric.key: in_language(metric.label, metric.key) for metric in rule.metrics}
    rows = diagnostics["metrics"]
    series = (("weight", _("Model")), ("entropy", _("Entropy")), ("critic", _("CRITIC")))
    return {
        "kind": "bar",
        "label": _("Weights in the whole score"),
        "data": {
            "x": [labels[row["key"]] for row in rows],
            "horizontal": True,
            "unit": "%",
            "series": [{"name": name, "values": [100 * row[key] for row in rows]} for key, name in series],
        },
        "head": [_("Metric"), *(name for _key, name in series)],
        "rows": [[labels[row["key"]], *(percent(row[key], 1) for key, _name in series)] for row in rows],
    }
