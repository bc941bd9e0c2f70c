"""Words of match rounds."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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

    NONE = "none", pgettext_lazy("balance", "None")
    LIGHT = "light", pgettext_lazy("balance", "Light")
    MEDIUM = "medium", pgettext_lazy("balance", "Medium")
    STRONG = "strong", pgettext_lazy("balance", "Strong")


class Skip(models.TextChoices):
    """Why a place of a committed round led to no invitation, besides what keeps a provider from it."""

    CHANGED = "changed", _("The request changed after the preview")
    STOPPED = "stopped", _("The sending of invitations was stopped")


SKIPS = [*Skip.choices, *Obstacle.choices]
SKIP_CODES = [code for code, _label in SKIPS]


class PlaceOutcome(models.TextChoices):
    """What has become of a place so far."""

    PLANNED = "planned", _("Not invited yet")
    INVITED = "invited", _("Invited")
    SKIPPED = "skipped", _("Not invited")
    NOBODY = "nobody", _("Nobody found")
