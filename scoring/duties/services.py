"""Writes about duties: rooms above tell what they know of work for merchants."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit.services import record
from common.exceptions import NotFound
from providers.registry.models import Provider
from scoring.duties.models import DutyWork
from scoring.duties.selectors import newest_of


@dataclass(frozen=True)
class Work:
    """One piece of work as its room knows it; the fields are those of `DutyWork`."""

    reference: str
    merchant: str
    help: str
    shop: str
    new_shop: bool
    state: str
    started_on: date
    ended_on: date | None
    target: int
    measured: int | None = None
    measured_until: date | None = None

    def as_mapping(self) -> dict[str, Any]:
        """The columns."""
        return asdict(self)


@transaction.atomic
def record_work(*, provider_id: int, work: Work, by: User | None, now: datetime | None = None) -> DutyWork:
    """Keep what is known of a piece of work; what is known already is given back as it is. `by=None` is the portal.

    Race: two tellers at once. The lock on the provider lets the second see what the first wrote; it lets rows that
    refer to the provider pass, since the engagement that was just opened is one. Raises NotFound.
    """
    now = now or timezone.now()
    provider = Provider.objects.select_for_update(no_key=True).filter(pk=provider_id).order_by().first()
    if provider is None:
        raise NotFound()
    present = newest_of(provider.pk, work.reference)
    told = work.as_mapping()
    if present is not None and differences(present, told) == {}:
        return present
    row = DutyWork(provider=provider, recorded_at=now, recorded_by=by, **told)
    row.full_clean()
    row.save(force_insert=True)
    record("duty.record", row, by=by, now=now, changes={"provider": provider.code, **differences(present, told)})
    return row


def differences(present: DutyWork | None, told: Mapping[str, Any]) -> dict[str, Any]:
    """What is new of it."""
    return {name: value for name, value in told.items() if present is None or getattr(present, name) != value}
