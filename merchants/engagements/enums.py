"""States of an engagement."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EngagementStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")
    TERMINATED = "terminated", _("Terminated")


RUNNING = (EngagementStatus.ACTIVE, EngagementStatus.PAUSED)
ENDED = (EngagementStatus.COMPLETED, EngagementStatus.TERMINATED)
