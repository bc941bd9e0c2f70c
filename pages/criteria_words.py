"""Criteria, triage and dry runs as templates show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from providers.conduct.night_dry_run import CHANGES
from providers.criteria.comparison import say_moments
from providers.criteria.dry_run_models import DryRun
from providers.criteria.enums import Outcome, Verdict
from providers.criteria.models import Criterion
from providers.criteria.selectors import criteria_of
from providers.criteria.sentences import say_limit, say_signal

CHANGE_LABELS: dict[str, str | Promise] = {
    "breaching": _("would breach"),
    "entering": _("would come under watch"),
    "cured": _("would breach no longer"),
    "leaving": _("would show no sign any more"),
}
OUTCOME_LABELS = dict(Outcome.choices)


@dataclass(frozen=True)
class CriterionWords:
    """A criterion with what the template cannot work out itself."""

    row: Criterion
    moments: str
    measure: str
    limit: str


def describe_criteria(criteria: Sequence[Criterion]) -> list[CriterionWords]:
    """The criteria with their words, in the order given."""
    return [
        CriterionWords(row, say_moments(row), say_signal(row.measure) if row.measure else "", say_limit(row))
        for row in criteria
    ]


def describe_dry_run(dry_run: DryRun) -> dict[str, Any]:
    """A trial with outcomes in words and the titles of the criteria beside their counts."""
    titled = {row.key: row for row in criteria_of(dry_run.criteria_set)}
    if dry_run.compared_with is not None:
        titled = {row.key: row for row in criteria_of(dry_run.compared_with)} | titled
    return {
        "run": dry_run,
        "moves": [{**move, **_outcomes(move)} for move in dry_run.moves],
        "matrix": [{**cell, **_outcomes(cell)} for cell in dry_run.matrix],
        "night": _night(dry_run.night, titled),
        "counts": [{"criterion": titled.get(row["key"]), "cells": _cells(row), **row} for row in dry_run.counts],
    }


def _night(night: dict[str, Any], titled: dict[str, Criterion]) -> dict[str, Any]:
    """The next night with titles for keys; empty in trials that knew none."""
    if not night:
        return {}
    counts = [row for row in night["counts"] if any(row[kind] for kind in CHANGES)]
    rows = [
        {**row, "changes": [(CHANGE_LABELS[kind], titled.get(key), key) for kind in CHANGES for key in row[kind]]}
        for row in night["rows"]
    ]
    named = [{**row, "criterion": titled.get(row["key"]), "cells": [row[kind] for kind in CHANGES]} for row in counts]
    return {**night, "counts": named, "rows": rows}


def _cells(row: dict[str, Any]) -> list[dict[str, int | None]]:
    """Pass, human and fail, each before and after."""
    none = [None] * len(Verdict)
    pairs = zip(row["before"] or none, row["after"] or none, strict=True)
    return [{"before": before, "after": after} for before, after in pairs]


def _outcomes(row: dict[str, Any]) -> dict[str, str]:
    """The labels of `before` and `after`; nothing was in force where `before` is empty."""
    return {f"{name}_label": str(OUTCOME_LABELS.get(row[name], "—")) for name in ("before", "after")}
