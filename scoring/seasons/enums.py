"""Fixed words of seasons."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SeasonStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Announced")
    RUNNING = "running", _("Running")
    SETTLING = "settling", _("Settling")
    FINAL = "final", _("Final")


PUBLIC_SEASONS = (SeasonStatus.ANNOUNCED, SeasonStatus.RUNNING, SeasonStatus.SETTLING, SeasonStatus.FINAL)
RACING_SEASONS = (SeasonStatus.RUNNING, SeasonStatus.SETTLING)


class NotRanked(models.TextChoices):
    """Why a provider holds no place."""

    NOT_ASSESSED = "not_assessed", _("Not assessed: too little evidence")
    EXTERNAL = "external", _("Not registered in the portal")
    SUSPENDED = "suspended", _("Suspended")
    CLEARED_OUT = "cleared_out", _("Cleared out")
