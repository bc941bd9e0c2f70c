"""Corrections of facts: additive rows of their own, never an edit."""

from pathlib import Path

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engine.columns import FACT_COLUMN_NAMES
from providers.registry.models import Provider
from scoring.facts.enums import AdjustmentKind

DIGEST = r"^[0-9a-f]{64}$"


class Adjustment(models.Model):
    """One decision that changes what counts: its lines for people, and the same as an immutable Parquet file of fact
    columns that is read together with the batches. `reference` names the dispute it follows from."""

    kind = models.CharField(_("Kind"), max_length=12, choices=AdjustmentKind.choices)
    reference = models.CharField(_("Reference"), max_length=40, blank=True)
    reason = models.TextField(_("Reason"), max_length=4000)
    day_from = models.DateField(_("First day"))
    day_to = models.DateField(_("Last day"))
    line_count = models.PositiveIntegerField(_("Lines"))
    provider_count = models.PositiveIntegerField(_("Providers"))
    path = models.CharField(max_length=200, unique=True)
    file_digest = models.CharField(_("Digest"), max_length=64)
    file_bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField(_("Made"), default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["day_from", "day_to"], name="adjustment_days")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AdjustmentKind.values), name="adjustment_kind_known"),
            models.CheckConstraint(condition=Q(file_digest__regex=DIGEST), name="adjustment_digest_is_one"),
            models.CheckConstraint(condition=Q(day_from__lte=F("day_to")), name="adjustment_days_in_order"),
            models.CheckConstraint(
                condition=Q(line_count__gte=1, provider_count__gte=1, file_bytes__gte=1), name="adjustment_not_empty"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_with_reason"),
            models.CheckConstraint(
                condition=Q(kind=AdjustmentKind.DISPUTE) & ~Q(reference="")
                | Q(kind=AdjustmentKind.FAKE_ORDERS, reference=""),
                name="adjustment_reference_of_a_dispute",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    @property
    def number(self) -> str:
        """How people call it, such as A000012."""
        return f"A{self.pk:06d}"

    @property
    def file(self) -> Path:
        """The Parquet file."""
        return Path(settings.FACTS_ROOT) / self.path


class AdjustmentLine(models.Model):
    """What one decision adds to one column of one fact; `before` is what the portal held when it was made."""

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="lines")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+", verbose_name=_("Provider"))
    day = models.DateField(_("Day"))
    merchant = models.CharField(_("Merchant"), max_length=40, blank=True)
    trader = models.CharField(_("Trader"), max_length=40, blank=True)
    column = models.CharField(_("Column"), max_length=40)
    before = models.BigIntegerField(_("Before"))
    delta = models.BigIntegerField(_("Change"))

    class Meta:
        ordering = ["adjustment", "pk"]
        indexes = [models.Index(fields=["provider", "day"], name="adjustment_line_of_provider")]
        constraints = [
            models.UniqueConstraint(
                fields=["adjustment", "provider", "day", "merchant", "trader", "column"], name="adjustment_line_once"
            ),
            models.CheckConstraint(condition=Q(column__in=FACT_COLUMN_NAMES), name="adjustment_line_column_known"),
            models.CheckConstraint(condition=~Q(delta=0), name="adjustment_line_changes_something"),
            models.CheckConstraint(
                condition=Q(before__gte=0) & Q(before__gte=-F("delta")), name="adjustment_line_not_below_zero"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.day} {self.column} {self.delta:+d}"

    @property
    def after(self) -> int:
        """What counts from now on."""
        return self.before + self.delta
