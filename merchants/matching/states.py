"""The life of an invitation."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from merchants.matching.enums import InvitationStatus as S
from merchants.parties import PORTAL

INVITATION = StateTable(
    name="invitation",
    states=S,
    initial=S.PENDING,
    rows=(
        Transition(S.PENDING, S.ACCEPTED, "accept", "invitation.accept", _("Accept"), False, "invitation.accept"),
        Transition(S.PENDING, S.DECLINED, "decline", "invitation.decline", _("Decline"), True, "invitation.decline"),
        Transition(S.PENDING, S.EXPIRED, "expire", PORTAL, _("Expire"), False, "invitation.expire"),
        Transition(
            S.PENDING, S.WITHDRAWN, "withdraw", "invitation.withdraw", _("Withdraw"), True, "invitation.withdraw"
        ),
    ),
)
