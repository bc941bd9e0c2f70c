"""Trying a draft of criteria on all open applications, before it counts for anybody."""

from collections import Counter
from datetime import datetime
from typing import Any

import numpy as np
from django.utils import timezone

from accounts.models import User
from common.days import business_day
from common.exceptions import NotFound
from common.jobs.models import Job
from common.jobs.services import enqueue
from providers.admission.enums import OPEN
from providers.admission.models import Application
from providers.criteria.dry_run_models import DryRun
from providers.criteria.dry_run_services import store_dry_run
from providers.criteria.enums import Moment, Verdict
from providers.criteria.models import CriteriaSet
from providers.criteria.permissions import check_edit
from providers.criteria.selectors import Judgement, judge_providers, judge_signals, published_set

DRY_RUN = "providers.dry_run_criteria"
# More than this takes long enough for a job with progress.
INLINE_LIMIT = 2_000


def begin_dry_run(*, criteria_set_id: int, by: User, now: datetime | None = None) -> DryRun | Job:
    """Try the draft at once when few applications are open, else as a job. Raises Conflict, NotFound, NotPermitted."""
    check_edit(by, _draft(criteria_set_id))
    if Application.objects.filter(status__in=OPEN).count() <= INLINE_LIMIT:
        return run_dry_run(criteria_set_id=criteria_set_id, by=by, now=now)
    return enqueue(DRY_RUN, by=by, now=now, criteria_set_id=criteria_set_id, by_id=by.pk)


def run_dry_run(*, criteria_set_id: int, by: User, now: datetime | None = None) -> DryRun:
    """Judge every open application by the draft and by the set in force, on the same signals, and keep the difference.

    Changes no application. Raises Conflict when the set is no draft or changes meanwhile, NotFound, NotPermitted.
    """
    now = now or timezone.now()
    draft, present = _draft(criteria_set_id), published_set()
    applications = list(Application.objects.filter(status__in=OPEN).select_related("provider").order_by("pk"))
    ids = np.array([application.provider_id for application in applications], dtype=np.int64)
    after = judge_providers(ids, today=business_day(now), moment=Moment.DOOR, criteria_set=draft)
    before = judge_signals(present, ids, after.signals, moment=Moment.DOOR) if present is not None else None
    outcomes = [
        ("" if before is None else before.outcome_at(row), after.outcome_at(row)) for row in range(len(applications))
    ]
    return store_dry_run(
        criteria_set_id=draft.pk,
        digest=draft.digest,
        compared_with=present,
        application_count=len(applications),
        moves=[
            _move(application, *pair)
            for application, pair in zip(applications, outcomes, strict=True)
            if pair[0] != pair[1]
        ],
        matrix=[
            {"before": pair[0], "after": pair[1], "count": count} for pair, count in sorted(Counter(outcomes).items())
        ],
        counts=_count(before, after),
        by=by,
        now=now,
    )


def _draft(criteria_set_id: int) -> CriteriaSet:
    draft = CriteriaSet.objects.filter(pk=criteria_set_id).first()
    if draft is None:
        raise NotFound()
    return draft


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
