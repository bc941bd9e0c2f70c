"""The ways of a panel and of a review. The portal itself takes the steps that need no permission."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.admission.review.enums import PanelStatus as P
from providers.admission.review.enums import ReviewStatus as R

PANEL = StateTable(
    name="panel",
    states=P,
    initial=P.REVIEWING,
    rows=(
        Transition(P.REVIEWING, P.SETTLED, "settle", "", _("Settle"), False, "panel.settle"),
        Transition(P.REVIEWING, P.THIRD, "ask_third", "", _("Ask for a third reviewer"), False, "panel.ask_third"),
        Transition(P.REVIEWING, P.CLOSED, "close", "", _("Close without a result"), False, "panel.close"),
        Transition(P.THIRD, P.SETTLED, "settle", "", _("Settle"), False, "panel.settle"),
        Transition(P.THIRD, P.CLOSED, "close", "", _("Close without a result"), False, "panel.close"),
    ),
)

REVIEW = StateTable(
    name="review",
    states=R,
    initial=R.ASSIGNED,
    rows=(
        Transition(R.ASSIGNED, R.SUBMITTED, "submit", "review.submit", _("Hand in the review"), False, "review.submit"),
        Transition(R.ASSIGNED, R.RECUSED, "recuse", "review.submit", _("Step back"), True, "review.recuse"),
        Transition(R.ASSIGNED, R.LAPSED, "release", "review.assign", _("Take the review away"), True, "review.release"),
        Transition(R.ASSIGNED, R.LAPSED, "lapse", "", _("Lapse"), False, "review.lapse"),
    ),
)
