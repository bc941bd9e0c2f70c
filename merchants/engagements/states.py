"""The life of an engagement."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from merchants.engagements.enums import EngagementStatus as S

_TERMINATE = ("engagement.terminate", _("Terminate"), True, "engagement.terminate")

ENGAGEMENT = StateTable(
    name="engagement",
    states=S,
    initial=S.ACTIVE,
    rows=(
        Transition(S.ACTIVE, S.PAUSED, "pause", "engagement.pause", _("Pause"), True, "engagement.pause"),
        Transition(
            S.ACTIVE, S.COMPLETED, "complete", "engagement.complete", _("Complete"), False, "engagement.complete"
        ),
        Transition(S.ACTIVE, S.TERMINATED, "terminate", *_TERMINATE),
        Transition(S.PAUSED, S.ACTIVE, "resume", "engagement.pause", _("Resume"), False, "engagement.resume"),
        Transition(S.PAUSED, S.TERMINATED, "terminate", *_TERMINATE),
    ),
)
