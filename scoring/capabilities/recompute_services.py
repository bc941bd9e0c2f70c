"""After a correction: the runs that count are computed again, and whoever's score changed is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.notices.services import send_notices
from common.audit.services import record
from common.days import business_day
from common.jobs.models import Job, JobStatus
from common.jobs.services import enqueue
from common.locks import lock
from common.templatetags.paddock import number
from scoring.capabilities.enums import ModelStatus, RunStatus
from scoring.capabilities.identity import days_of
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel
from scoring.capabilities.recompute_models import Recomputation
from scoring.capabilities.runs import start_run
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.adjustment_services import RECOMPUTE

# A model that is not in force and was not run for so long serves no season any more.
IN_USE = timedelta(days=7)
LOOK_BACK = timedelta(days=2)
MOST_TRIES = 30
ENDED_BADLY = (JobStatus.FAILED, JobStatus.CANCELLED)


@dataclass(frozen=True)
class Change:
    """A score that changed, as people see it: to one decimal, None where it is not assessed."""

    provider_id: int
    organisation_id: int | None
    before: float | None
    after: float | None


def affected_runs(adjustment: Adjustment) -> list[ScoreRun]:
    """The runs that counted when the adjustment was made, one per model in use, as far as they do not hold it yet.

    Earlier days stay as they were published: they are the record of what counted then.
    """
    found = []
    for model in ScoringModel.objects.filter(published_at__isnull=False).order_by("pk"):
        runs = ScoreRun.objects.filter(scoring_model=model, status=RunStatus.DONE)
        run = runs.filter(created_at__lte=adjustment.created_at).order_by("-as_of", "-pk").first()
        present = None if run is None else present_run(run)
        if present is not None and is_affected(present, model, adjustment):
            found.append(present)
    return found


def is_affected(run: ScoreRun, model: ScoringModel, adjustment: Adjustment) -> bool:
    """Whether a run lacks the adjustment, reads its days, and belongs to a model in use."""
    first, last = days_of(model, run.as_of)
    in_use = model.status == ModelStatus.PUBLISHED or run.as_of >= business_day(adjustment.created_at) - IN_USE
    reads = adjustment.day_from <= last and adjustment.day_to >= first
    return in_use and reads and adjustment.pk not in run.adjustment_ids


@transaction.atomic
def plan_recomputations(*, adjustment_id: int, now: datetime | None = None) -> list[Recomputation]:
    """One row per run to compute again; those that a dead worker left open come back."""
    now = now or timezone.now()
    adjustment = lock(Adjustment.objects.all(), adjustment_id)
    planned = {row.before_id: row for row in Recomputation.objects.filter(adjustment=adjustment)}
    if all(not row.is_open for row in planned.values()):
        for run in affected_runs(adjustment):
            if run.pk not in planned:
                planned[run.pk] = Recomputation.objects.create(adjustment=adjustment, before=run, created_at=now)
                record("run.recompute", run, by=None, now=now, changes={"adjustment": adjustment.pk})
    return sorted((row for row in planned.values() if row.is_open), key=lambda row: row.pk)


@transaction.atomic
def begin_recomputation(*, recomputation_id: int, job: Job | None, now: datetime | None = None) -> ScoreRun | None:
    """The run that takes the place of the one before; None when another correction's run took this one in and told.

    What was computed again meanwhile is what counts now, so nobody is told the same change twice. Raises Conflict while
    another run of that day is under way.
    """
    now = now or timezone.now()
    row = lock(Recomputation.objects.select_related("before", "after"), recomputation_id)
    if row.after is not None and row.after.status not in (RunStatus.FAILED, RunStatus.CANCELLED):
        return row.after
    before = present_run(row.before)
    if row.adjustment_id in before.adjustment_ids:
        row.after, row.changed_count, row.finished_at = before, 0, now
    else:
        row.before = before
        row.after = start_run(
            by=None, as_of=before.as_of, scoring_model_id=before.scoring_model_id, in_background=False, job=job, now=now
        )
    row.full_clean()
    row.save()
    record("run.replace", before, by=None, now=now, changes={"after": row.after.pk, "adjustment": row.adjustment_id})
    return row.after if row.is_open else None


def present_run(run: ScoreRun) -> ScoreRun:
    """The run that counts in the place of `run` now."""
    while run.superseded_by is not None:
        run = run.superseded_by
    return run


@transaction.atomic
def finish_recomputation(*, recomputation_id: int, now: datetime | None = None) -> Recomputation:
    """Tell everybody whose score changed, once."""
    now = now or timezone.now()
    row = lock(Recomputation.objects.select_related("before", "after", "adjustment"), recomputation_id)
    if not row.is_open or row.after is None:
        return row
    changes = changes_between(row.before, row.after)
    send_notices("score.recomputed", [(one.organisation_id, words_of(row, one)) for one in changes], now=now)
    row.changed_count, row.finished_at = len(changes), now
    row.full_clean()
    row.save(update_fields=["changed_count", "finished_at"])
    record("run.tell_changes", row.after, by=None, now=now, changes={"before": row.before_id, "changed": len(changes)})
    return row


def words_of(row: Recomputation, change: Change) -> dict[str, Any]:
    """The parameters of the notice."""
    return {
        "as_of_on": row.before.as_of.isoformat(),
        "adjustment": row.adjustment.number,
        "before": number(change.before, 1),
        "after": number(change.after, 1),
    }


def changes_between(before: ScoreRun, after: ScoreRun) -> Sequence[Change]:
    """The scores that differ by more than rounding: not the same to the one decimal that people see."""
    old = dict(Scorecard.objects.filter(run=before).values_list("provider_id", "composite"))
    cards = Scorecard.objects.filter(run=after).order_by("provider_id")
    rows = cards.values_list("provider_id", "provider__organisation_id", "composite")
    return [
        Change(provider, organisation, as_shown(old.get(provider)), as_shown(score))
        for provider, organisation, score in rows
        if as_shown(old.get(provider)) != as_shown(score)
    ]


def as_shown(score: float | None) -> float | None:
    """A score as people see it."""
    return None if score is None else round(score, 1)


@transaction.atomic
def resume_recomputations(*, now: datetime | None = None) -> int:
    """Ask again for what only failed jobs worked on, as when another run of that day was under way; gives how many."""
    now = now or timezone.now()
    waiting = 0
    for adjustment in Adjustment.objects.filter(created_at__gte=now - LOOK_BACK).order_by("pk"):
        jobs = Job.objects.filter(name=RECOMPUTE, arguments__adjustment_id=adjustment.pk)
        statuses = list(jobs.values_list("status", flat=True))
        if len(statuses) >= MOST_TRIES or any(status not in ENDED_BADLY for status in statuses):
            continue
        record("run.resume_recompute", adjustment, by=None, now=now)
        enqueue(RECOMPUTE, now=now, adjustment_id=adjustment.pk)
        waiting += 1
    return waiting
