"""States of an application."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned for changes")
    STANDSTILL = "standstill", _("Rejected, not final yet")
    ADMITTED = "admitted", _("Admitted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.RETURNED,
    ApplicationStatus.STANDSTILL,
)
EDITABLE = (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED)
DECIDED = (ApplicationStatus.STANDSTILL, ApplicationStatus.ADMITTED, ApplicationStatus.REJECTED)
REFUSED = (ApplicationStatus.STANDSTILL, ApplicationStatus.REJECTED)
