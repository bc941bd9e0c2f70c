"""A run from start to end: the same inputs once, one at a time, cancelled, killed, failed, replayed."""

from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from accounts.roles import Role
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotPermitted
from common.jobs import services as jobs
from common.jobs.models import Job, JobStatus
from common.jobs.progress import JobCancelled
from common.jobs.tasks import run_job
from engine.version import VERSION
from providers.registry.models import Provider
from scoring.capabilities import runs, selectors
from scoring.capabilities.compute import SCORING, Silent, carry_out
from scoring.capabilities.enums import RunStatus
from scoring.capabilities.identity import pin_inputs_of
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.replay import replay_run
from tests.factories.accounts import make_staff
from tests.factories.providers import make_external_provider, make_provider
from tests.factories.scoring import (
    DAY,
    MORNING_AFTER,
    make_facts,
    make_published_model,
    make_run,
    small_model,
    work,
)

pytestmark = pytest.mark.django_db


class Stopping:
    """Progress that says stop when a phase begins."""

    def __init__(self, phase: str) -> None:
        self.phase = phase

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        if phase == self.phase:
            raise JobCancelled


@pytest.fixture
def provider() -> Provider:
    make_published_model(small_model(replicates=20))
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, "day": DAY - timedelta(days=age), **work(50, 1, 40)} for age in (0, 8, 15)])
    return provider


def begin(**options: Any) -> ScoreRun:
    return runs.start_run(by=None, as_of=DAY, in_background=False, now=MORNING_AFTER, **options)


def test_the_same_inputs_give_back_the_finished_run(provider: Provider) -> None:
    first = make_run()
    assert make_run().pk == first.pk
    assert ScoreRun.objects.count() == 1
    assert selectors.current_run() == first


def test_new_facts_make_a_new_run_that_supersedes_the_old(provider: Provider) -> None:
    first = make_run()
    make_facts([{"provider": provider.code, **work(90, 0, 50)}])
    second = make_run()
    first.refresh_from_db()
    assert (first.superseded_by, first.status) == (second, RunStatus.DONE)
    assert first.input_digest != second.input_digest
    assert [card.run for card in selectors.current_scorecards()] == [second]


def test_what_is_known_of_providers_belongs_to_the_identity(provider: Provider) -> None:
    first = make_run()
    make_external_provider("LIVE-9")
    assert make_run().input_digest != first.input_digest


def test_only_one_run_of_a_model_and_day_is_under_way(
    provider: Provider, django_capture_on_commit_callbacks: Any
) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    waiting = runs.start_run(by=analyst, as_of=DAY, now=MORNING_AFTER)
    assert runs.start_run(by=analyst, as_of=DAY, now=MORNING_AFTER) == waiting
    make_facts([{"provider": provider.code, **work(90, 0, 50)}])
    with pytest.raises(Conflict) as refusal:
        runs.start_run(by=analyst, as_of=DAY, now=MORNING_AFTER)
    assert refusal.value.reason == "run_active"
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreRun.objects.create(
            scoring_model=waiting.scoring_model, as_of=DAY, input_digest="1" * 64, status=RunStatus.RUNNING
        )


def test_the_job_does_the_run(provider: Provider, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = runs.start_run(by=make_staff(Role.SCORING_ANALYST), as_of=DAY, now=MORNING_AFTER)
    run.refresh_from_db()
    assert run.job is not None
    assert (run.status, run.job.status, run.assessed_count) == (RunStatus.DONE, JobStatus.DONE, 1)


def test_refusals_start_nothing(provider: Provider) -> None:
    with pytest.raises(NotPermitted):
        runs.start_run(by=make_staff(Role.RACE_STEWARD), as_of=DAY, now=MORNING_AFTER)
    with pytest.raises(InvalidInput) as future:
        runs.start_run(by=None, as_of=DAY + timedelta(days=1), now=MORNING_AFTER)
    assert future.value.reason == "day_not_over"
    with pytest.raises(Conflict) as nothing:
        runs.start_run(by=None, as_of=DAY - timedelta(days=90), now=MORNING_AFTER)
    assert nothing.value.reason == "no_facts"
    assert not ScoreRun.objects.exists()
    assert not Job.objects.exists()


def test_without_a_model_in_force_there_is_no_run() -> None:
    with pytest.raises(Conflict) as refusal:
        runs.start_run(by=None, as_of=DAY, now=MORNING_AFTER)
    assert refusal.value.reason == "no_model"


def test_a_cancelled_run_keeps_nothing(provider: Provider) -> None:
    run = begin()
    with pytest.raises(JobCancelled):
        carry_out(run.pk, Stopping(SCORING))
    run.refresh_from_db()
    assert (run.status, run.result_digest) == (RunStatus.CANCELLED, "")
    assert not Scorecard.objects.exists()
    assert make_run().status == RunStatus.DONE


def test_a_run_cancelled_while_it_is_computed_is_not_stored(provider: Provider) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    run = begin()

    class Cancelling:
        def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
            if phase == SCORING:
                runs.cancel_run(run_id=run.pk, by=analyst)

    with pytest.raises(JobCancelled):
        carry_out(run.pk, Cancelling())
    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    assert not Scorecard.objects.exists()


def test_cancelling_a_waiting_run_cancels_its_job(provider: Provider) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    run = runs.start_run(by=analyst, as_of=DAY, now=MORNING_AFTER)
    runs.cancel_run(run_id=run.pk, by=analyst)
    run.refresh_from_db()
    assert run.job is not None
    assert (run.status, run.job.status) == (RunStatus.CANCELLED, JobStatus.CANCELLED)
    with pytest.raises(IllegalTransition):
        runs.cancel_run(run_id=run.pk, by=analyst)


def test_a_run_whose_worker_was_killed_is_repeated_with_the_same_result(provider: Provider) -> None:
    expected = make_run().result_digest
    make_external_provider("LIVE-9")  # other inputs, so that there is something to do
    expected_digest = _fresh_digest()
    run = runs.start_run(by=make_staff(Role.SCORING_ANALYST), as_of=DAY, now=MORNING_AFTER)
    assert run.job is not None
    assert jobs.claim(run.job.pk) is not None
    assert runs.begin_run(run_id=run.pk) is not None  # and here the worker dies
    Job.objects.filter(pk=run.job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    run_job(run.job.pk, lambda progress, run_id: carry_out(run_id, progress))
    run.refresh_from_db()
    assert (run.status, run.job.status, run.job.attempts) == (RunStatus.DONE, JobStatus.DONE, 2)
    assert run.result_digest == expected_digest != expected
    assert Scorecard.objects.filter(run=run).count() == 2


def _fresh_digest() -> str:
    """The digest of an undisturbed run of the present inputs, taken back."""
    with transaction.atomic():
        digest = make_run().result_digest
        transaction.set_rollback(True)
    return digest


def test_a_repeated_finished_run_changes_nothing(provider: Provider) -> None:
    run = make_run()
    before = list(Scorecard.objects.values_list("pk", flat=True))
    carry_out(run.pk, Silent())
    assert list(Scorecard.objects.values_list("pk", flat=True)) == before


def test_a_run_whose_job_ended_without_it_makes_way(provider: Provider) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    lost = runs.start_run(by=analyst, as_of=DAY, now=MORNING_AFTER)
    assert lost.job is not None
    Job.objects.filter(pk=lost.job.pk).update(status="failed", finished_at=MORNING_AFTER)
    again = runs.start_run(by=analyst, as_of=DAY, now=MORNING_AFTER)
    lost.refresh_from_db()
    assert (lost.status, again.pk != lost.pk) == (RunStatus.FAILED, True)


def test_cancelling_the_job_of_a_waiting_run_cancels_the_run(provider: Provider) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    run = runs.start_run(by=analyst, as_of=DAY, now=MORNING_AFTER)
    assert run.job is not None
    jobs.request_cancel(job_id=run.job.pk, by=analyst)
    run.refresh_from_db()
    assert (run.status, run.result_digest) == (RunStatus.CANCELLED, "")
    assert runs.start_run(by=analyst, as_of=DAY, now=MORNING_AFTER).pk != run.pk


def test_unreadable_facts_fail_the_run_with_a_sentence(provider: Provider) -> None:
    run = begin()
    for batch in runs.pin_inputs_of(run).batches:
        batch.file.write_bytes(b"not parquet")
    with pytest.raises(InvalidInput) as refusal:
        carry_out(run.pk, Silent())
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert run.failure == str(refusal.value)
    assert not Scorecard.objects.exists()


def test_replay_gives_the_same_digests(provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    make_external_provider("LIVE-9")
    run = make_run()
    Provider.objects.filter(pk=provider.pk).update(category="books")  # what changed since does not matter
    replay = replay_run(run)
    assert (replay.equal, replay.result_digest) == (True, run.result_digest)
    call_command("replay_run", str(run.pk))
    assert capsys.readouterr().out.endswith("Equal.\n")


def test_a_run_of_another_engine_is_not_called_wrong(provider: Provider) -> None:
    run = make_run()
    assert (run.engine_version, replay_run(run).same_engine) == (VERSION, True)
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        ScoreRun.objects.filter(pk=run.pk).update(engine_version=1)
    with pgtrigger.ignore("scoring.ScoreRun:done_is_final"):
        ScoreRun.objects.filter(pk=run.pk).update(engine_version=1, digest_form=2, result_digest="1" * 64)
    run.refresh_from_db()
    old = pin_inputs_of(run)
    assert old.digest != run.input_digest  # the engine is part of it from the third form on
    assert old.digest == pin_inputs_of(ScoreRun(**{**vars_of(run), "engine_version": VERSION})).digest
    replay = replay_run(run)
    assert (replay.equal, replay.same_engine) == (False, False)
    with pytest.raises(CommandError, match="version 1 of the engine"):
        call_command("replay_run", str(run.pk))


def vars_of(run: ScoreRun) -> dict[str, object]:
    """What names the inputs of a run."""
    names = ("scoring_model", "as_of", "batch_ids", "adjustment_ids", "related_ids", "digest_form", "seed")
    return {name: getattr(run, name) for name in names}


def test_results_are_append_only(provider: Provider) -> None:
    run = make_run()
    card = Scorecard.objects.get()
    for change in (
        lambda: Scorecard.objects.filter(pk=card.pk).update(composite=99.0),
        lambda: Scorecard.objects.filter(pk=card.pk).delete(),
        lambda: ScoreRun.objects.filter(pk=run.pk).update(result_digest="2" * 64),
        lambda: ScoreRun.objects.filter(pk=run.pk)._raw_delete("default"),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"composite": 101.0}, "scorecard_composite_in_range"),
        ({"composite": None, "lower": None, "upper": None}, "scorecard_score_when_assessed"),
        ({"lower": 60.0, "upper": 50.0}, "scorecard_interval_in_range"),
        ({"rank": 0}, "scorecard_rank_in_range"),
        ({"external": True, "rank": 1}, "scorecard_rank_in_range"),
        ({"capability_scores": [1.0, 2.0, 101.0, None, None]}, "scorecard_capabilities_in_range"),
        ({"capability_scores": [1.0]}, "scorecard_five_capabilities"),
        ({"normalised": [1.0, -2.0, 3.0]}, "scorecard_metrics_in_range"),
        ({"raw": [1.0]}, "scorecard_ledger_of_one_length"),
    ],
)
def test_the_database_refuses_impossible_scorecards(
    provider: Provider, values: dict[str, Any], constraint: str
) -> None:
    make_run()
    card = Scorecard.objects.get()
    card.pk, card.provider = None, make_provider()
    for name, value in values.items():
        setattr(card, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        card.save()


def test_intervals_hold_ranks_and_scores(provider: Provider) -> None:
    other = make_provider(status="admitted")
    make_facts([{"provider": other.code, "day": DAY - timedelta(days=age), **work(80, 0, 50)} for age in (0, 8, 15)])
    run = make_run()
    card = Scorecard.objects.get(run=run, provider=other)
    assert (card.rank, card.rank_lower, card.rank_upper) == (1, 1, 1)
    assert (card.lower, card.upper) == (card.composite, card.composite)  # every week is the same, so redraws agree
