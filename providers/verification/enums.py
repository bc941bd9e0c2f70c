"""States of a reported false claim."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FalseClaimStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    CONFIRMED = "confirmed", pgettext_lazy("a false claim", "Confirmed")
    DISMISSED = "dismissed", pgettext_lazy("a false claim", "Dismissed")


DECIDED = (FalseClaimStatus.CONFIRMED, FalseClaimStatus.DISMISSED)
