"""The way of a link that is held against an applicant."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.relations.enums import LinkStatus as S

LINK = StateTable(
    name="link",
    states=S,
    initial=S.HELD,
    rows=(
        Transition(S.HELD, S.CONTESTED, "contest", "link.contest", _("Contest"), True, "link.contest"),
        Transition(S.HELD, S.UPHELD, "uphold", "link.decide", _("Uphold"), True, "link.uphold"),
        Transition(S.HELD, S.LIFTED, "lift", "link.decide", _("Lift"), True, "link.lift"),
        Transition(S.HELD, S.OVERRIDDEN, "override", "link.decide", _("Override"), True, "link.override"),
        Transition(S.CONTESTED, S.UPHELD, "uphold", "link.decide", _("Uphold"), True, "link.uphold"),
        Transition(S.CONTESTED, S.LIFTED, "lift", "link.decide", _("Lift"), True, "link.lift"),
        Transition(S.CONTESTED, S.OVERRIDDEN, "override", "link.decide", _("Override"), True, "link.override"),
        Transition(S.UPHELD, S.LIFTED, "lift", "link.decide", _("Lift"), True, "link.lift"),
        Transition(S.UPHELD, S.OVERRIDDEN, "override", "link.decide", _("Override"), True, "link.override"),
    ),
)
