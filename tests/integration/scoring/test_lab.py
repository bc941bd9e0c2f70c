"""The rule lab: a draft on past runs, kept beside it; resumed, cancelled, and never changing a run."""

import json
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotPermitted
from common.jobs import services as jobs
from common.jobs.models import Job
from common.jobs.progress import JobCancelled
from common.jobs.tasks import run_job
from providers.registry.models import Provider
from scoring.capabilities import services as models
from scoring.capabilities.compute import Silent
from scoring.capabilities.models import ScoreRun, ScoringModel
from scoring.lab import services
from scoring.lab.models import LabMove, LabResult, LabTrial
from scoring.lab.options import read_options
from scoring.lab.selectors import move_of
from scoring.lab.work import SCORING, SHAKING, WEIGHING, carry_out
from scoring.trials.enums import TrialStatus
from tests.factories.accounts import make_staff
from tests.factories.providers import make_external_provider, make_provider
from tests.factories.scoring import DAY, make_facts, make_published_model, make_run, small_model, work

pytestmark = pytest.mark.django_db
FEW = {"draws": 40, "replicates": 20, "top": 1}


class Stopping:
    """Progress that says stop when a phase of a run begins."""

    def __init__(self, phase: str, after: int = 0) -> None:
        self.phase, self.after = phase, after

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        if phase == self.phase and done >= self.after:
            raise JobCancelled


@pytest.fixture
def providers() -> list[Provider]:
    """Three providers and one known from outside, over three weeks. By today's rule (0.4 clicks, 0.3 kept of refunds,
    0.3 promises) they score 10 * 0.4 ... see `test_scores_by_hand`."""
    make_published_model()
    made = [make_provider(status="admitted", region=region) for region in ("zhejiang", "hebei", "zhejiang")]
    for age in (0, 8, 15):
        day = DAY - timedelta(days=age)
        rows = [
            {"provider": made[0].code, "day": day, **work(600, 50, 45)},
            {"provider": made[1].code, "day": day, **work(200, 10, 50)},
            {"provider": made[2].code, "day": day, **work(100, 90, 10)},
            {"provider": "LIVE-1", "day": day, **work(900, 0, 50)},
        ]
        make_facts(rows, day=day)
    make_external_provider("LIVE-1")
    return made


def make_draft(definition: str | None = None) -> ScoringModel:
    """The small model with all weight on clicks but a tenth."""
    text = definition or small_model("2").replace("weight = 0.4", "weight = 0.9").replace(
        "weight = 0.6", "weight = 0.1"
    )
    return models.create_draft(definition=text, by=make_staff(Role.SCORING_ANALYST))


def try_it(model: ScoringModel, *runs: ScoreRun, **options: Any) -> LabTrial:
    trial = services.start_trial(
        model_id=model.pk,
        by=make_staff(Role.SCORING_ANALYST),
        run_ids=[run.pk for run in runs],
        options={**FEW, **options},
        in_background=False,
    )
    carry_out(trial.pk, Silent())
    trial.refresh_from_db()
    return trial


def test_scores_by_hand(providers: list[Provider]) -> None:
    run, model = make_run(), make_draft()
    trial = try_it(model, run)
    result = trial.results.get()
    moves = {move.provider.code: move for move in result.moves.select_related("provider")}
    # Before: 0.4 * clicks + 0.6 * (half not refunded + half kept): 24 + 0.6 * (25 + 45) = 66; after: 54 + 7 = 61.
    first, second, third = (moves[provider.code] for provider in providers)
    assert (first.score_before, first.score_after, first.score_change) == pytest.approx((66, 61, -5))
    # 0.4 * 20 + 0.6 * (45 + 50) = 65, then 18 + 9.5 = 27.5: below the only cut point of 50.
    assert (second.score_before, second.score_after) == pytest.approx((65, 27.5))
    assert (second.level_before, second.level_after, second.level_change) == (2, 1, -1)
    assert (third.score_before, third.score_after) == pytest.approx((13, 10.5))
    assert [(m.rank_before, m.rank_after, m.rank_change) for m in (first, second, third)] == [
        (1, 1, 0),
        (2, 2, 0),
        (3, 3, 0),
    ]
    outside = moves["LIVE-1"]
    assert (outside.external, outside.rank_before, outside.rank_after, outside.kind) == (True, None, None, "down")
    assert (result.provider_count, result.affected_count, result.assessed_after) == (4, 4, 4)
    summary = result.summary
    assert summary["transitions"] == [[1, 0, 0], [1, 2, 0], [0, 0, 0]]
    regions = {group["key"]: group for group in summary["groups"]["region"]}
    assert (regions["zhejiang"]["size"], regions["hebei"]["median_score"]) == (2, pytest.approx(-37.5))
    assert summary["reproduced"] is True
    assert (summary["weights"]["count"], summary["noise"]["after"]["count"], summary["noise"]["before"]["count"]) == (
        40,
        20,
        20,
    )
    assert sum(row["weight"] for row in summary["diagnostics"]["metrics"]) == pytest.approx(1)
    digests = (result.base_digest, result.base_result_digest, result.input_digest, result.model_digest)
    assert digests == (run.scoring_model.digest, run.result_digest, run.input_digest, model.digest)


def test_a_trial_changes_no_run_and_notes_how_many_are_affected(providers: list[Provider]) -> None:
    run, model = make_run(), make_draft()
    before = (run.result_digest, run.version, run.scorecards.count())
    trial = try_it(model, run)
    run.refresh_from_db()
    model.refresh_from_db()
    assert (run.result_digest, run.version, run.scorecards.count()) == before
    assert (trial.status, model.tried_digest, model.affected_count, model.affected_total) == (
        "done",
        model.digest,
        4,
        4,
    )
    assert move_of(model, providers[1].pk) == trial.results.get().moves.get(provider=providers[1])


def test_the_same_trial_gives_the_same_digest_and_another_seed_another(providers: list[Provider]) -> None:
    run, model = make_run(), make_draft()
    first, second, third = (try_it(model, run, seed=seed).results.get() for seed in (1, 1, 2))
    assert first.result_digest == second.result_digest
    assert first.result_digest != third.result_digest
    assert json.dumps(first.summary) == json.dumps(second.summary)


def test_the_model_of_the_run_itself_moves_nobody(providers: list[Provider]) -> None:
    run = make_run()
    result = try_it(run.scoring_model, run).results.get()
    assert (result.affected_count, result.summary["correlation"]) == (0, pytest.approx(1))
    assert set(result.moves.values_list("kind", flat=True)) == {"same"}
    assert {move.score_change for move in result.moves.all()} == {0.0}


def test_who_is_newly_assessed_and_who_no_longer(providers: list[Provider]) -> None:
    run = make_run()
    strict = (
        small_model("3")
        .replace("minimum = 30", "minimum = 301")
        .replace("minimum_capabilities = 1", "minimum_capabilities = 2")
    )
    lost = try_it(make_draft(strict.replace("minimum = 10", "minimum = 1000")), run).results.get()
    assert (lost.assessed_before, lost.assessed_after, lost.affected_count) == (4, 0, 4)
    assert set(lost.moves.values_list("kind", flat=True)) == {"lost"}
    assert lost.summary["transitions"] == [[0, 0, 1], [0, 0, 3], [0, 0, 0]]


def test_what_the_run_did_not_record_is_taken_from_the_registry_and_named(providers: list[Provider]) -> None:
    run = make_run()
    text = small_model("4") + '\n[peers]\ncolumns = ["region", "size"]\nminimum = 1\n'
    result = try_it(make_draft(text), run).results.get()
    assert result.summary["borrowed"] == ["region"]


def test_several_runs_each_have_a_result_and_a_dead_worker_loses_none(providers: list[Provider]) -> None:
    old, new = make_run(as_of=DAY - timedelta(days=8)), make_run()
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    trial = services.start_trial(
        model_id=model.pk, by=analyst, run_ids=[old.pk, new.pk], options=FEW, in_background=False
    )

    class Dying(Silent):
        def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
            if done >= 100 and phase == WEIGHING:
                raise SystemExit

    with pytest.raises(SystemExit):
        carry_out(trial.pk, Dying())
    trial.refresh_from_db()
    kept = trial.results.get()
    assert (trial.status, kept.run) == ("running", old)
    carry_out(trial.pk, Silent())
    trial.refresh_from_db()
    assert (trial.status, [result.run for result in trial.results.order_by("run__as_of")]) == ("done", [old, new])
    assert trial.results.get(run=old) == kept
    assert carry_out(trial.pk, Silent()) == {"trial": trial.pk}


@pytest.mark.parametrize("phase", [SCORING, WEIGHING, SHAKING])
def test_a_cancel_is_honoured_in_each_phase_and_keeps_what_was_stored(providers: list[Provider], phase: str) -> None:
    old, new = make_run(as_of=DAY - timedelta(days=8)), make_run()
    trial = services.start_trial(
        model_id=make_draft().pk,
        by=make_staff(Role.SCORING_ANALYST),
        run_ids=[old.pk, new.pk],
        options=FEW,
        in_background=False,
    )
    with pytest.raises(JobCancelled):
        carry_out(trial.pk, Stopping(phase, after=100))
    trial.refresh_from_db()
    assert (trial.status, [result.run for result in trial.results.all()]) == ("cancelled", [old])


def test_a_trial_runs_as_a_job_and_is_cancelled_by_its_owner(providers: list[Provider]) -> None:
    make_run()
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    trial = services.start_trial(model_id=model.pk, by=analyst, options=FEW)
    job = trial.job
    assert job is not None
    with pytest.raises(Conflict) as refusal:
        services.start_trial(model_id=model.pk, by=analyst, options=FEW)
    assert refusal.value.reason == "trial_active"
    services.cancel_trial(trial_id=trial.pk, by=analyst)
    assert Job.objects.get(pk=job.pk).status == "cancelled"
    again = services.start_trial(model_id=model.pk, by=analyst, options=FEW)
    assert again.job is not None
    run_job(again.job.pk, lambda progress, trial_id: carry_out(trial_id, progress))
    again.refresh_from_db()
    assert (again.status, Job.objects.get(pk=again.job_id).status) == ("done", "done")


def test_cancelling_the_job_of_a_waiting_trial_cancels_the_trial(providers: list[Provider]) -> None:
    make_run()
    analyst = make_staff(Role.SCORING_ANALYST)
    trial = services.start_trial(model_id=make_draft().pk, by=analyst, options=FEW)
    assert trial.job_id is not None
    jobs.request_cancel(job_id=trial.job_id, by=analyst)
    trial.refresh_from_db()
    assert (trial.status, trial.results.count()) == ("cancelled", 0)


def test_a_trial_whose_job_died_for_good_makes_room(providers: list[Provider]) -> None:
    make_run()
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    trial = services.start_trial(model_id=model.pk, by=analyst, options=FEW)
    jobs.claim(trial.job_id)
    jobs.close_failed(Job.objects.get(pk=trial.job_id), error="")
    services.start_trial(model_id=model.pk, by=analyst, options=FEW)
    trial.refresh_from_db()
    assert trial.status == "failed"


def test_what_cannot_be_tried_is_refused_and_leaves_nothing(providers: list[Provider]) -> None:
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    before = AuditEntry.objects.count()
    with pytest.raises(Conflict) as nothing:
        services.start_trial(model_id=model.pk, by=analyst)
    assert nothing.value.reason == "no_runs"
    run = make_run()
    made = AuditEntry.objects.count()
    for given, field in (
        ({"run_ids": [run.pk + 1000]}, "run_ids"),
        ({"options": {"draws": 5000}}, "draws"),
        ({"options": {"spread": 0.0}}, "spread"),
        ({"options": {"luck": 1}}, "luck"),
        ({"options": {"variation": "wild"}}, "variation"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            services.start_trial(model_id=model.pk, by=analyst, **given)  # type: ignore[arg-type]
        assert refusal.value.field == field
    with pytest.raises(NotPermitted):
        services.start_trial(model_id=model.pk, by=make_staff(Role.AUDITOR))
    assert (LabTrial.objects.count(), made - before >= 0) == (0, True)


def make_in(status: str) -> LabTrial:
    analyst = make_staff(Role.SCORING_ANALYST)
    trial = services.start_trial(model_id=make_draft().pk, by=analyst, options=FEW, in_background=False)
    if status == TrialStatus.RUNNING:
        services.begin_trial(trial_id=trial.pk)
    elif status == TrialStatus.DONE:
        carry_out(trial.pk, Silent())
    elif status == TrialStatus.FAILED:
        services.fail_trial(trial_id=trial.pk, failure="No.")
    elif status == TrialStatus.CANCELLED:
        services.cancel_trial(trial_id=trial.pk, by=analyst)
    trial.refresh_from_db()
    return trial


TRUTH = {("queued", "cancel"): "cancelled", ("running", "cancel"): "cancelled"}


@pytest.mark.parametrize(("status", "action"), list(product(TrialStatus.values, services.ACTIONS)))
@pytest.mark.parametrize("role", [Role.SCORING_ANALYST, Role.AUDITOR])
def test_every_state_action_and_role(providers: list[Provider], status: str, action: str, role: str) -> None:
    make_run()
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


def test_the_database_keeps_results_and_what_was_tried(providers: list[Provider]) -> None:
    trial = try_it(make_draft(), make_run())
    for rows, change in (
        (LabResult.objects.all(), {"affected_count": 0}),
        (LabMove.objects.all(), {"affected": False}),
        (LabTrial.objects.all(), {"digest": "0" * 64}),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            rows._raw_delete("default")
    for wrong in ({"status": "wild"}, {"finished_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LabTrial.objects.filter(pk=trial.pk).update(**wrong)


def new_result(trial: LabTrial, run: ScoreRun, **changes: Any) -> LabResult:
    digest = "a" * 64
    values: dict[str, Any] = {
        **dict.fromkeys(("base_digest", "base_result_digest", "input_digest", "model_digest", "result_digest"), digest),
        "provider_count": 1,
        "assessed_before": 1,
        "assessed_after": 1,
        "affected_count": 1,
        "summary": {"levels": 0},
    }
    return LabResult(trial=trial, run=run, **values | changes)


@pytest.mark.parametrize(
    "changes", [{"affected_count": 2}, {"assessed_after": 2}, {"result_digest": "short"}, {"base_digest": ""}]
)
def test_constraints_of_results(providers: list[Provider], changes: dict[str, Any]) -> None:
    run = make_run()
    trial = services.start_trial(
        model_id=make_draft().pk, by=make_staff(Role.SCORING_ANALYST), options=FEW, in_background=False
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        new_result(trial, run, **changes).save()
    new_result(trial, run).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        new_result(trial, run).save()


@pytest.mark.parametrize(
    "changes",
    [{"kind": "odd"}, {"score_change": 1.0}, {"rank_lower": 3, "rank_upper": 2}, {"rank_lower": 0, "rank_upper": 1}],
)
def test_constraints_of_moves(providers: list[Provider], changes: dict[str, Any]) -> None:
    trial = services.start_trial(
        model_id=make_draft().pk if make_run() else 0,
        by=make_staff(Role.SCORING_ANALYST),
        options=FEW,
        in_background=False,
    )
    result = new_result(trial, ScoreRun.objects.get())
    result.save()
    values = {"kind": "same", "affected": False, "external": False, "newcomer": False, **changes}
    with pytest.raises(IntegrityError), transaction.atomic():
        LabMove.objects.create(result=result, provider=providers[0], **values)


def test_options_have_defaults_and_ignore_what_is_not_given() -> None:
    assert read_options({"draws": None}).draws == 500
    assert read_options({"top": 3}).as_mapping()["top"] == 3
