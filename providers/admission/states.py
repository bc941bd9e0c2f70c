"""The way of an application."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.admission.enums import ApplicationStatus as S

CLOCK = ""  # the permission of steps that nobody takes by hand

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
        Transition(S.SUBMITTED, S.STANDSTILL, "reject", "application.reject", _("Reject"), True, "application.reject"),
        Transition(S.STANDSTILL, S.STANDSTILL, "answer", "application.answer", _("Answer"), True, "application.answer"),
        Transition(
            S.STANDSTILL,
            S.REJECTED,
            "uphold",
            "application.uphold",
            _("Uphold the rejection"),
            True,
            "application.uphold",
        ),
        Transition(
            S.STANDSTILL,
            S.SUBMITTED,
            "reconsider",
            "application.reconsider",
            _("Reconsider"),
            True,
            "application.reconsider",
        ),
        Transition(S.STANDSTILL, S.REJECTED, "finalise", CLOCK, _("Become final"), False, "application.finalise"),
        Transition(
            S.DRAFT, S.WITHDRAWN, "withdraw", "application.withdraw", _("Withdraw"), False, "application.withdraw"
        ),
        Transition(
            S.SUBMITTED, S.WITHDRAWN, "withdraw", "application.withdraw", _("Withdraw"), False, "application.withdraw"
        ),
        Transition(
            S.RETURNED, S.WITHDRAWN, "withdraw", "application.withdraw", _("Withdraw"), False, "application.withdraw"
        ),
        Transition(
            S.STANDSTILL, S.WITHDRAWN, "withdraw", "application.withdraw", _("Withdraw"), False, "application.withdraw"
        ),
    ),
)
