"""States and levels of a trader."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TraderStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    LEFT = "left", _("Left")


class TraderLevel(models.TextChoices):
    """What the platform certified; the provider cannot set it."""

    TRAINEE = "trainee", _("Trainee")
    CERTIFIED = "certified", _("Certified")
    SENIOR = "senior", _("Senior")
    GOLD = "gold", _("Gold medal")
