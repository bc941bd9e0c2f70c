"""The way of an application."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.admission.enums import ApplicationStatus as S

APPLICATION = StateTable(
    name="application",
    states=S,
    initial=S.DRAFT,
    rows=(
        Transition(S.DRAFT, S.SUBMITTED, "submit", "application.submit", _("Submit"), False, "application.submit"),
        Transition(S.RETURNED, S.SUBMITTED, "submit", "application.submit", _("Submit"), False, "application.submit"),
        Transition(S.SUBMITTED, S.ADMITTED, "admit", "application.admit", _("Admit"), True, "application.admit"),
        Transition(
            S.SUBMITTED, S.RETURNED, "return", "application.return", _("Return for changes"), True, "application.return"
        ),
        Transition(S.SUBMITTED, S.REJECTED, "reject", "application.reject", _("Reject"), True, "application.reject"),
        Transition(
            S.DRAFT, S.WITHDRAWN, "withdraw", "application.withdraw", _("Withdraw"), False, "application.withdraw"
        ),
        Transition(
            S.SUBMITTED, S.WITHDRAWN, "withdraw", "application.withdraw", _("Withdraw"), False, "application.withdraw"
        ),
        Transition(
            S.RETURNED, S.WITHDRAWN, "withdraw", "application.withdraw", _("Withdraw"), False, "application.withdraw"
        ),
    ),
)
