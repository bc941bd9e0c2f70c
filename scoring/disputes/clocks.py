"""The clock of a dispute, and how far back one may go."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

DECIDE_WITHIN = timedelta(days=7)
SOON = timedelta(days=2)
# Older days are in no window of the shipped model.
MOST_BACK_DAYS = 380
MOST_DAYS = 92


class DisputeClock(models.TextChoices):
    ON_TIME = "on_time", _("on time")
    DUE_SOON = "due_soon", _("due soon")
    OVERDUE = "overdue", _("overdue")


def read_clock(due_at: datetime, now: datetime) -> DisputeClock:
    """How the wait stands against the promised day of decision."""
    left = due_at - now
    if left <= timedelta():
        return DisputeClock.OVERDUE
    return DisputeClock.DUE_SOON if left <= SOON else DisputeClock.ON_TIME
