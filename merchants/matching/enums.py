"""Words of matching."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Seat(models.TextChoices):
    """By what right a candidate is on the shortlist."""

    FIT = "fit", _("Best fit")
    NEWCOMER = "newcomer", _("Newcomers' seat")
    ROUND = "round", _("Match round")


class Obstacle(models.TextChoices):
    """Why a provider may not be invited for a request at a moment."""

    INVITED_BEFORE = "invited_before", _("The provider was invited for it before")
    NOT_ACTIVE = "not_active", _("The provider does not take part at present")
    ON_LEAVE = "on_leave", _("The provider is on leave")
    DOCUMENT = "document", _("A document of the provider has expired")
    NO_ROOMS = "no_rooms", _("The provider has no place left for so many live rooms")
    CONFLICT = "conflict", _("Somebody belongs to both the provider and the shop")


class InvitationStatus(models.TextChoices):
    PENDING = "pending", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")
