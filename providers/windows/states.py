"""The way of an admission window. Policies say which rows a rolling one has and when the clock takes a step."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.windows.enums import WindowStatus as S

WINDOW = StateTable(
    name="window",
    states=S,
    initial=S.DRAFT,
    rows=(
        Transition(S.DRAFT, S.ANNOUNCED, "announce", "window.advance", _("Announce"), False, "window.announce"),
        Transition(S.ANNOUNCED, S.OPEN, "open", "window.advance", _("Open now"), True, "window.open"),
        Transition(S.OPEN, S.CLOSED, "close", "window.advance", _("Close now"), True, "window.close"),
        Transition(
            S.CLOSED,
            S.STANDSTILL,
            "stand_still",
            "window.advance",
            _("Begin the standstill"),
            True,
            "window.stand_still",
        ),
        Transition(
            S.STANDSTILL, S.FINAL, "finalise", "window.advance", _("Make the list final"), True, "window.finalise"
        ),
    ),
)
