"""Kinds and stages of a merchant."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MerchantType(models.TextChoices):
    KUAI_BRAND = "kuai_brand", _("Kuai brand")
    BRAND = "brand", _("Brand")
    INDUSTRY_BELT = "industry_belt", _("Industry belt")
    OTHER = "other", _("Other shop")


class MerchantStage(models.TextChoices):
    """Where a shop is on its path, by its followers."""

    COLD_START = "cold_start", _("Cold start")
    GROWTH = "growth", _("Growth")
    TRANSITION = "transition", _("Transition")
    MATURE = "mature", _("Mature")


# The first number of followers of each stage after the cold start.
STAGE_FROM = (
    (5_000_000, MerchantStage.MATURE),
    (1_000_000, MerchantStage.TRANSITION),
    (100_000, MerchantStage.GROWTH),
    (0, MerchantStage.COLD_START),
)


def stage_of(followers: int) -> MerchantStage:
    """The stage of a shop with so many followers."""
    return next(stage for bound, stage in STAGE_FROM if followers >= bound)
