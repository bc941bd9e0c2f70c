"""Business days: a day begins and ends in the platform's zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def business_day(moment: datetime) -> date:
    """The business day in which an aware `moment` falls."""
    return moment.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()


# The first and the last day of the calendar are no moments in every zone.
FIRST, LAST = date(1, 1, 2), date(9999, 12, 30)


def start_of(day: date) -> datetime:
    """The moment at which a business day begins; at either end of the calendar the nearest that there is."""
    return datetime.combine(min(max(day, FIRST), LAST), time(), tzinfo=ZoneInfo(settings.BUSINESS_TIME_ZONE))


def end_of(day: date) -> datetime:
    """The moment at which a business day is over, as `start_of` the next."""
    return start_of(min(day, LAST) + timedelta(days=1))
