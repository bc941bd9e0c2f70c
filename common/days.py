"""Business days: a day begins and ends in the platform's zone."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings


def business_day(moment: datetime) -> date:
    """The business day in which an aware `moment` falls."""
    return moment.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()


def start_of(day: date) -> datetime:
    """The moment at which a business day begins."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BUSINESS_TIME_ZONE))
