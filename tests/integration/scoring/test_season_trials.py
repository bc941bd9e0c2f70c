"""Trials of season rules: cancelled, dead and repeated ones, every state and role, what the database keeps."""

from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.roles import Role
from common.exceptions import Conflict, IllegalTransition, NotPermitted
from common.jobs import services as jobs
from common.jobs.models import Job
from common.jobs.progress import JobCancelled
from common.jobs.tasks import run_job
from providers.registry.models import Provider
from scoring.capabilities.compute import Silent
from scoring.season_lab import services
from scoring.season_lab.models import ReplayMove, SeasonReplay, SeasonTrial
from scoring.season_lab.work import REAL, STORING, TRYING, carry_out
from scoring.trials.enums import TrialStatus
from tests.factories.accounts import make_staff
from tests.factories.season_lab import FEW, make_draft, make_past_and_draft
from tests.factories.seasons import LEAGUE

pytestmark = pytest.mark.django_db


class Stopping:
    """Progress that says stop when a phase begins."""

    def __init__(self, phase: str) -> None:
        self.phase = phase

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        if phase == self.phase:
            raise JobCancelled


@pytest.mark.parametrize("phase", [REAL, TRYING, STORING])
def test_a_cancel_is_honoured_in_each_phase_and_stores_nothing(phase: str) -> None:
    draft = make_past_and_draft()
    steward = make_staff(Role.RACE_STEWARD)
    trial = services.start_trial(season_id=draft.pk, by=steward, options=FEW, in_background=False)
    with pytest.raises(JobCancelled):
        carry_out(trial.pk, Stopping(phase))
    trial.refresh_from_db()
    assert (trial.status, trial.replays.count()) == ("cancelled", 0)


def test_a_trial_that_was_cancelled_while_it_was_computed_stores_nothing() -> None:
    draft, steward = make_past_and_draft(), make_staff(Role.RACE_STEWARD)
    trial = services.start_trial(season_id=draft.pk, by=steward, options=FEW, in_background=False)

    class Meddling(Silent):
        def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
            if phase == STORING:
                services.cancel_trial(trial_id=trial.pk, by=steward)

    with pytest.raises(JobCancelled):
        carry_out(trial.pk, Meddling())
    trial.refresh_from_db()
    assert (trial.status, trial.replays.count()) == ("cancelled", 0)


def test_a_trial_runs_as_a_job_survives_a_dead_worker_and_makes_room() -> None:
    draft, steward = make_past_and_draft(), make_staff(Role.RACE_STEWARD)
    trial = services.start_trial(season_id=draft.pk, by=steward, options=FEW)
    assert trial.job is not None
    with pytest.raises(Conflict) as refusal:
        services.start_trial(season_id=draft.pk, by=steward, options=FEW)
    assert refusal.value.reason == "trial_active"
    services.begin_trial(trial_id=trial.pk)  # a worker takes it and dies
    run_job(trial.job.pk, lambda progress, trial_id: carry_out(trial_id, progress))
    trial.refresh_from_db()
    assert (trial.status, trial.replays.count(), Job.objects.get(pk=trial.job_id).status) == ("done", 1, "done")
    assert carry_out(trial.pk, Silent()) == {"trial": trial.pk}
    assert trial.replays.count() == 1
    waiting = services.start_trial(season_id=draft.pk, by=steward, options=FEW)
    assert waiting.job_id is not None
    jobs.request_cancel(job_id=waiting.job_id, by=steward)
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    dead = services.start_trial(season_id=draft.pk, by=steward, options=FEW)
    jobs.claim(dead.job_id)
    jobs.close_failed(Job.objects.get(pk=dead.job_id), error="")
    services.start_trial(season_id=draft.pk, by=steward, options=FEW)
    dead.refresh_from_db()
    assert dead.status == "failed"


def make_in(status: str) -> SeasonTrial:
    steward = make_staff(Role.RACE_STEWARD)
    trial = services.start_trial(
        season_id=make_past_and_draft().pk, by=steward, options={"draws": 0}, in_background=False
    )
    if status == TrialStatus.RUNNING:
        services.begin_trial(trial_id=trial.pk)
    elif status == TrialStatus.DONE:
        carry_out(trial.pk, Silent())
    elif status == TrialStatus.FAILED:
        services.fail_trial(trial_id=trial.pk, failure="No.")
    elif status == TrialStatus.CANCELLED:
        services.cancel_trial(trial_id=trial.pk, by=steward)
    trial.refresh_from_db()
    return trial


TRUTH = {("queued", "cancel"): "cancelled", ("running", "cancel"): "cancelled"}


@pytest.mark.parametrize(("status", "action"), list(product(TrialStatus.values, services.ACTIONS)))
@pytest.mark.parametrize("role", [Role.RACE_STEWARD, Role.AUDITOR])
def test_every_state_action_and_role(status: str, action: str, role: str) -> None:
    trial, person = make_in(status), make_staff(role)
    act = services.ACTIONS[action]
    if (status, action) not in TRUTH:
        with pytest.raises(IllegalTransition):
            act(trial_id=trial.pk, by=person)
    elif role == Role.AUDITOR:
        with pytest.raises(NotPermitted):
            act(trial_id=trial.pk, by=person)
    else:
        assert act(trial_id=trial.pk, by=person).status == TRUTH[status, action]
        return
    trial.refresh_from_db()
    assert trial.status == status


def test_the_database_keeps_what_was_tried_and_found() -> None:
    trial = make_in(TrialStatus.DONE)
    for rows, change in (
        (SeasonReplay.objects.all(), {"differing_count": 0}),
        (ReplayMove.objects.all(), {"differs": False}),
        (SeasonTrial.objects.all(), {"digest": "0" * 64}),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            rows._raw_delete("default")
    for wrong in ({"status": "wild"}, {"finished_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SeasonTrial.objects.filter(pk=trial.pk).update(**wrong)


@pytest.mark.parametrize("changes", [{"digest": "short"}, {"season_ids": []}])
def test_constraints_of_trials(changes: dict[str, Any]) -> None:
    draft = make_past_and_draft()
    values: dict[str, Any] = {"digest": "a" * 64, "season_ids": [1], "plan": {"order": ["score"]}, **changes}
    with pytest.raises(IntegrityError), transaction.atomic():
        SeasonTrial.objects.create(season=draft, created_by=make_staff(Role.RACE_STEWARD), **values)


def test_one_open_trial_per_season() -> None:
    trial = make_in(TrialStatus.QUEUED)
    with pytest.raises(IntegrityError), transaction.atomic():
        SeasonTrial.objects.create(
            season=trial.season,
            created_by=trial.created_by,
            digest="a" * 64,
            season_ids=[1],
            plan={"order": ["score"]},
        )


@pytest.mark.parametrize(
    "changes", [{"differing_count": 3}, {"result_digest": "short"}, {"run_digest": ""}, {"season_digest": ""}]
)
def test_constraints_of_replays(changes: dict[str, Any]) -> None:
    done = make_in(TrialStatus.DONE).replays.get()
    draft = make_draft(LEAGUE, code="AGAIN")
    trial = services.start_trial(season_id=draft.pk, by=make_staff(Role.RACE_STEWARD), in_background=False)
    values: dict[str, Any] = {
        "season": done.season,
        "run": done.run,
        **dict.fromkeys(("season_digest", "run_digest", "result_digest"), "a" * 64),
        "provider_count": 2,
        "differing_count": 1,
        "summary": {"names": []},
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        SeasonReplay(trial=trial, **values | changes).save()
    SeasonReplay(trial=trial, **values).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        SeasonReplay(trial=trial, **values).save()


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "odd"},
        {"outcome": "stay", "track": ""},
        {"outcome": "", "track": "league"},
        {"real_outcome": "stay", "real_track": ""},
        {"outcome": "", "track": "", "place": None, "real_outcome": "", "real_track": ""},
        {"kept": 1.5},
        {"up_odds": -0.1},
        {"down_odds": 2.0},
    ],
)
def test_constraints_of_moves(changes: dict[str, Any]) -> None:
    replay = make_in(TrialStatus.DONE).replays.get()
    values: dict[str, Any] = {
        "ladder": "elsewhere",
        "track": "league",
        "outcome": "stay",
        "place": 1,
        "real_track": "league",
        "real_outcome": "stay",
        "differs": False,
        "newcomer": False,
    }
    provider = Provider.objects.earliest("pk")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReplayMove(replay=replay, provider=provider, **values | changes).save()
    ReplayMove(replay=replay, provider=provider, **values).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReplayMove(replay=replay, provider=provider, **values).save()
