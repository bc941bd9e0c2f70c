"""The rubric: what each level of each capability means, in versions that never change."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.validation import Checked
from providers.enums import Capability

MOST_LEVEL = 4
MOST_MARGIN = 4


class Rubric(Checked):
    """One version. The newest counts for panels that are opened from then on; a panel keeps the one it began with.

    `margin` is how far two reviewers may lie apart in a capability before a third is asked. `created_by` is NULL for
    the one that the portal ships.
    """

    number = models.PositiveSmallIntegerField(_("Version"), unique=True)
    margin = models.PositiveSmallIntegerField(_("Margin"), default=1)
    note = models.TextField(_("What changed"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("Published"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=Q(margin__lte=MOST_MARGIN), name="rubric_margin_range"),
            models.CheckConstraint(condition=Q(number__gte=1), name="rubric_number_counts_from_one"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"v{self.number}"


class RubricLevel(Checked):
    """The anchor of one level of one capability in both languages."""

    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="levels")
    capability = models.CharField(_("Capability"), max_length=20, choices=Capability)
    level = models.PositiveSmallIntegerField(_("Level"))
    text_zh = models.CharField(_("Chinese text"), max_length=300)
    text_en = models.CharField(_("English text"), max_length=300)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "capability", "level"], name="rubric_level_once"),
            models.CheckConstraint(condition=Q(capability__in=Capability.values), name="rubric_capability_known"),
            models.CheckConstraint(condition=Q(level__lte=MOST_LEVEL), name="rubric_level_range"),
            models.CheckConstraint(condition=~Q(text_zh="") & ~Q(text_en=""), name="rubric_level_in_both_languages"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.rubric_id} · {self.capability} {self.level}"
