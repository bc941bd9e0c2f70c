"""Progress and heartbeat of a running job."""

import threading
from types import TracebackType
from typing import Self

from django.db import OperationalError, connection

from common.jobs import services
from common.jobs.models import Job

BEAT_SECONDS = 1.0


class JobCancelled(Exception):
    """Raised at a safe point of a job after somebody asked to cancel it."""


class Progress:
    """Collects progress in memory; a thread of its own writes it, so that it is visible while the work's transaction is
    open and the heartbeat goes on during one long statement."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._done = job.done
        self._total = job.total
        self._phase = job.phase
        self._cancelled = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    @property
    def job(self) -> Job:
        """The job as it was claimed."""
        return self._job

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        """Say how far the work is. A safe point: raises JobCancelled when a cancel was asked for."""
        self._done = done
        self._total = total if total is not None else self._total
        self._phase = phase if phase is not None else self._phase
        self._job.done, self._job.total, self._job.phase = self._done, self._total, self._phase
        if self._cancelled:
            raise JobCancelled

    def _beat(self) -> None:
        try:
            while not self._stop.wait(BEAT_SECONDS):
                try:
                    self._cancelled = services.beat(self._job, done=self._done, total=self._total, phase=self._phase)
                except OperationalError:  # the database was away for a moment; the next beat connects anew
                    connection.close()
        finally:
            connection.close()
