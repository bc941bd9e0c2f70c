"""Days and nights of the demo world."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def at_night(day: date) -> datetime:
    """Three in the morning of a business day, when the nightly work runs."""
    return datetime.combine(day, time(3), tzinfo=ZoneInfo(settings.BUSINESS_TIME_ZONE))


def quarter_start(day: date) -> date:
    """First day of the quarter in which at least one night is over on `day`."""
    yesterday = day - timedelta(days=1)
    return date(yesterday.year, 3 * ((yesterday.month - 1) // 3) + 1, 1)


def next_quarter(first: date) -> date:
    """First day of the quarter after the one that begins on `first`."""
    return date(first.year + 1, 1, 1) if first.month == 10 else date(first.year, first.month + 3, 1)
