"""How far a trial is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrialStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_TRIALS = (TrialStatus.QUEUED, TrialStatus.RUNNING)
