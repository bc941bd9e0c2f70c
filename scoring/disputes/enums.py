"""Fixed words of disputes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DisputeStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("a dispute", "Open")
    UPHELD = "upheld", pgettext_lazy("a dispute", "Upheld")
    PARTLY_UPHELD = "partly_upheld", _("Partly upheld")
    REJECTED = "rejected", pgettext_lazy("a dispute", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("a dispute", "Withdrawn")


GRANTED = (DisputeStatus.UPHELD, DisputeStatus.PARTLY_UPHELD)
DECIDED = (*GRANTED, DisputeStatus.REJECTED)
