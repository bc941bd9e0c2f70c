"""Writes about admission windows: prepare, change, announce, open. What touches applications stands in
`providers.admission.window_services`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import InvalidInput
from common.locks import lock
from providers.windows import policies
from providers.windows.defaults import ROLLING
from providers.windows.models import AdmissionWindow
from providers.windows.permissions import check_act
from providers.windows.states import WINDOW

TERMS = (
    "code",
    "title_zh",
    "title_en",
    "text_zh",
    "text_en",
    "kind",
    "provider_types",
    "categories",
    "places",
    "opens_at",
    "closes_at",
    "standstill_days",
    "reapply_after_days",
    "return_grace_days",
)


@transaction.atomic
def create_window(*, terms: Mapping[str, Any], by: User | None, now: datetime | None = None) -> AdmissionWindow:
    """Prepare a window as a draft from `terms` (names of TERMS); `by=None` is the portal itself.

    Raises InvalidInput (times, unknown terms), ValidationError, NotPermitted.
    """
    now = now or timezone.now()
    if by is not None:
        check_permission(by, "window.edit")
    window = AdmissionWindow(created_at=now, created_by=by)
    made = _set_terms(window, terms)
    window.full_clean()
    window.save()
    record("window.create", window, by=by, now=now, changes={name: new for name, (_old, new) in made.items()})
    return window


@transaction.atomic
def edit_window(
    *,
    window_id: int,
    changes: Mapping[str, Any],
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> AdmissionWindow:
    """Change the terms of a draft. Raises Conflict (announced), InvalidInput, ValidationError, Stale, NotPermitted."""
    window = lock(AdmissionWindow.objects.all(), window_id)
    window.check_version(version)
    policies.check_editable(window)
    check_permission(by, "window.edit")
    made = _set_terms(window, changes)
    if made:
        window.save_checked()
        record("window.edit", window, by=by, now=now, changes={name: list(pair) for name, pair in made.items()})
    return window


def announce_window(
    *, window_id: int, by: User | None, note: str = "", version: int | None = None, now: datetime | None = None
) -> AdmissionWindow:
    """Make the window public; its terms are fixed from here on. Raises as `take_step`."""
    return take_step(window_id, "announce", by=by, note=note, version=version, now=now)


def open_window(
    *, window_id: int, by: User | None, note: str = "", version: int | None = None, now: datetime | None = None
) -> AdmissionWindow:
    """Let companies apply; by hand before the announced time, it opens now. Raises as `take_step`."""
    return take_step(window_id, "open", by=by, note=note, version=version, now=now)


@transaction.atomic
def take_step(
    window_id: int,
    action: str,
    *,
    by: User | None,
    note: str,
    version: int | None = None,
    now: datetime | None = None,
    check: Callable[[AdmissionWindow], None] | None = None,
) -> AdmissionWindow:
    """One row of the table. `by=None` is the clock, which needs no reason and keeps to the window's times.

    `check` sees the locked row and may refuse. Raises IllegalTransition, Conflict (times), InvalidInput (no reason),
    Stale, NotPermitted.

    Race: two ticks of the clock, or a tick and a person. The second waits for the row and finds another state.
    """
    now = now or timezone.now()
    window = lock(AdmissionWindow.objects.all(), window_id)
    window.check_version(version)
    row = WINDOW.check(window, action, note=note if by is not None else "-")
    policies.check_step(window, action, now, by_clock=by is None and action != "announce")
    if check is not None:
        check(window)
    check_act(by, window, row)
    before, moved = window.status, _stamp(window, action, by, now)
    window.status = row.to
    window.save_checked()
    record(row.audit, window, by=by, note=note.strip(), now=now, changes={"status": [before, row.to], **moved})
    return window


def load_default_windows(*, now: datetime | None = None) -> list[AdmissionWindow]:
    """Make sure that the window which is open until further notice exists; gives what was made, nothing a second time.

    A portal without any window lets nobody in; this one takes every company.
    """
    now = now or timezone.now()
    if AdmissionWindow.objects.filter(code=ROLLING["code"]).exists():
        return []
    with transaction.atomic():
        window = create_window(terms={**ROLLING, "opens_at": now}, by=None, now=now)
        announce_window(window_id=window.pk, by=None, now=now)
        return [open_window(window_id=window.pk, by=None, now=now)]


def _set_terms(window: AdmissionWindow, terms: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set what differs; gives old and new by name. Raises InvalidInput."""
    made: dict[str, tuple[Any, Any]] = {}
    for name, value in terms.items():
        if name not in TERMS:
            raise InvalidInput(_("This cannot be changed here."), field=name, remedy=_("Leave it out."))
        new = value.strip() if isinstance(value, str) else value
        old = getattr(window, name)
        if old != new:
            made[name] = (old, new)
            setattr(window, name, new)
    if AdmissionWindow.objects.filter(code=window.code).exclude(pk=window.pk).exists():
        raise InvalidInput(_("A window with this code exists already."), field="code", remedy=_("Choose another code."))
    policies.check_times(window)
    return made


def _stamp(window: AdmissionWindow, action: str, by: User | None, now: datetime) -> dict[str, Any]:
    """Set the moments of a step; gives the announced times that a person moved, for the log.

    The clock stamps the announced moment, however late its tick came.
    """
    moved: dict[str, Any] = {}
    if action == "announce":
        window.announced_at, window.announced_by = now, by
    elif action == "open":
        if by is not None and now < window.opens_at:
            moved["opens_at"], window.opens_at = [window.opens_at, now], now
        window.opened_at, window.opened_by = (now if by is not None else window.opens_at), by
    elif action == "close":
        if window.closes_at is None or now < window.closes_at:
            moved["closes_at"], window.closes_at = [window.closes_at, now], now
        window.closed_at, window.closed_by = window.closes_at, by
    elif action == "stand_still":
        window.standstill_until = now + timedelta(days=window.standstill_days)
        moved["standstill_until"] = window.standstill_until
    elif action == "finalise":
        window.finalised_at, window.finalised_by = now, by
    return moved
