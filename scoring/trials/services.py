"""Writes that all kinds of trials share: open, begin, fail, stop, cancel, close."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, Text
from common.jobs import services as jobs
from common.locks import lock
from scoring.trials.models import Trial

Kind = TypeVar("Kind", bound=Trial)


@dataclass(frozen=True)
class TrialSteps(Generic[Kind]):
    """The steps of one kind of trial whatever it tries; `fail`, `stop` and `cancel` are services."""

    kind: type[Kind]

    @transaction.atomic
    def fail(self, *, trial_id: int, failure: str, now: datetime | None = None) -> Kind:
        """The work ended without all results; one that has ended otherwise in the meantime stays as it is."""
        trial = lock(self.kind._default_manager.all(), trial_id)
        return close(trial, "fail", by=None, now=now or timezone.now(), failure=failure) if trial.is_open else trial

    @transaction.atomic
    def stop(self, *, trial_id: int, now: datetime | None = None) -> Kind:
        """Its job was cancelled, before a worker took it or while one worked."""
        trial = lock(self.kind._default_manager.all(), trial_id)
        return close(trial, "cancel", by=None, now=now or timezone.now()) if trial.is_open else trial

    @transaction.atomic
    def cancel(
        self, *, trial_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
    ) -> Kind:
        """Stop a trial and its job; results that are stored already stay. Raises IllegalTransition, Stale,
        NotPermitted."""
        now = now or timezone.now()
        trial = lock(self.kind._default_manager.select_related("job"), trial_id)
        trial.check_version(version)
        row = trial.table.check(trial, "cancel", note=note)
        check_permission(by, row.permission)
        closed = close(trial, "cancel", by=by, now=now, note=note)
        if trial.job is not None and trial.job.is_open:
            jobs.request_cancel(job_id=trial.job.pk, by=by, now=now)
        return closed


def make_way(present: Trial | None, *, busy: Text, now: datetime) -> None:
    """End a trial whose job is over without it; raises Conflict with the sentence `busy` when one is under way."""
    if present is not None and present.job is not None and not present.job.is_open:
        close(present, "fail", by=None, now=now)
    elif present is not None:
        raise Conflict(busy, remedy=_("Wait for it or cancel it, then start again."), code="trial_active")


def open_trial(
    trial: Kind, *, event: str, changes: Mapping[str, Any], task: str, in_background: bool, by: User, now: datetime
) -> Kind:
    """Write a new trial and send its work, unless the caller does it."""
    trial.full_clean()
    trial.save()
    record(event, trial, by=by, now=now, changes=dict(changes))
    if in_background:
        trial.job = jobs.enqueue(task, by=by, now=now, trial_id=trial.pk)
        trial.save(update_fields=["job"])
    return trial


def take(trial: Trial, *, now: datetime, changes: Mapping[str, Any] | None = None) -> None:
    """A worker begins a locked trial, or goes on with it; raises IllegalTransition when it has ended."""
    row = trial.table.check(trial, "begin")
    trial.status, trial.started_at = row.to, trial.started_at or now
    trial.save_checked()
    record(row.audit, trial, by=None, now=now, changes=dict(changes or {}))


def close(trial: Kind, action: str, *, by: User | None, now: datetime, failure: str = "", note: str = "") -> Kind:
    """End a locked trial."""
    row = trial.table.check(trial, action, note=note)
    trial.status, trial.finished_at, trial.failure = row.to, now, failure
    trial.save_checked()
    changes: dict[str, Any] = {"failure": failure} if failure else {}
    record(row.audit, trial, by=by, note=note, now=now, changes=changes)
    return trial
