"""What a trial of season rules found, as figures and tables: of one season, or of all together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import local_text, percent
from scoring.season_lab.models import SeasonReplay, SeasonTrial
from scoring.seasons.enums import Outcome

Summary = Mapping[str, Any]
Sides = Mapping[str, Any]
SIDES = ("before", "after")
COUNTS = ("ranked", "promoted", "relegated", "cleared_out", "play_off")


def list_stats(churn: Sides, noise: Sides, reversals: Sides) -> list[dict[str, str]]:
    """The figures on top: by these rules, and really."""
    moved = {side: share_of(count_moves(churn[side]), churn[side]["ranked"]) for side in SIDES}
    turned = {side: share_of(part["reversed"], part["judged"]) if part else None for side, part in reversals.items()}
    chance = {side: share_of(part["differ"], part["judged"]) if part else None for side, part in noise.items()}
    figures = (
        (_("Rise, fall or leave"), moved),
        (_("Moves that the next season turns round"), turned),
        (_("Verdicts that noise alone changes"), chance),
    )
    return [
        {
            "label": label,
            "value": percent(shares["after"], 1),
            "hint": _("really %(share)s") % {"share": percent(shares["before"], 1)},
        }
        for label, shares in figures
    ]


def list_verdicts(churn: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """Verdicts of those who hold a place, with both counts."""
    rows = []
    for name in (Outcome.PROMOTED, Outcome.PLAY_OFF, Outcome.STAY, Outcome.RELEGATED, Outcome.CLEARED_OUT):
        counts = {side: int(stay_of(churn[side]) if name == Outcome.STAY else churn[side][name]) for side in SIDES}
        rows.append({"label": str(name.label), **counts})
    return rows


def stay_of(churn: Mapping[str, float]) -> float:
    """Who holds a place and neither moves nor plays off."""
    return churn["ranked"] - count_moves(churn) - churn["play_off"]


def total_groups(summaries: Sequence[Summary], kind: str) -> list[dict[str, Any]]:
    """The groups over all seasons, with both sides: shares of sums, odds weighted by who holds a place."""
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for summary in summaries:
        for group in summary["groups"][kind]:
            for side in SIDES:
                found.setdefault(group["key"], {name: [] for name in SIDES})[side].append(group[side])
    wholes = {side: add_up([summary["churn"][side] for summary in summaries], COUNTS) for side in SIDES}
    names = group_names()
    return [
        {"key": key, "label": names[key], **{side: total_group(parts[side], wholes[side]) for side in SIDES}}
        for key, parts in found.items()
    ]


def total_group(parts: Sequence[Mapping[str, Any]], whole: Mapping[str, float]) -> dict[str, Any]:
    """One side of one group over all seasons."""
    sums = add_up(parts, ("ranked", "promoted", "fallen"))
    odds = {}
    for name in ("up_odds", "down_odds"):
        known = [part for part in parts if part[name] is not None]
        total = sum(part["ranked"] for part in known)
        odds[name] = sum(part[name] * part["ranked"] for part in known) / total if total else None
    return {
        **{name: int(value) for name, value in sums.items()},
        "of_field": share_of(sums["ranked"], whole["ranked"]),
        "of_promoted": share_of(sums["promoted"], whole["promoted"]),
        "of_fallen": share_of(sums["fallen"], whole["relegated"] + whole["cleared_out"]),
        **odds,
    }


def group_names() -> dict[str, str]:
    """The names of the groups."""
    return {
        "small": _("Smallest third"),
        "medium": _("Middle third"),
        "large": _("Largest third"),
        "newcomer": _("Newcomers"),
        "established": _("Others"),
    }


def label_matrix(summary: Summary) -> dict[str, Any]:
    """What happened against what the rules say, without verdicts that nobody got."""
    labels = {**{value: str(label) for value, label in Outcome.choices}, "": _("Did not race")}
    names, matrix = summary["names"], summary["matrix"]
    order = [Outcome.PROMOTED, Outcome.PLAY_OFF, Outcome.STAY, Outcome.RELEGATED, Outcome.CLEARED_OUT]
    order = [*(str(name) for name in order), "not_ranked", "banned", ""]
    used = [name for name in order if any(line[names.index(name)] for line in matrix) or any(matrix[names.index(name)])]
    rows = []
    for row in used:
        counts = [matrix[names.index(row)][names.index(column)] for column in used]
        cells = [
            {"count": count, "kind": "same" if row == column else "other" if count else ""}
            for column, count in zip(used, counts, strict=True)
        ]
        rows.append({"label": labels[row], "cells": cells, "total": sum(counts)})
    totals = [sum(matrix[names.index(row)][names.index(column)] for row in used) for column in used]
    return {"heads": [labels[name] for name in used], "rows": rows, "totals": totals}


def list_tracks(replay: SeasonReplay) -> list[dict[str, Any]]:
    """The tracks of the tried rules with their verdicts."""
    names = track_names(replay.trial)
    rows = []
    for track in replay.summary["tracks"]:
        counts = track["counts"]
        ranked = sum(counts.values()) - counts["not_ranked"] - counts["banned"]
        rows.append({"key": track["key"], "name": names(track["key"]), "ranked": ranked, **counts})
    return rows


def track_names(trial: SeasonTrial) -> Callable[[str], str]:
    """The names of the tried tracks by key; a cohort is named after its track."""
    known = {track.key: local_text(track, "name") for track in trial.tracks()}

    def name(key: str) -> str:
        if key in known:
            return known[key]
        track, _dash, group = key.rpartition("-c")
        return _("%(track)s, group %(group)s") % {"track": known.get(track, track), "group": group}

    return name


def add_up(parts: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, float]:
    """Sums by name."""
    return {name: sum(part[name] for part in parts) for name in names}


def add_known(summaries: Sequence[Summary], part: str, side: str, names: Sequence[str]) -> dict[str, float] | None:
    """Sums over the seasons that know this part; None when none does."""
    known = [summary[part][side] for summary in summaries if summary[part][side] is not None]
    return add_up(known, names) if known else None


def count_moves(churn: Mapping[str, float]) -> float:
    """Who rises, falls or is cleared out."""
    return churn["promoted"] + churn["relegated"] + churn["cleared_out"]


def share_of(part: float, whole: float) -> float | None:
    """A share; None of nothing."""
    return part / whole if whole else None
