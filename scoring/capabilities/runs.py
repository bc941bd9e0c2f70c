"""Writes about score runs: start, begin, finish, fail, cancel."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict
from common.jobs import services as jobs
from common.jobs.models import Job
from common.locks import lock
from scoring.capabilities import policies
from scoring.capabilities.enums import OPEN_RUNS, RunStatus
from scoring.capabilities.identity import PinnedInputs, pin_inputs, pin_inputs_of
from scoring.capabilities.models import ScoreRun, ScoringModel
from scoring.capabilities.run_models import present_engine
from scoring.capabilities.selectors import published_model
from scoring.capabilities.states import SCORE_RUN

TASK = "scoring.run_scores"


@dataclass(frozen=True)
class Outcome:
    """What a computation found, to be written onto the run."""

    result_digest: str
    fact_count: int
    provider_count: int
    assessed_count: int
    timings: dict[str, float]
    advanced_from: date | None = None


@transaction.atomic
def start_run(
    *,
    by: User | None,
    as_of: date | None = None,
    scoring_model_id: int | None = None,
    in_background: bool = True,
    job: Job | None = None,
    now: datetime | None = None,
) -> ScoreRun:
    """A run of the model in force (or of a version once published) as of a day, by default yesterday.

    The same inputs again give back the finished or the waiting run. Raises InvalidInput (as_of), Conflict when no model
    is published, there are no facts, or another run of that model and day is under way; NotPermitted. `by=None` is the
    portal itself. `in_background=False` leaves the work to the caller, who calls `compute.carry_out`; a caller that is
    a `job` names it, so that nobody takes its run for an abandoned one.
    """
    now = now or timezone.now()
    if by is not None:
        check_permission(by, "run.start")
    today = business_day(now)
    as_of = as_of or today - timedelta(days=1)
    policies.check_day(as_of, today)
    # The model's row is the lock under which runs of one model are started one after the other.
    model = lock(ScoringModel.objects.all(), scoring_model_id or published_id())
    policies.check_runnable(model)
    inputs = pin_inputs(model, as_of)
    if not inputs.batches:
        raise Conflict(_("There are no facts to score."), remedy=_("Import facts first."), code="no_facts")
    present = find_same(model, as_of, inputs.digest, now)
    if present is not None:
        return present
    run = ScoreRun(
        scoring_model=model,
        as_of=as_of,
        batch_ids=inputs.batch_ids,
        adjustment_ids=inputs.adjustment_ids,
        related_ids=inputs.related_ids,
        seed=model.rule.bootstrap.seed,
        input_digest=inputs.digest,
        job=job,
        created_at=now,
        created_by=by,
    )
    run.full_clean()
    run.save()
    record("run.start", run, by=by, now=now, changes={"as_of": as_of, "input_digest": inputs.digest})
    if in_background:
        run.job = jobs.enqueue(TASK, by=by, now=now, run_id=run.pk)
        run.save(update_fields=["job"])
    return run


def published_id() -> int:
    """The model in force; raises Conflict when there is none."""
    model = published_model()
    if model is None:
        raise Conflict(
            _("No scoring model is in force."),
            field="scoring_model",
            remedy=_("Publish one first."),
            code="no_model",
        )
    return model.pk


def find_same(model: ScoringModel, as_of: date, digest: str, now: datetime) -> ScoreRun | None:
    """The finished run of these inputs, or the one under way; raises Conflict when another is under way."""
    done = ScoreRun.objects.filter(input_digest=digest, status=RunStatus.DONE).first()
    if done is not None:
        return done
    open_run = (
        ScoreRun.objects.select_for_update(of=("self",))
        .select_related("job")
        .filter(scoring_model=model, as_of=as_of, status__in=OPEN_RUNS)
        .first()
    )
    if open_run is None:
        return None
    worker_is_gone = open_run.job is not None and not open_run.job.is_open
    if open_run.input_digest == digest and not worker_is_gone:
        return open_run
    if worker_is_gone or open_run.job is None:
        # Without a job it is last night's attempt, or a command's, on inputs that are no longer the present ones.
        close(open_run, "fail", by=None, now=now)
        return None
    raise Conflict(
        _("Another run of this model and day is under way."),
        remedy=_("Wait for it or cancel it, then start again."),
        code="run_active",
    )


@transaction.atomic
def begin_run(*, run_id: int, now: datetime | None = None) -> tuple[ScoreRun, PinnedInputs] | None:
    """The worker takes the run and pins the providers as they are now; None when it is finished already.

    A run that a dead worker left running begins again. Raises IllegalTransition when it was cancelled or has failed.
    """
    now = now or timezone.now()
    run = lock(ScoreRun.objects.select_related("scoring_model"), run_id)
    if run.status == RunStatus.DONE:
        return None
    row = SCORE_RUN.check(run, "begin")
    run.engine_version = present_engine()  # a run may have waited while the portal was renewed
    inputs = pin_inputs_of(run)
    run.status, run.started_at, run.input_digest = row.to, now, inputs.digest
    run.save_checked()
    record(row.audit, run, by=None, now=now, changes={"input_digest": inputs.digest})
    return run, inputs


@transaction.atomic
def finish_run(
    *, run_id: int, outcome: Outcome, store: Callable[[ScoreRun], None], now: datetime | None = None
) -> ScoreRun:
    """Write the results and close the run, all in one transaction. `store` writes the scorecards of the locked run.

    A run that meanwhile was finished by another worker or cancelled keeps what it has: the first raises nothing and
    gives it back, the second raises IllegalTransition.
    """
    now = now or timezone.now()
    run = lock(ScoreRun.objects.select_related("scoring_model"), run_id)
    if run.status == RunStatus.DONE:
        return run
    row = SCORE_RUN.check(run, "finish")
    store(run)
    run.status, run.finished_at = row.to, now
    run.result_digest, run.timings = outcome.result_digest, outcome.timings
    run.fact_count, run.provider_count = outcome.fact_count, outcome.provider_count
    run.assessed_count, run.advanced_from = outcome.assessed_count, outcome.advanced_from
    run.save_checked()
    earlier = ScoreRun.objects.filter(
        scoring_model=run.scoring_model, as_of=run.as_of, status=RunStatus.DONE, superseded_by=None
    ).exclude(pk=run.pk)
    for old in earlier.select_for_update().order_by("pk"):
        old.superseded_by = run
        old.save_checked()
        record("run.supersede", old, by=None, now=now, changes={"superseded_by": run.pk})
    record(row.audit, run, by=None, now=now, changes={"result_digest": run.result_digest})
    return run


@transaction.atomic
def fail_run(*, run_id: int, failure: str, now: datetime | None = None) -> ScoreRun:
    """The work ended without a result; `failure` is the sentence for people, empty when only the log knows.

    A run that has ended otherwise in the meantime stays as it is.
    """
    run = lock(ScoreRun.objects.all(), run_id)
    return close(run, "fail", by=None, now=now or timezone.now(), failure=failure) if run.is_open else run


@transaction.atomic
def stop_run(*, run_id: int, now: datetime | None = None) -> ScoreRun:
    """Its job was cancelled, before a worker took it or while one worked; nothing to do when the run itself knows."""
    run = lock(ScoreRun.objects.all(), run_id)
    return close(run, "cancel", by=None, now=now or timezone.now()) if run.is_open else run


@transaction.atomic
def cancel_run(
    *, run_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> ScoreRun:
    """Stop a run and its job; nothing it computed is kept."""
    now = now or timezone.now()
    run = lock(ScoreRun.objects.select_related("job"), run_id)
    run.check_version(version)
    row = SCORE_RUN.check(run, "cancel", note=note)
    check_permission(by, row.permission)
    closed = close(run, "cancel", by=by, now=now, note=note)
    if run.job is not None and run.job.is_open:
        jobs.request_cancel(job_id=run.job.pk, by=by, now=now)
    return closed


def close(run: ScoreRun, action: str, *, by: User | None, now: datetime, failure: str = "", note: str = "") -> ScoreRun:
    """End a locked run without a result."""
    row = SCORE_RUN.check(run, action, note=note)
    run.status, run.finished_at, run.failure = row.to, now, failure
    run.save_checked()
    changes: dict[str, Any] = {"failure": failure} if failure else {}
    record(row.audit, run, by=by, note=note, now=now, changes=changes)
    return run


# What people do with a run; the other steps are the worker's.
ACTIONS: dict[str, Callable[..., ScoreRun]] = {"cancel": cancel_run}
