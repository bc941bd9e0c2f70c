"""The life of a provider after the door."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.registry.enums import ProviderStatus as S

PROVIDER = StateTable(
    name="provider",
    states=S,
    initial=S.REGISTERED,
    rows=(
        Transition(S.REGISTERED, S.PROBATION, "admit", "application.admit", _("Admit"), True, "provider.admit"),
        Transition(
            S.PROBATION,
            S.ADMITTED,
            "complete_probation",
            "provider.complete_probation",
            _("Complete probation"),
            True,
            "provider.complete_probation",
        ),
        Transition(S.PROBATION, S.SUSPENDED, "suspend", "provider.suspend", _("Suspend"), True, "provider.suspend"),
        Transition(S.ADMITTED, S.SUSPENDED, "suspend", "provider.suspend", _("Suspend"), True, "provider.suspend"),
        Transition(
            S.SUSPENDED, S.PROBATION, "reinstate", "provider.reinstate", _("Reinstate"), True, "provider.reinstate"
        ),
        Transition(
            S.PROBATION, S.CLEARED_OUT, "clear_out", "provider.clear_out", _("Clear out"), True, "provider.clear_out"
        ),
        Transition(
            S.ADMITTED, S.CLEARED_OUT, "clear_out", "provider.clear_out", _("Clear out"), True, "provider.clear_out"
        ),
        Transition(
            S.SUSPENDED, S.CLEARED_OUT, "clear_out", "provider.clear_out", _("Clear out"), True, "provider.clear_out"
        ),
    ),
)
