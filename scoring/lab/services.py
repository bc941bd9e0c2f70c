"""Writes about trials: start, begin, store a result, finish, fail, cancel."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput
from common.locks import lock
from scoring.capabilities.definitions import check_whole
from scoring.capabilities.draft_services import note_affected
from scoring.capabilities.enums import RunStatus
from scoring.capabilities.models import ScoreRun, ScoringModel
from scoring.lab.models import LabResult, LabTrial
from scoring.lab.options import MAX_RUNS, read_options
from scoring.lab.selectors import default_runs, open_trial_of
from scoring.lab.states import TRIAL
from scoring.trials.services import TrialSteps, close, make_way, open_trial, take

TASK = "scoring.try_model"
_steps = TrialSteps(LabTrial)
fail_trial, stop_trial, cancel_trial = _steps.fail, _steps.stop, _steps.cancel


@transaction.atomic
def start_trial(
    *,
    model_id: int,
    by: User,
    run_ids: Sequence[int] = (),
    options: Mapping[str, Any] | None = None,
    in_background: bool = True,
    now: datetime | None = None,
) -> LabTrial:
    """Try a version, as it is defined now, on past runs: by default on the newest.

    Raises InvalidInput (run_ids, an option, or a draft with open faults), Conflict when there is no run or the version
    is being tried already, NotPermitted. `in_background=False` leaves the work to the caller (`work.carry_out`).
    """
    now = now or timezone.now()
    model = lock(ScoringModel.objects.all(), model_id)
    check_permission(by, "model.edit")
    check_whole(model.rule)
    chosen = read_options(options or {})
    runs = check_runs(run_ids)
    make_way(open_trial_of(model), busy=_("This version is being tried already."), now=now)
    trial = LabTrial(
        scoring_model=model,
        definition=model.definition,
        digest=model.digest,
        run_ids=[run.pk for run in runs],
        options=chosen.as_mapping(),
        created_at=now,
        created_by=by,
    )
    changes = {"model": model.pk, "digest": model.digest, "runs": trial.run_ids}
    return open_trial(
        trial, event="trial.start", changes=changes, task=TASK, in_background=in_background, by=by, now=now
    )


def check_runs(run_ids: Sequence[int]) -> list[ScoreRun]:
    """The finished runs that a trial names, oldest day first; raises InvalidInput or Conflict."""
    if not run_ids:
        runs = default_runs()
        if not runs:
            raise Conflict(
                _("There is no finished score run to try it on."), remedy=_("Start a score run first."), code="no_runs"
            )
        return runs
    found = list(ScoreRun.objects.filter(pk__in=run_ids, status=RunStatus.DONE).order_by("as_of", "pk"))
    if len(found) != len(set(run_ids)):
        raise InvalidInput(
            _("One of the runs is not finished, or there is no such run."),
            field="run_ids",
            remedy=_("Choose runs that are done."),
            code="run_not_done",
        )
    if len(found) > MAX_RUNS:
        raise InvalidInput(
            _("A trial takes at most %(count)s runs.") % {"count": MAX_RUNS},
            field="run_ids",
            remedy=_("Choose fewer, or try the others afterwards."),
            code="too_many_runs",
        )
    return found


@transaction.atomic
def begin_trial(*, trial_id: int, now: datetime | None = None) -> tuple[LabTrial, list[ScoreRun]] | None:
    """The worker takes the trial, with the runs that have no result yet; None when it is finished already.

    What a dead worker stored stays, so that the next one goes on after it. Raises IllegalTransition when it was
    cancelled or has failed.
    """
    now = now or timezone.now()
    trial = lock(LabTrial.objects.select_related("scoring_model"), trial_id)
    if trial.status == "done":
        return None
    stored = list(trial.results.values_list("run_id", flat=True))
    take(trial, now=now, changes={"stored": len(stored)})
    runs = ScoreRun.objects.filter(pk__in=trial.run_ids).exclude(pk__in=stored).select_related("scoring_model")
    return trial, list(runs.order_by("as_of", "pk"))


@transaction.atomic
def store_result(
    *, trial_id: int, result: LabResult, store_moves: Callable[[LabResult], None], now: datetime | None = None
) -> LabResult:
    """Keep what the trial found on one run, and say on the draft how many are affected; all in one transaction.

    A result that another worker stored meanwhile stays and is given back. Raises IllegalTransition when the trial was
    cancelled.
    """
    trial = lock(LabTrial.objects.all(), trial_id)
    present = trial.results.filter(run_id=result.run_id).first()
    if present is not None:
        return present
    TRIAL.check(trial, "finish")
    result.trial = trial
    result.full_clean()
    result.save()
    store_moves(result)
    changes = {"run": result.run_id, "affected": result.affected_count, "digest": result.result_digest}
    record("trial.store", trial, by=None, now=now, changes=changes)
    note_affected(
        model_id=trial.scoring_model_id,
        digest=result.model_digest,
        affected=result.affected_count,
        total=result.provider_count,
        by=trial.created_by,
        now=now,
    )
    return result


@transaction.atomic
def finish_trial(*, trial_id: int, now: datetime | None = None) -> LabTrial:
    """All runs have their results. Raises IllegalTransition when the trial was cancelled."""
    trial = lock(LabTrial.objects.all(), trial_id)
    return trial if trial.status == "done" else close(trial, "finish", by=None, now=now or timezone.now())


# What people do with a trial; the other steps are the worker's.
ACTIONS: dict[str, Callable[..., LabTrial]] = {"cancel": cancel_trial}
