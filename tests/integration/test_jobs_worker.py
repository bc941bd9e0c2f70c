"""Jobs through real Redis and a real worker, also when the worker is killed."""

import os
import subprocess
import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from common.jobs import services
from common.jobs.models import Job, JobStatus
from tests.conftest import WORKER_STOP_SECONDS, start_worker


def wait_until(job: Job, *statuses: str, seconds: float = 120) -> Job:
    """The job once it is in one of the statuses."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job.refresh_from_db()
        if job.status in statuses:
            return job
        time.sleep(0.05)  # polling a real process, bounded by the deadline
    raise AssertionError(f"still {job.status} after {seconds} s")


def test_a_job_runs_in_the_worker(celery_worker_process: subprocess.Popen[bytes]) -> None:
    job = services.enqueue("common.probe", steps=3, seconds=0)
    wait_until(job, JobStatus.DONE)
    assert (job.done, job.total, job.result, job.attempts) == (3, 3, {"steps": 3}, 1)


def test_a_killed_worker_loses_nothing(celery_worker_process: subprocess.Popen[bytes]) -> None:
    job = services.enqueue("common.probe", steps=600, seconds=60)
    wait_until(job, JobStatus.RUNNING)
    celery_worker_process.kill()
    celery_worker_process.wait()
    stale: dict[str, Any] = {"heartbeat_at": timezone.now() - services.STALE_AFTER - timedelta(seconds=1)}
    Job.objects.filter(pk=job.pk).update(arguments={"steps": 2, "seconds": 0}, **stale)
    second = start_worker()
    try:
        assert services.recover() == 1
        wait_until(job, JobStatus.DONE)
    finally:
        second.terminate()
        second.wait(timeout=WORKER_STOP_SECONDS)
    assert (job.attempts, job.result) == (2, {"steps": 2})


def test_a_running_job_can_be_cancelled(celery_worker_process: subprocess.Popen[bytes]) -> None:
    user = User.objects.create(email="sun@example.com")
    job = services.enqueue("common.probe", by=user, steps=600, seconds=60)
    wait_until(job, JobStatus.RUNNING)
    services.request_cancel(job_id=job.pk, by=user)
    wait_until(job, JobStatus.CANCELLED)
    assert job.done < 600
    assert os.kill(celery_worker_process.pid, 0) is None
