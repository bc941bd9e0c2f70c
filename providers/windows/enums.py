"""Kinds and states of an admission window."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WindowKind(models.TextChoices):
    FIXED = "fixed", _("With a last day")
    ROLLING = "rolling", _("Open until further notice")


class WindowStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Announced")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    STANDSTILL = "standstill", _("Standstill")
    FINAL = "final", _("Final")


ADVERTISED = (WindowStatus.ANNOUNCED, WindowStatus.OPEN)
# The clock has nothing more to do with a window in another state.
MOVING = (WindowStatus.ANNOUNCED, WindowStatus.OPEN, WindowStatus.CLOSED, WindowStatus.STANDSTILL)
# In these a returned application may still come back within its grace.
RECEIVING = (WindowStatus.OPEN, WindowStatus.CLOSED, WindowStatus.STANDSTILL)
