"""Who can take how many live rooms; no person is asked here."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from providers.traders.models import Trader

Spare = Sequence[tuple[Trader, int]]


def allocate_rooms(chosen: Spare, rooms: int) -> list[tuple[Trader, int]]:
    """Give `rooms` live rooms to the chosen traders in their order, each up to what it has free.

    Raises InvalidInput without a trader, Conflict when they have too few places together.
    """
    if not chosen:
        raise InvalidInput(
            _("No trader is chosen."), field="traders", remedy=_("Choose who will operate the live rooms.")
        )
    left, shares = rooms, []
    for trader, spare in chosen:
        share = min(left, spare)
        if share > 0:
            shares.append((trader, share))
            left -= share
    if left:
        free = sum(max(spare, 0) for _trader, spare in chosen)
        raise Conflict(
            _("%(rooms)s live rooms are asked for; the chosen traders have %(free)s free.")
            % {"rooms": rooms, "free": free},
            field="traders",
            remedy=_("Choose further traders, or decline."),
            code="no_capacity",
        )
    return shares
