"""How long each side has, and which business day it is."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

SHORTLIST_WITHIN = timedelta(minutes=10)
PICK_WITHIN = timedelta(hours=72)
ANSWER_WITHIN = timedelta(hours=24)
STAFF_WITHIN = timedelta(hours=24)


def business_day(now: datetime) -> date:
    """The day it is in the platform's zone."""
    return now.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()
