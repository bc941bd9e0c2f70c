"""Writes about an entry of the watch list by people: notice, cure plan, suspension, reinstatement, clear-out, close."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.notices.services import send_notice
from common.audit.services import record
from common.days import business_day
from common.locks import lock
from providers.conduct import policies
from providers.conduct.enums import WatchStatus
from providers.conduct.models import WatchEntry
from providers.conduct.permissions import check_watch_act
from providers.conduct.probation_services import begin_probation, lapse_open_probation
from providers.conduct.states import WATCH
from providers.criteria.models import Criterion
from providers.registry.enums import ProviderStatus
from providers.registry.status_services import clear_out_provider, reinstate_provider, suspend_provider

ENDED = (WatchStatus.CLOSED, WatchStatus.CLEARED_OUT)


@transaction.atomic
def notify_watch(
    *, entry_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> WatchEntry:
    """Tell the provider formally what is wrong; it has PLAN_DAYS to propose a cure plan.

    Raises IllegalTransition, InvalidInput, Stale, NotPermitted.
    """
    entry, now = _take(entry_id, version), now or timezone.now()
    entry.notice = note.strip()
    return _step(entry, "notify", by=by, note=note, now=now, days=policies.PLAN_DAYS)


@transaction.atomic
def propose_plan(
    *, entry_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> WatchEntry:
    """The provider says in `note` what it does and until when. Raises as `notify_watch`."""
    entry, now = _take(entry_id, version), now or timezone.now()
    entry.plan, entry.plan_at, entry.plan_by = note.strip(), now, by
    return _step(entry, "propose", by=by, note=note, now=now)


@transaction.atomic
def accept_plan(
    *, entry_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> WatchEntry:
    """The plan is good; the provider has CURE_DAYS to carry it out. Raises as `notify_watch`."""
    return _step(_take(entry_id, version), "accept", by=by, note=note, now=now, days=policies.CURE_DAYS)


@transaction.atomic
def refuse_plan(
    *, entry_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> WatchEntry:
    """The plan does not help; the provider has PLAN_DAYS for another one. Raises as `notify_watch`."""
    return _step(_take(entry_id, version), "refuse", by=by, note=note, now=now, days=policies.PLAN_DAYS)


@transaction.atomic
def suspend_watched(
    *, entry_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> WatchEntry:
    """Stop the provider's work: no plan or no cure in time. It has ANSWER_DAYS to answer.

    Raises Conflict before its time to act is over, IllegalTransition, InvalidInput, Stale, NotPermitted.
    """
    entry, now = _take(entry_id, version), now or timezone.now()
    _step(entry, "suspend", by=by, note=note, now=now, days=policies.ANSWER_DAYS)
    if entry.provider.status != ProviderStatus.SUSPENDED:
        suspend_provider(provider_id=entry.provider_id, by=by, note=note, now=now)
        lapse_open_probation(provider_id=entry.provider_id, by=by, note=note.strip(), now=now)
    return entry


@transaction.atomic
def reinstate_watched(
    *, entry_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> WatchEntry:
    """Let the provider work again, on probation, while it cures. Raises as `notify_watch`."""
    entry, now = _take(entry_id, version), now or timezone.now()
    if not entry.plan:
        entry.plan, entry.plan_at, entry.plan_by = note.strip(), now, by
    _step(entry, "reinstate", by=by, note=note, now=now, days=policies.CURE_DAYS)
    if entry.provider.status == ProviderStatus.SUSPENDED:
        reinstate_provider(provider_id=entry.provider_id, by=by, note=note, now=now)
        begin_probation(provider_id=entry.provider_id, now=now)
    return entry


@transaction.atomic
def clear_out_watched(
    *, entry_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> WatchEntry:
    """Remove the provider for good, decided by somebody else than who suspended it.

    Raises Conflict before its time to answer is over, IllegalTransition, InvalidInput, Stale, NotPermitted.
    """
    entry, now = _take(entry_id, version), now or timezone.now()
    _step(entry, "clear_out", by=by, note=note, now=now)
    if entry.provider.status != ProviderStatus.CLEARED_OUT:
        clear_out_provider(provider_id=entry.provider_id, by=by, note=note, now=now)
    return entry


@transaction.atomic
def close_watch(
    *, entry_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> WatchEntry:
    """Take the entry off the list: cured, or never a fault. Raises as `notify_watch`."""
    return _step(_take(entry_id, version), "close", by=by, note=note, now=now)


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., WatchEntry]] = {
    "notify": notify_watch,
    "propose": propose_plan,
    "accept": accept_plan,
    "refuse": refuse_plan,
    "suspend": suspend_watched,
    "reinstate": reinstate_watched,
    "clear_out": clear_out_watched,
    "close": close_watch,
}


def _take(entry_id: int, version: int | None) -> WatchEntry:
    entry = lock(WatchEntry.objects.select_related("provider"), entry_id)
    entry.check_version(version)
    return entry


def _step(
    entry: WatchEntry, action: str, *, by: User, note: str, now: datetime | None, days: int | None = None
) -> WatchEntry:
    """One step of the table on the locked entry; `days` is how long the provider then has to act."""
    now, note = now or timezone.now(), note.strip()
    today = business_day(now)
    row = WATCH.check(entry, action, note=note)
    policies.check_due(entry, action, today)
    check_watch_act(by, entry, row)
    before = entry.status
    entry.status, entry.acted_at, entry.acted_by = row.to, now, by
    if days is not None:
        entry.due_on = today + timedelta(days=days)
    if row.to in ENDED:
        entry.closed_at, entry.closed_by = now, by
    entry.save_checked()
    record(row.audit, entry, by=by, note=note, now=now, changes={"status": [before, row.to]})
    if action != "propose":
        _tell(row.audit, entry, note, now, entry.due_on or today)
    return entry


def _tell(kind: str, entry: WatchEntry, note: str, now: datetime, due_on: date) -> None:
    criterion = Criterion.objects.get(criteria_set=entry.criteria_set_id, key=entry.criterion_key)
    send_notice(
        kind,
        organisation_id=entry.provider.organisation_id,
        now=now,
        criterion_zh=criterion.title_zh,
        criterion_en=criterion.title_en,
        due_on=due_on.isoformat(),
        note=note,
    )
