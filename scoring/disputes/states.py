"""The life of a dispute. A row's action names the service that carries it out."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.states import StateTable, Transition
from scoring.disputes.enums import DisputeStatus as S

DECIDE, WITHDRAW = "dispute.decide", "dispute.withdraw"

DISPUTE = StateTable(
    "dispute",
    S,
    initial=S.OPEN,
    rows=(
        Transition(
            S.OPEN,
            S.UPHELD,
            "uphold",
            DECIDE,
            pgettext_lazy("a dispute", "Uphold"),
            needs_note=True,
            audit="dispute.uphold",
        ),
        Transition(
            S.OPEN,
            S.PARTLY_UPHELD,
            "uphold_partly",
            DECIDE,
            _("Uphold in part"),
            needs_note=True,
            audit="dispute.uphold_partly",
        ),
        Transition(S.OPEN, S.REJECTED, "reject", DECIDE, _("Reject"), needs_note=True, audit="dispute.reject"),
        Transition(S.OPEN, S.WITHDRAWN, "withdraw", WITHDRAW, _("Withdraw"), audit="dispute.withdraw"),
    ),
)
DECISIONS = frozenset({"uphold", "uphold_partly", "reject"})
