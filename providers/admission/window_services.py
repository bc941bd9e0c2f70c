"""Steps of a window that concern its applications: close it, let its list stand still, make the list final."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.exceptions import Conflict
from providers.admission.enums import ApplicationStatus
from providers.admission.notices import tell
from providers.admission.window_policies import check_list
from providers.admission.window_selectors import applicants_of, count_states
from providers.windows.models import AdmissionWindow
from providers.windows.policies import due_action
from providers.windows.selectors import moving
from providers.windows.services import announce_window, open_window, take_step

log = structlog.get_logger(__name__)


@transaction.atomic
def close_window(
    *, window_id: int, by: User | None, note: str = "", version: int | None = None, now: datetime | None = None
) -> AdmissionWindow:
    """End the submissions and tell everybody who applied in it. Raises as `take_step`."""
    now = now or timezone.now()
    window = take_step(window_id, "close", by=by, note=note, version=version, now=now)
    for application in applicants_of(window):
        missed = application.status == ApplicationStatus.DRAFT
        tell("window.missed" if missed else "window.closed", application, now=now, code=window.code)
    return window


@transaction.atomic
def begin_standstill(
    *, window_id: int, by: User | None, note: str = "", version: int | None = None, now: datetime | None = None
) -> AdmissionWindow:
    """Let the decided list stand still. Raises Conflict while an application waits, else as `take_step`."""
    now = now or timezone.now()
    return take_step(
        window_id,
        "stand_still",
        by=by,
        note=note,
        version=version,
        now=now,
        check=lambda window: check_list(window, "stand_still", now),
    )


@transaction.atomic
def finalise_window(
    *, window_id: int, by: User | None, note: str = "", version: int | None = None, now: datetime | None = None
) -> AdmissionWindow:
    """Make the list final and tell everybody who applied. Raises Conflict while a rejection stands still or is being
    reconsidered, else as `take_step`."""
    now = now or timezone.now()
    window = take_step(
        window_id,
        "finalise",
        by=by,
        note=note,
        version=version,
        now=now,
        check=lambda window: check_list(window, "finalise", now),
    )
    admitted = count_states(window)[ApplicationStatus.ADMITTED]
    for application in applicants_of(window).filter(submitted_at__isnull=False):
        tell("window.final", application, now=now, code=window.code, admitted=admitted)
    return window


def advance_due_windows(*, now: datetime | None = None) -> int:
    """Take every step that the clock owes, each in a transaction of its own; gives how many.

    After a long stop a window takes several steps at once. A list that is not decided yet waits for the next tick.
    """
    now = now or timezone.now()
    taken = 0
    for pk in moving().values_list("pk", flat=True):
        while (action := due_action(AdmissionWindow.objects.get(pk=pk), now)) is not None:
            try:
                ACTIONS[action](window_id=pk, by=None, now=now)
            except Conflict as refusal:
                log.info("window waits", window=pk, action=action, why=refusal.reason)
                break
            taken += 1
    return taken


# What pages, endpoints and the clock may ask for by the action's name.
ACTIONS: dict[str, Callable[..., AdmissionWindow]] = {
    "announce": announce_window,
    "open": open_window,
    "close": close_window,
    "stand_still": begin_standstill,
    "finalise": finalise_window,
}
