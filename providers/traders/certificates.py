"""How long a certificate holds and when its end is announced; no row is touched here."""

from calendar import monthrange
from datetime import date

from providers.traders.enums import TraderLevel

LIFETIME_MONTHS: dict[str, int] = {
    TraderLevel.CERTIFIED: 12,
    TraderLevel.SENIOR: 18,
    TraderLevel.GOLD: 24,
}
NOTICE_DAYS = (30, 14, 7)


def expiry_of(level: str, issued_on: date) -> date:
    """The first day without a certificate of `level`: the same day of the month after its lifetime, or the last one."""
    years, month = divmod(issued_on.month - 1 + LIFETIME_MONTHS[level], 12)
    year = issued_on.year + years
    return date(year, month + 1, min(issued_on.day, monthrange(year, month + 1)[1]))


def due_notice(expires_on: date, today: date, noticed: int | None) -> int | None:
    """The distance of NOTICE_DAYS that must be announced now, None when nothing is due.

    Each is announced once; after missed nights only the nearest one is, for the others came too late.
    """
    reached = [days for days in NOTICE_DAYS if (expires_on - today).days <= days]
    if not reached or (noticed is not None and noticed <= min(reached)):
        return None
    return min(reached)
