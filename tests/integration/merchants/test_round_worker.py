"""A round through real Redis and a real worker that is killed in the middle of inviting."""

import subprocess
import threading
import time
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from common.jobs import services as jobs
from common.jobs.models import Job, JobStatus
from merchants.matching.models import Invitation, Shortlist
from merchants.requests.models import HelpRequest
from merchants.rounds.models import MatchRound
from merchants.rounds.services import commit_round
from tests.conftest import WORKER_STOP_SECONDS, start_worker
from tests.factories.merchants import make_ready_provider, make_round, make_waiting_request
from tests.integration.test_jobs_worker import wait_until


def hold(request_id: int, held: threading.Event, free: threading.Event) -> None:
    """Keep the request's lock on a connection of its own until told to let go."""
    with transaction.atomic():
        HelpRequest.objects.select_for_update().get(pk=request_id)
        held.set()
        free.wait(120)
    connection.close()


def wait_for_invitations(count: int, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while Invitation.objects.count() < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)  # polling a real process, bounded by the deadline


def test_after_a_killed_worker_the_next_invites_the_rest_and_nobody_twice(
    celery_worker_process: subprocess.Popen[bytes],
) -> None:
    for _ in range(3):
        make_ready_provider(max_live_rooms=1)
        make_waiting_request(now=timezone.now())
    match_round = make_round(now=timezone.now())
    second = match_round.places.order_by("pk")[1]
    held, free = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(second.request_id, held, free))
    holder.start()
    try:
        assert held.wait(60)
        committed = commit_round(round_id=match_round.pk, by=match_round.created_by)
        wait_for_invitations(1)  # the worker stands before the second request now
        celery_worker_process.kill()
        celery_worker_process.wait()
    finally:
        free.set()
        holder.join()
    job = Job.objects.get(pk=committed.job_id)
    assert (job.status, Invitation.objects.count()) == (JobStatus.RUNNING, 1)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - jobs.STALE_AFTER - timedelta(seconds=1))
    worker = start_worker()
    try:
        assert jobs.recover() == 1
        wait_until(job, JobStatus.DONE)
    finally:
        worker.terminate()
        worker.wait(timeout=WORKER_STOP_SECONDS)
    assert (job.attempts, job.result) == (2, {"round": match_round.pk, "settled": 2})
    assert Invitation.objects.count() == Shortlist.objects.count() == 3
    assert match_round.places.filter(invitation__isnull=False).count() == 3
    assert MatchRound.objects.get().finished_at is not None
