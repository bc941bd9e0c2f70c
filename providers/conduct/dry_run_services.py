"""Trying a draft of criteria on everybody whom it would judge: the open applications, and the next night."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from common.days import business_day
from common.exceptions import NotFound
from common.jobs.models import Job
from common.jobs.services import enqueue
from providers.admission.enums import OPEN
from providers.admission.models import Application
from providers.admission.triage_dry_run import try_at_door
from providers.conduct.night_dry_run import try_tonight
from providers.criteria.dry_run_models import DryRun
from providers.criteria.dry_run_services import store_dry_run
from providers.criteria.models import CriteriaSet
from providers.criteria.permissions import check_edit
from providers.criteria.selectors import published_set
from providers.registry.selectors import active

DRY_RUN = "providers.dry_run_criteria"
# More companies than this take long enough for a job with progress.
INLINE_LIMIT = 2_000


def begin_dry_run(*, criteria_set_id: int, by: User, now: datetime | None = None) -> DryRun | Job:
    """Try the draft at once when few companies are judged, else as a job. Raises Conflict, NotFound, NotPermitted."""
    check_edit(by, _draft(criteria_set_id))
    if Application.objects.filter(status__in=OPEN).count() + active().count() <= INLINE_LIMIT:
        return run_dry_run(criteria_set_id=criteria_set_id, by=by, now=now)
    return enqueue(DRY_RUN, by=by, now=now, criteria_set_id=criteria_set_id, by_id=by.pk)


def run_dry_run(*, criteria_set_id: int, by: User, now: datetime | None = None) -> DryRun:
    """Judge by the draft and by the set in force, on the same signals, and keep the difference beside the draft.

    Changes nothing for anybody. Raises Conflict when the set is no draft or changes meanwhile, NotFound, NotPermitted.
    """
    now = now or timezone.now()
    draft, present, today = _draft(criteria_set_id), published_set(), business_day(now)
    return store_dry_run(
        criteria_set_id=draft.pk,
        digest=draft.digest,
        compared_with=present,
        night=try_tonight(draft, present, today=today),
        by=by,
        now=now,
        **try_at_door(draft, present, today=today),
    )


def _draft(criteria_set_id: int) -> CriteriaSet:
    draft = CriteriaSet.objects.filter(pk=criteria_set_id).first()
    if draft is None:
        raise NotFound()
    return draft
