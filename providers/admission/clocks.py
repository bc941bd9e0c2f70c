"""The clock of an application: applicants are promised a decision within PROMISED_DAYS of their submission."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

PROMISED_DAYS = 5
SOON_DAYS = 2


class Clock(models.TextChoices):
    ON_TIME = "on_time", _("on time")
    DUE_SOON = "due_soon", _("due soon")
    OVERDUE = "overdue", _("overdue")


def due_at(submitted_at: datetime) -> datetime:
    """By when the decision was promised."""
    return submitted_at + timedelta(days=PROMISED_DAYS)


def read_clock(submitted_at: datetime, now: datetime) -> Clock:
    """How the wait stands against the promise; due soon begins SOON_DAYS before it."""
    left = due_at(submitted_at) - now
    if left <= timedelta():
        return Clock.OVERDUE
    return Clock.DUE_SOON if left <= timedelta(days=SOON_DAYS) else Clock.ON_TIME
