"""Fixed words of duties: what a season may require of promotion besides points."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Duty(models.TextChoices):
    """What a provider helps so many merchants with in a season; each merchant counts once."""

    TRANSITION = "transition", _("Existing merchants helped through a transition")
    COLD_START = "cold_start", _("New Kuai brands or brands helped through a cold start")
    KUAI_BRAND_COLD_START = "kuai_brand_cold_start", _("New Kuai brands helped through a cold start")
    BRAND_COLD_START = "brand_cold_start", _("New brands helped through a cold start")


class Help(models.TextChoices):
    """What a merchant is helped with; other goals are no duty."""

    TRANSITION = "transition", _("Transition of a merchant")
    COLD_START = "cold_start", _("Cold start of a merchant")


class Shop(models.TextChoices):
    """What kind of merchant is helped, as far as duties ask."""

    KUAI_BRAND = "kuai_brand", _("Kuai brand")
    BRAND = "brand", _("Brand")
    OTHER = "other", _("Other shop")


class WorkState(models.TextChoices):
    """How far the work is."""

    RUNNING = "running", _("Under way")
    COMPLETED = "completed", _("Completed")
    BROKEN_OFF = "broken_off", _("Broken off")


class Verdict(models.TextChoices):
    """Whether a piece of work counts for a duty of a season, and if not, why."""

    COUNTS = "counts", _("Counts")
    RUNNING = "running", _("Still under way")
    BROKEN_OFF = "broken_off", _("Ended before it was done")
    ENDED_AFTER = "ended_after", _("Ended after the season")
    WRONG_SHOP = "wrong_shop", _("Not the kind of merchant that the duty asks for")
    NOT_MEASURED = "not_measured", _("Not measured: there are no facts about it")
    TARGET_MISSED = "target_missed", _("The promised target was not reached")
    DISPUTED = "disputed", _("A dispute about its facts is open")
    COUNTED_BEFORE = "counted_before", _("This merchant counts already")
