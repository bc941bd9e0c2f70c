"""The life of a trader at a provider."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.traders.enums import TraderStatus as S

TRADER = StateTable(
    name="trader",
    states=S,
    initial=S.ACTIVE,
    rows=(
        Transition(S.ACTIVE, S.LEFT, "leave", "trader.edit", _("Record that this trader left"), True, "trader.leave"),
    ),
)
