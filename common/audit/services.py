"""Writing the audit log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models
from django.utils import timezone

from common.audit.models import AuditEntry


def record(
    action: str,
    subject: models.Model,
    *,
    by: AbstractBaseUser | None,
    note: str = "",
    changes: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> AuditEntry:
    """Add one row about `subject`. Must be called inside the mutation's transaction; `by=None` is the portal itself.

    `changes` maps a field to its new value, or to [old, new].
    """
    check_in_transaction()
    entry = make_entry(action, subject, by=by, note=note, changes=changes or {}, now=now)
    entry.save(force_insert=True)
    return entry


def record_many(
    action: str, subjects: Sequence[models.Model], *, by: AbstractBaseUser | None, note: str = "", now: datetime
) -> None:
    """One row about each of many subjects that one mutation created together."""
    check_in_transaction()
    AuditEntry.objects.bulk_create(
        [make_entry(action, subject, by=by, note=note, changes={}, now=now) for subject in subjects]
    )


def check_in_transaction() -> None:
    """An entry outside a transaction could outlive a change that was rolled back."""
    if not connection.in_atomic_block:
        raise RuntimeError("an audit entry outside a transaction could outlive a rolled-back change")


def make_entry(
    action: str,
    subject: models.Model,
    *,
    by: AbstractBaseUser | None,
    note: str,
    changes: dict[str, Any],
    now: datetime | None,
) -> AuditEntry:
    """The unsaved row."""
    return AuditEntry(
        at=now or timezone.now(),
        by_id=by.pk if by else None,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject)[:200],
        note=note,
        changes=changes,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
