"""What a draft of criteria would change for the open applications, before it counts for anybody."""

from collections import Counter
from datetime import date
from typing import Any

import numpy as np

from providers.admission.enums import OPEN
from providers.admission.models import Application
from providers.criteria.enums import Moment, Verdict
from providers.criteria.models import CriteriaSet
from providers.criteria.selectors import Judgement, judge_providers, judge_signals


def try_at_door(draft: CriteriaSet, present: CriteriaSet | None, *, today: date) -> dict[str, Any]:
    """Judge every open application by the draft and by the set in force, on the same signals; gives the difference as
    `application_count`, `moves`, `matrix` and `counts` of a DryRun. Changes nothing."""
    applications = list(Application.objects.filter(status__in=OPEN).select_related("provider").order_by("pk"))
    ids = np.array([application.provider_id for application in applications], dtype=np.int64)
    after = judge_providers(ids, today=today, moment=Moment.DOOR, criteria_set=draft)
    before = judge_signals(present, ids, after.signals, moment=Moment.DOOR) if present is not None else None
    outcomes = [
        ("" if before is None else before.outcome_at(row), after.outcome_at(row)) for row in range(len(applications))
    ]
    return {
        "application_count": len(applications),
        "moves": [
            _move(application, *pair)
            for application, pair in zip(applications, outcomes, strict=True)
            if pair[0] != pair[1]
        ],
        "matrix": [
            {"before": pair[0], "after": pair[1], "count": count} for pair, count in sorted(Counter(outcomes).items())
        ],
        "counts": _count(before, after),
    }


def _move(application: Application, before: str, after: str) -> dict[str, Any]:
    return {
        "application": application.pk,
        "number": application.number,
        "provider": application.provider.code,
        "name": application.provider.name,
        "before": before,
        "after": after,
    }


def _count(before: Judgement | None, after: Judgement) -> list[dict[str, Any]]:
    """The verdicts per criterion key, those of the draft first, then those that it drops."""
    old = _tally(before) if before is not None else {}
    new = _tally(after)
    return [{"key": key, "before": old.get(key), "after": new.get(key)} for key in dict.fromkeys([*new, *old])]


def _tally(judgement: Judgement) -> dict[str, list[int]]:
    return {
        key: np.bincount(judgement.verdicts.of(key), minlength=len(Verdict)).tolist() for key in judgement.verdicts.keys
    }
