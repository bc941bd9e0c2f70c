"""`job_task` makes a Celery task of a function that reports to a Job; the beat brings back jobs whose worker died."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from celery.app.task import Task

from common.exceptions import DomainError
from common.jobs import services
from common.jobs.progress import JobCancelled, Progress

log = structlog.get_logger(__name__)

Work = Callable[..., dict[str, Any] | None]


def job_task(name: str, *, stop: Callable[..., object] | None = None) -> "Callable[[Work], Task[Any, Any]]":
    """Register `work(progress, **ids)` under `name`. It must be safe to run again: a dead worker's job is repeated.

    `stop(**ids)` ends the job's object when it is cancelled before a worker took it; see `services.when_cancelled`.
    A DomainError ends the job with its sentence; anything else ends it with a plain apology and the log has the rest.
    """

    if stop is not None:
        services.when_cancelled(name, stop)

    def register(work: Work) -> "Task[Any, Any]":
        @shared_task(name=name, bind=False)
        def run(job_id: str) -> None:
            run_job(UUID(job_id), work)

        return run

    return register


def run_job(job_id: UUID, work: Work) -> None:
    """Claim the job, run `work`, close the job. Does nothing when another worker holds it or it is closed."""
    job = services.claim(job_id)
    if job is None:
        return
    with structlog.contextvars.bound_contextvars(job=str(job_id), task=job.name), Progress(job) as progress:
        try:
            result = work(progress, **job.arguments)
        except JobCancelled:
            services.close_cancelled(job)
        except DomainError as error:
            services.close_failed(job, error=str(error))
        except Exception:
            log.exception("job failed")
            services.close_failed(job, error="")
            raise
        else:
            services.close_done(job, result=result or {})


@shared_task(name="common.recover_jobs")
def recover_jobs() -> None:
    services.recover()
