"""What a trial found, in sentences and charts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import number, percent
from engine.model import ScoringModel as Rule
from pages.charts_lab import (
    draw_diagnostics,
    draw_effects,
    draw_flips,
    draw_groups,
    draw_levels,
    draw_moves,
    draw_scores,
)
from pages.templatetags.scoring import gain
from providers.enums import Region
from scoring.capabilities.words import in_language
from scoring.lab.models import LabResult

Summary = Mapping[str, Any]


def sum_up(result: LabResult) -> str:
    """The first sentence: how many are affected."""
    return _("%(affected)s of %(total)s providers are affected (%(share)s).") % {
        "affected": number(result.affected_count),
        "total": number(result.provider_count),
        "share": percent(result.affected_count / result.provider_count if result.provider_count else 0, 1),
    }


def describe_result(result: LabResult, rule: Rule) -> dict[str, Any]:
    """Everything that the page of a result shows."""
    summary = result.summary
    names = group_names()
    groups = [
        {"title": title, "rows": name_rows(summary["groups"][key], names)}
        for key, title in (("size", _("By size")), ("newcomer", _("Newcomers and others")), ("region", _("By region")))
        if summary["groups"][key]
    ]
    noise = summary["noise"]
    return {
        "whole": summary["groups"]["all"][0] if summary["groups"]["all"] else None,
        "correlation": summary["correlation"],
        "borrowed": summary["borrowed"],
        "reproduced": summary.get("reproduced"),
        "transitions": label_transitions(summary),
        "levels_chart": draw_levels(summary),
        "scores_chart": draw_scores(summary),
        "moves_chart": draw_moves(summary),
        "groups": groups,
        "groups_chart": draw_groups([row for group in groups for row in group["rows"]]),
        "group_sentences": say_groups(groups, summary["groups"]["all"]),
        "weights": summary["weights"],
        "weights_sentences": say_weights(summary, result.trial.options),
        "effects_chart": draw_effects(summary["effects"], rule),
        "noise": noise,
        "noise_sentences": say_noise(noise),
        "flips_chart": draw_flips(noise),
        "diagnostics_chart": draw_diagnostics(summary["diagnostics"], rule),
        "diagnostics_sentences": say_diagnostics(summary["diagnostics"], rule, result.trial.options),
    }


def group_names() -> dict[str, str]:
    """The names of the groups."""
    return {
        "small": _("Small"),
        "medium": _("Medium size"),
        "large": _("Large"),
        "newcomer": _("Newcomers"),
        "established": _("Others"),
        **{value: str(label) for value, label in Region.choices},
    }


def name_rows(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Group rows with their names."""
    return [{**row, "label": names.get(row["key"], row["key"])} for row in rows]


def label_transitions(summary: Summary) -> dict[str, Any] | None:
    """The transition table with its sums; None for models without levels."""
    matrix, levels = summary["transitions"], summary["levels"]
    if not matrix:
        return None
    heads = [*(_("Level %(level)s") % {"level": level} for level in range(1, levels + 1)), _("none")]
    rows = []
    for row, counts in enumerate(matrix):
        cells = [
            {"count": count, "kind": "same" if row == column else cell_kind(row, column, levels) if count else ""}
            for column, count in enumerate(counts)
        ]
        rows.append({"label": heads[row], "cells": cells, "total": sum(counts)})
    return {"heads": heads, "rows": rows, "totals": [sum(column) for column in zip(*matrix, strict=True)]}


def cell_kind(row: int, column: int, levels: int) -> str:
    """Whether a cell of the table is a rise or a fall; no level is below all levels."""
    before, after = (-1 if place == levels else place for place in (row, column))
    return "up" if after > before else "down"


def say_groups(groups: Sequence[Mapping[str, Any]], whole: Sequence[Mapping[str, Any]]) -> list[str]:
    """Which group fares best and worst beside everybody."""
    if not whole or whole[0]["mean_score"] is None:
        return []
    sentences = []
    for group in groups:
        known = [row for row in group["rows"] if row["mean_score"] is not None and row["compared"] >= 3]
        if len(known) < 2:
            continue
        worst, best = (pick(known, key=lambda row: row["mean_score"]) for pick in (min, max))
        sentences.append(
            _("%(title)s: %(best)s fare best (%(high)s points on average), %(worst)s worst (%(low)s).")
            % {
                "title": group["title"],
                "best": best["label"],
                "high": gain(best["mean_score"], 2),
                "worst": worst["label"],
                "low": gain(worst["mean_score"], 2),
            }
        )
    return sentences


def say_weights(summary: Summary, options: Mapping[str, Any]) -> list[str]:
    """How much the result owes to the choice of weights."""
    weights = summary["weights"]
    if not weights:
        return []
    sentences = [
        _("%(draws)s sets of weights were drawn around the model's own, by up to %(spread)s.")
        % {"draws": number(weights["count"]), "spread": percent(options["spread"])}
    ]
    if weights["level"]:
        sentences.append(
            _("On average %(mean)s of the providers keep their level (from %(low)s to %(high)s in 90%% of the draws).")
            % spread_words(weights["level"])
        )
        sentences.append(
            _("%(unsure)s of %(judged)s providers lose their level in more than one draw of ten.")
            % {"unsure": number(weights["unsure"]), "judged": number(weights["judged"])}
        )
    if weights["first"]:
        sentences.append(
            _("Of the first %(top)s, %(mean)s stay among them (from %(low)s to %(high)s).")
            % {"top": number(weights["top"]), **spread_words(weights["first"])}
        )
    return sentences


def say_noise(noise: Summary) -> list[str]:
    """How much the result owes to chance, beside the model of the run."""
    after, before = noise.get("after"), noise.get("before")
    if not after:
        return []
    sentences = []
    for key, text in (
        (
            "level",
            _("With facts drawn anew, %(after)s of the providers keep their level; by the run's model %(before)s."),
        ),
        ("first", _("Of the first %(top)s, %(after)s stay among them; by the run's model %(before)s.")),
    ):
        if after[key]:
            other = before[key] if before and before[key] else None
            sentences.append(
                text
                % {
                    "top": number(after["top"]),
                    "after": percent(after[key][0], 1),
                    "before": percent(other[0], 1) if other else "—",
                }
            )
    flips = dict(after["flips"])
    if flips:
        nearest = min(flips)
        sentences.append(
            _("Two neighbours change places in %(share)s of the redraws.") % {"share": percent(flips[nearest], 1)}
        )
    return sentences


def say_diagnostics(diagnostics: Summary, rule: Rule, options: Mapping[str, Any]) -> list[str]:
    """What data-driven weights and TOPSIS would say."""
    rows = diagnostics["metrics"]
    labels = {metric.key: in_language(metric.label, metric.key) for metric in rule.metrics}
    sentences = []
    for name, text in (
        ("entropy", _("Entropy would give “%(metric)s” most: %(found)s instead of %(own)s.")),
        ("critic", _("CRITIC would give “%(metric)s” most: %(found)s instead of %(own)s.")),
    ):
        top = max(rows, key=lambda row: row[name] - row["weight"])
        sentences.append(
            text % {"metric": labels[top["key"]], "found": percent(top[name], 1), "own": percent(top["weight"], 1)}
        )
    if diagnostics["topsis"] is not None:
        sentences.append(
            _("TOPSIS with these weights: rank correlation %(value)s with the model, %(share)s of the first %(top)s.")
            % {
                "value": number(diagnostics["topsis"], 3),
                "top": number(options["top"]),
                "share": percent(diagnostics["topsis_first"]),
            }
        )
    return sentences


def spread_words(values: Sequence[float]) -> dict[str, str]:
    """Mean and bounds in per cent."""
    return dict(zip(("mean", "low", "high"), (percent(value, 1) for value in values), strict=True))
