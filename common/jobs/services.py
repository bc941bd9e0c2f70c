"""Life of a job: enqueue, claim, beat, close, cancel, recover."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from celery import current_app
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.audit.services import record
from common.exceptions import Conflict
from common.jobs.models import OPEN, Job, JobStatus

log = structlog.get_logger(__name__)

STALE_AFTER = timedelta(seconds=20)
RESEND_AFTER = timedelta(seconds=60)
MAX_ATTEMPTS = 3
_stops: dict[str, Callable[..., object]] = {}


def enqueue(name: str, *, by: AbstractBaseUser | None = None, now: datetime | None = None, **arguments: Any) -> Job:
    """Write a job and send it after the commit.

    `arguments` are ids and plain values. An unknown `name` raises KeyError at once, before anything is written.
    """
    if name not in current_app.tasks:
        raise KeyError(f"no task is registered under {name!r}")
    job = Job.objects.create(
        name=name, arguments=arguments, created_at=now or timezone.now(), created_by_id=by.pk if by else None
    )
    transaction.on_commit(lambda: send(job))
    return job


def enqueue_many(name: str, arguments: Sequence[Mapping[str, Any]], *, now: datetime | None = None) -> int:
    """`enqueue` once for each of `arguments`, in a few statements; gives how many."""
    if name not in current_app.tasks:
        raise KeyError(f"no task is registered under {name!r}")
    created_at = now or timezone.now()
    jobs = [Job(name=name, arguments=dict(given), created_at=created_at) for given in arguments]
    Job.objects.bulk_create(jobs, batch_size=2000)
    transaction.on_commit(lambda: _send_many(jobs))
    return len(jobs)


def _send_many(jobs: Sequence[Job]) -> None:
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(sent_at=timezone.now())
    for job in jobs:
        _wake(job)


def send(job: Job) -> None:
    """Put the wake-up call in the queue. When the broker is away the row stays queued and `recover` sends it later."""
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())
    _wake(job)


def _wake(job: Job) -> None:
    try:
        current_app.tasks[job.name].apply_async(args=(str(job.pk),), retry=False)
    except current_app.connection_for_write().connection_errors as error:  # type: ignore[misc]
        log.warning("broker away, job stays queued", job=str(job.pk), error=str(error))


def claim(job_id: UUID) -> Job | None:
    """Take the job for this worker, or None. Compare-and-set: of two workers with the same message one wins."""
    now = timezone.now()
    lease = uuid4()
    free = Q(status=JobStatus.QUEUED) | Q(status=JobStatus.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    taken = Job.objects.filter(free, pk=job_id).update(
        status=JobStatus.RUNNING, lease=lease, heartbeat_at=now, started_at=now, attempts=F("attempts") + 1, done=0
    )
    return Job.objects.get(pk=job_id) if taken else None


def beat(job: Job, *, done: int, total: int | None, phase: str) -> bool:
    """Write progress and heartbeat; True when the work should stop (a cancel was asked for, or the lease was lost)."""
    mine = Job.objects.filter(pk=job.pk, lease=job.lease, status=JobStatus.RUNNING)
    if not mine.update(heartbeat_at=timezone.now(), done=done, total=total, phase=phase[:120]):
        return True
    return mine.filter(cancel_requested_at__isnull=False).exists()


def close_done(job: Job, *, result: dict[str, Any]) -> None:
    """The work is finished."""
    _close(job, JobStatus.DONE, done=job.total or job.done, total=job.total, phase="", result=result)


def close_failed(job: Job, *, error: str) -> None:
    """The work ended with a refusal (`error` says which) or with an unexpected failure (`error` is empty)."""
    _close(job, JobStatus.FAILED, error=error)


def close_cancelled(job: Job) -> None:
    """The work stopped at a safe point because somebody asked for it."""
    _close(job, JobStatus.CANCELLED)


def _close(job: Job, status: JobStatus, **fields: Any) -> None:
    Job.objects.filter(pk=job.pk, lease=job.lease, status=JobStatus.RUNNING).update(
        status=status, finished_at=timezone.now(), **fields
    )


def when_cancelled(name: str, stop: Callable[..., object]) -> None:
    """Have `stop(**arguments)` called when a job of this name is cancelled before any worker took it: no work will run
    that could tell the job's object. It runs in the same transaction and must leave alone what has ended."""
    _stops[name] = stop


@transaction.atomic
def request_cancel(*, job_id: UUID, by: AbstractBaseUser, now: datetime | None = None) -> Job:
    """Ask a job to stop. A waiting one is cancelled at once, a running one at its next safe point; idempotent."""
    now = now or timezone.now()
    job = Job.objects.select_for_update().get(pk=job_id)
    if not job.is_open:
        raise Conflict(_("This job has already ended."), remedy=_("Reload the page to see how it ended."))
    if job.cancel_requested_at is None:
        job.cancel_requested_at, job.cancel_requested_by_id = now, by.pk
        if job.status == JobStatus.QUEUED:
            job.status, job.finished_at = JobStatus.CANCELLED, now
        job.save(update_fields=["cancel_requested_at", "cancel_requested_by", "status", "finished_at"])
        record("job.cancel", job, by=by, now=now)
        if job.status == JobStatus.CANCELLED and job.name in _stops:
            _stops[job.name](**job.arguments)
    return job


def recover(now: datetime | None = None) -> int:
    """Send again what a dead worker left behind or what never reached the queue; give up after MAX_ATTEMPTS.

    Safe to run at any time and twice at once: `claim` lets one worker win.
    """
    now = now or timezone.now()
    dead = Q(status=JobStatus.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    lost = Q(status=JobStatus.QUEUED) & (
        Q(sent_at__lt=now - RESEND_AFTER) | Q(sent_at=None, created_at__lt=now - RESEND_AFTER)
    )
    Job.objects.filter(dead, attempts__gte=MAX_ATTEMPTS).update(status=JobStatus.FAILED, finished_at=now)
    waiting = list(Job.objects.filter(dead | lost, status__in=OPEN))
    for job in waiting:
        send(job)
    return len(waiting)
