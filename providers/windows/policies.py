"""What the state and the times of a window allow, whoever asks."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from common.templatetags.paddock import moment
from providers.windows.enums import WindowKind, WindowStatus
from providers.windows.models import AdmissionWindow


def check_editable(window: AdmissionWindow) -> None:
    """Only a draft changes; raises Conflict."""
    if window.status != WindowStatus.DRAFT:
        raise Conflict(
            _("This window was announced; its terms are fixed."),
            remedy=_("Prepare another window."),
            code="window_announced",
        )


def check_times(window: AdmissionWindow) -> None:
    """A fixed window needs an end after its beginning, a rolling one has none; raises InvalidInput."""
    if window.kind == WindowKind.FIXED and window.closes_at is None:
        raise InvalidInput(
            _("The closing time is missing."),
            field="closes_at",
            remedy=_("Give one, or choose a window that is open until further notice."),
        )
    if window.is_rolling and window.closes_at is not None:
        raise InvalidInput(
            _("A window that is open until further notice has no closing time."),
            field="closes_at",
            remedy=_("Leave it empty, or choose a window with a last day."),
        )
    if window.closes_at is not None and window.closes_at <= window.opens_at:
        raise InvalidInput(
            _("The window would close before it opens."),
            field="closes_at",
            remedy=_("Give a closing time after the opening."),
        )


def check_step(window: AdmissionWindow, action: str, now: datetime, *, by_clock: bool = False) -> None:
    """Whether the kind and the times of the window allow `action` now; raises Conflict."""
    if action in ("stand_still", "finalise") and window.is_rolling:
        raise Conflict(
            _("A window that is open until further notice has no list that stands still."),
            remedy=_("Each rejection in it stands still for itself."),
        )
    over = window.closes_at is not None and window.closes_at <= now
    if action in ("announce", "open") and over and not by_clock:
        raise Conflict(_("The closing time of this window is over."), remedy=_("Prepare another window."))
    if action == "finalise" and window.standstill_until is not None and now < window.standstill_until:
        raise Conflict(
            _("The standstill lasts until %(when)s.") % {"when": moment(window.standstill_until)},
            remedy=_("Wait for its end."),
            code="standstill",
        )
    if by_clock and due_action(window, now) != action:
        raise Conflict(_("It is not time for this step yet."), remedy=_("Wait, or take the step by hand."))


def due_action(window: AdmissionWindow, now: datetime) -> str | None:
    """The step that the clock takes now, as far as the window's own times tell; None for none."""
    if window.status == WindowStatus.ANNOUNCED and window.opens_at <= now:
        return "open"
    if window.status == WindowStatus.OPEN and window.closes_at is not None and window.closes_at <= now:
        return "close"
    if window.status == WindowStatus.CLOSED and not window.is_rolling:
        return "stand_still"
    if window.status == WindowStatus.STANDSTILL and window.standstill_until is not None:
        return "finalise" if window.standstill_until <= now else None
    return None


def is_open(window: AdmissionWindow, now: datetime) -> bool:
    """Whether applications are begun and submitted in it now. The closing time counts, not the clock's next tick."""
    if window.status != WindowStatus.OPEN or window.opens_at > now:
        return False
    return window.closes_at is None or now < window.closes_at
