"""Writes that change a provider's status; who, when and why stand in the audit log."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit.services import record
from common.days import business_day
from common.locks import lock
from providers.registry.models import Provider
from providers.registry.permissions import check_act
from providers.registry.states import PROVIDER

NEWCOMER_DAYS = 90


@transaction.atomic
def admit_provider(*, provider_id: int, by: User, note: str, now: datetime | None = None) -> Provider:
    """Let a provider in, on probation; newcomers are protected for NEWCOMER_DAYS business days of the calendar.

    Only the decision on an application calls this. Raises IllegalTransition, InvalidInput, NotPermitted.
    """
    now = now or timezone.now()
    until = business_day(now) + timedelta(days=NEWCOMER_DAYS)
    fields = {"admitted_at": now, "admitted_by": by, "newcomer_until": until}
    return _move(provider_id, "admit", by=by, note=note, version=None, now=now, fields=fields)


@transaction.atomic
def complete_probation(
    *, provider_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Provider:
    """End the probation well. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    return _move(provider_id, "complete_probation", by=by, note=note, version=version, now=now)


@transaction.atomic
def suspend_provider(
    *, provider_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Provider:
    """Stop a provider's work for now. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    return _move(provider_id, "suspend", by=by, note=note, version=version, now=now)


@transaction.atomic
def reinstate_provider(
    *, provider_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Provider:
    """End a suspension; the provider starts again on probation. Raises as `suspend_provider`."""
    return _move(provider_id, "reinstate", by=by, note=note, version=version, now=now)


@transaction.atomic
def clear_out_provider(
    *, provider_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Provider:
    """Remove a provider for good. Raises as `suspend_provider`."""
    return _move(provider_id, "clear_out", by=by, note=note, version=version, now=now)


# What pages and endpoints may ask for by the action's name; `admit` is not among them.
ACTIONS: dict[str, Callable[..., Provider]] = {
    "complete_probation": complete_probation,
    "suspend": suspend_provider,
    "reinstate": reinstate_provider,
    "clear_out": clear_out_provider,
}


def _move(
    provider_id: int,
    action: str,
    *,
    by: User,
    note: str,
    version: int | None,
    now: datetime | None,
    fields: dict[str, Any] | None = None,
) -> Provider:
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    provider.check_version(version)
    row = PROVIDER.check(provider, action, note=note)
    check_act(by, provider, row)
    before = provider.status
    for field, value in (fields or {}).items():
        setattr(provider, field, value)
    provider.status, provider.status_at, provider.status_by = row.to, now, by
    provider.save_checked()
    record(row.audit, provider, by=by, note=note.strip(), now=now, changes={"status": [before, row.to]})
    return provider
