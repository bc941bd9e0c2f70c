"""A job's life: who may take it, what its end leaves behind, what brings it back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from common.audit.models import AuditEntry
from common.exceptions import Conflict, InvalidInput
from common.jobs import services
from common.jobs.models import Job, JobStatus
from common.jobs.progress import JobCancelled, Progress
from common.jobs.tasks import job_task, run_job

pytestmark = pytest.mark.django_db


@job_task("tests.nothing")
def do_nothing(progress: Progress, **arguments: Any) -> None:
    """A registered name for the rows of these tests."""


@pytest.fixture
def user() -> User:
    return User.objects.create(email="wang@example.com")


@pytest.fixture
def job() -> Job:
    return Job.objects.create(name="tests.nothing", created_at=timezone.now())


def test_enqueue_refuses_an_unknown_name_and_writes_nothing() -> None:
    with pytest.raises(KeyError, match=r"scoring\.run_scroes"):
        services.enqueue("scoring.run_scroes")
    assert not Job.objects.exists()


def test_enqueue_sends_after_the_commit_only(user: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        job = services.enqueue("tests.nothing", by=user, run_id=7)
    assert (job.status, job.arguments, job.created_by, job.sent_at) == ("queued", {"run_id": 7}, user, None)
    assert len(callbacks) == 1


def test_of_two_claims_one_wins(job: Job) -> None:
    first = services.claim(job.pk)
    assert first is not None
    assert (first.status, first.attempts) == (JobStatus.RUNNING, 1)
    assert services.claim(job.pk) is None


def test_a_silent_worker_loses_the_job(job: Job) -> None:
    first = services.claim(job.pk)
    assert first is not None
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - services.STALE_AFTER - timedelta(seconds=1))
    second = services.claim(job.pk)
    assert second is not None
    assert second.attempts == 2
    assert services.beat(first, done=5, total=10, phase="late") is True
    services.close_done(first, result={"from": "the dead"})
    job.refresh_from_db()
    assert (job.status, job.done, job.result) == (JobStatus.RUNNING, 0, {})


def test_done_keeps_the_result(job: Job) -> None:
    run_job(job.pk, lambda progress: {"rows": 3})
    job.refresh_from_db()
    assert (job.status, job.result, job.error) == (JobStatus.DONE, {"rows": 3}, "")
    assert job.finished_at is not None


def test_a_refusal_ends_the_job_with_its_sentence(job: Job) -> None:
    def work(progress: Progress) -> None:
        raise InvalidInput("The file is empty.", remedy="Send one with rows.")

    run_job(job.pk, work)
    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, "The file is empty. Send one with rows.")


def test_an_unexpected_failure_tells_no_internals(job: Job) -> None:
    def work(progress: Progress) -> None:
        raise ZeroDivisionError("secret path")

    with pytest.raises(ZeroDivisionError):
        run_job(job.pk, work)
    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, "")


def test_a_closed_job_does_not_run_again(job: Job) -> None:
    run_job(job.pk, lambda progress: None)
    calls: list[int] = []
    run_job(job.pk, lambda progress: calls.append(1))
    assert calls == []


def test_a_waiting_job_is_cancelled_at_once(job: Job, user: User) -> None:
    services.request_cancel(job_id=job.pk, by=user)
    job.refresh_from_db()
    assert (job.status, job.cancel_requested_by) == (JobStatus.CANCELLED, user)
    assert AuditEntry.objects.get().action == "job.cancel"


def test_a_running_job_stops_at_the_next_safe_point(job: Job, user: User) -> None:
    running = services.claim(job.pk)
    assert running is not None
    services.request_cancel(job_id=job.pk, by=user)
    assert services.beat(running, done=1, total=2, phase="half") is True
    progress = Progress(running)
    progress._cancelled = True
    with pytest.raises(JobCancelled):
        progress.report(1, 2)
    services.close_cancelled(running)
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED


def test_an_ended_job_cannot_be_cancelled(job: Job, user: User) -> None:
    run_job(job.pk, lambda progress: None)
    with pytest.raises(Conflict):
        services.request_cancel(job_id=job.pk, by=user)
    job.refresh_from_db()
    assert (job.status, job.cancel_requested_at) == (JobStatus.DONE, None)
    assert not AuditEntry.objects.exists()


def test_recover_sends_dead_and_lost_jobs_again_and_leaves_the_rest() -> None:
    now = timezone.now()
    old = now - timedelta(minutes=5)
    made = {
        "dead": Job(status=JobStatus.RUNNING, heartbeat_at=old, lease=uuid4(), attempts=1, created_at=old),
        "alive": Job(status=JobStatus.RUNNING, heartbeat_at=now, lease=uuid4(), attempts=1, created_at=old),
        "lost": Job(status=JobStatus.QUEUED, sent_at=old, created_at=old),
        "never sent": Job(status=JobStatus.QUEUED, created_at=old),
        "fresh": Job(status=JobStatus.QUEUED, sent_at=now, created_at=now),
        "hopeless": Job(status=JobStatus.RUNNING, heartbeat_at=old, lease=uuid4(), attempts=3, created_at=old),
        "closed": Job(status=JobStatus.DONE, created_at=old, finished_at=old),
    }
    for job in made.values():
        job.name = "tests.nothing"
        job.save()
    assert services.recover(now) == 3
    sent = {name for name, job in made.items() if Job.objects.get(pk=job.pk).sent_at not in (job.sent_at, None)}
    assert sent == {"dead", "lost", "never sent"}
    assert Job.objects.get(pk=made["hopeless"].pk).status == JobStatus.FAILED


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "flying"},
        {"status": "queued", "finished_at": "now"},
        {"status": "done", "finished_at": None},
        {"cancel_requested_at": "now"},
    ],
)
def test_the_database_refuses_what_a_job_cannot_be(fields: dict[str, Any]) -> None:
    now = timezone.now()
    values = {name: now if value == "now" else value for name, value in fields.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(name="tests.nothing", created_at=now, **values)
    assert not Job.objects.exists()


@pytest.mark.parametrize(("done", "total", "percent"), [(0, None, None), (0, 0, None), (1, 3, 33), (9, 3, 100)])
def test_percent(done: int, total: int | None, percent: int | None) -> None:
    assert Job(done=done, total=total).percent == percent
