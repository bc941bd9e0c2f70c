"""Words of match rounds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from merchants.matching.enums import Obstacle


class RoundStatus(models.TextChoices):
    PREPARING = "preparing", _("Being prepared")
    PREVIEW = "preview", _("Preview")
    COMMITTED = "committed", _("Committed")
    DISCARDED = "discarded", _("Discarded")


OPEN_ROUNDS = (RoundStatus.PREPARING, RoundStatus.PREVIEW)
# Those that have their figures; a discarded one may have them.
FIGURED = (RoundStatus.PREVIEW, RoundStatus.COMMITTED)


class Balance(models.TextChoices):
    """How much a round gives up in fit so that the load is spread."""

    NONE = "none", _("None: fit alone decides")
    LIGHT = "light", _("Light: the last places of a provider cost a little")
    MEDIUM = "medium", _("Medium: from two fifths of its rooms on, places cost more")
    STRONG = "strong", _("Strong: nearly every further place costs")


class Skip(models.TextChoices):
    """Why a place of a committed round led to no invitation, besides what keeps a provider from it."""

    CHANGED = "changed", _("The request changed after the preview")
    STOPPED = "stopped", _("The sending of invitations was stopped")


SKIPS = [*Skip.choices, *Obstacle.choices]
SKIP_CODES = [code for code, _label in SKIPS]
