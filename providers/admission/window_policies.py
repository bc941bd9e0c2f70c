"""What the applications of a window allow, whoever asks."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict
from providers.admission.window_selectors import standing_of, undecided_of
from providers.windows.models import AdmissionWindow


def check_list(window: AdmissionWindow, action: str, now: datetime) -> None:
    """What the applications of the window allow; raises Conflict. For buttons, and for the locked row."""
    waiting = undecided_of(window, now).count() if action in ("stand_still", "finalise") else 0
    if waiting:
        raise Conflict(
            _("Applications that are not decided on yet: %(count)s.") % {"count": waiting},
            remedy=_("Decide on them first."),
            code="undecided",
        )
    standing = standing_of(window).count() if action == "finalise" else 0
    if standing:
        raise Conflict(
            _("Rejections that still stand still: %(count)s.") % {"count": standing},
            remedy=_("Decide on the answers, or wait for the end of each."),
            code="standing",
        )
