"""States and levels of traders, their verification, their certificates and what a provider can claim through them."""

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


CERTIFIED_LEVELS = [(value, label) for value, label in TraderLevel.choices if value != TraderLevel.TRAINEE]


class VerificationStatus(models.TextChoices):
    """Whether the platform checked that the trader is the person whose identity number was given."""

    UNVERIFIED = "unverified", _("Not verified")
    ASKED = "asked", _("Waits for verification")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", _("Verification refused")


class CertificateStatus(models.TextChoices):
    VALID = "valid", _("Valid")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Superseded")


class ClaimStatus(models.TextChoices):
    """How far a provider's claim to a capability is held by its people."""

    SUPPORTED = "supported", _("Supported")
    THIN = "thin", _("Rests on one person")
    UNSUPPORTED = "unsupported", _("Not supported")
