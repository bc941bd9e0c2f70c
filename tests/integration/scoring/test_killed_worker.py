"""A score run whose worker is killed while it computes: another does it again, nothing is lost and nothing doubled."""

import subprocess
import time
from datetime import timedelta

from django.utils import timezone

from common.jobs import services as jobs
from common.jobs.models import Job, JobStatus
from scoring.capabilities import runs
from scoring.capabilities.enums import RunStatus
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.replay import replay_run
from tests.conftest import WORKER_STOP_SECONDS, start_worker
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, make_facts, make_published_model, small_model, work

# Enough that a worker is still at it when the kill arrives.
REPLICATES = 2000


def wait_for(run: ScoreRun, status: str, seconds: float = 180) -> ScoreRun:
    """The run once it has the status."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run.refresh_from_db()
        if run.status == status:
            return run
        time.sleep(0.02)  # polling a real process, bounded by the deadline
    raise AssertionError(f"still {run.status} after {seconds} s")


def test_a_run_survives_the_kill_of_its_worker(celery_worker_process: subprocess.Popen[bytes]) -> None:
    make_published_model(small_model(replicates=REPLICATES))
    for place in range(3):
        provider = make_provider(status="admitted")
        make_facts(
            [
                {"provider": provider.code, "day": DAY - timedelta(days=age), **work(40 + 10 * place, 1 + age, 40)}
                for age in (0, 8, 15)
            ]
        )
    run = runs.start_run(by=None, as_of=DAY)
    wait_for(run, RunStatus.RUNNING)
    celery_worker_process.kill()
    celery_worker_process.wait()
    run.refresh_from_db()
    assert (run.status, run.result_digest) == (RunStatus.RUNNING, "")
    assert not Scorecard.objects.exists()
    assert run.job is not None
    stale = timezone.now() - jobs.STALE_AFTER - timedelta(seconds=1)
    assert Job.objects.filter(pk=run.job.pk, status=JobStatus.RUNNING).update(heartbeat_at=stale) == 1
    second = start_worker()
    try:
        assert jobs.recover() == 1
        wait_for(run, RunStatus.DONE)
    finally:
        second.terminate()
        second.wait(timeout=WORKER_STOP_SECONDS)
    assert Scorecard.objects.filter(run=run).count() == 3
    assert ScoreRun.objects.count() == 1
    assert replay_run(run).equal
