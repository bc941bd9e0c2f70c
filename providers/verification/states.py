"""The way of a reported false claim."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.states import StateTable, Transition
from providers.verification.enums import FalseClaimStatus as S

FALSE_CLAIM = StateTable(
    name="false_claim",
    states=S,
    initial=S.RECEIVED,
    rows=(
        Transition(
            S.RECEIVED,
            S.CONFIRMED,
            "confirm",
            "false_claim.decide",
            pgettext_lazy("a false claim", "Confirm"),
            True,
            "false_claim.confirm",
        ),
        Transition(S.RECEIVED, S.DISMISSED, "dismiss", "false_claim.decide", _("Dismiss"), True, "false_claim.dismiss"),
    ),
)
