"""States of a probation and of an entry on the watch list."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProbationStatus(models.TextChoices):
    PROPOSED = "proposed", _("Waits for the provider's signature")
    RUNNING = "running", _("Running")
    JUDGED = "judged", _("Judged, waits for a signature")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    LAPSED = "lapsed", _("Ended without a verdict")


class ProbationVerdict(models.TextChoices):
    """What the portal reads from the facts; a person signs it or decides otherwise, with a reason."""

    PASS = "pass", _("All targets met")
    FAIL = "fail", _("A target was missed")
    UNCLEAR = "unclear", _("A target could not be measured")


class WatchStatus(models.TextChoices):
    WATCHING = "watching", _("Watched")
    NOTIFIED = "notified", _("Notice given")
    PLANNED = "planned", _("Cure plan proposed")
    CURING = "curing", _("Curing")
    SUSPENDED = "suspended", _("Suspended")
    CLEARED_OUT = "cleared_out", _("Cleared out")
    CLOSED = "closed", _("Closed")


PROBATION_OPEN = (ProbationStatus.PROPOSED, ProbationStatus.RUNNING, ProbationStatus.JUDGED)
WATCH_OPEN = (
    WatchStatus.WATCHING,
    WatchStatus.NOTIFIED,
    WatchStatus.PLANNED,
    WatchStatus.CURING,
    WatchStatus.SUSPENDED,
)
