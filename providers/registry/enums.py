"""States and origins of a provider."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProviderStatus(models.TextChoices):
    REGISTERED = "registered", _("Registered")
    PROBATION = "probation", _("On probation")
    ADMITTED = "admitted", _("Admitted")
    SUSPENDED = "suspended", _("Suspended")
    CLEARED_OUT = "cleared_out", _("Cleared out")


class ProviderOrigin(models.TextChoices):
    """Where the portal knows a provider from. External ones come with outside data: scored, never raced or matched."""

    PORTAL = "portal", _("Registered here")
    EXTERNAL = "external", _("Known from outside data")


ACTIVE = (ProviderStatus.PROBATION, ProviderStatus.ADMITTED)
