"""What a run left out of a provider's evidence, and why; written once with the run."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scoring.capabilities.enums import ExclusionReason
from scoring.capabilities.run_models import ScoreRun


class Exclusion(models.Model):
    """Facts of a provider that did not count in a run. `counted` is the share that did, where part of them did;
    `grounds` are the reason codes of a related merchant. Amounts are those left out."""

    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="exclusions")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("Reason"), max_length=12, choices=ExclusionReason.choices)
    merchant = models.CharField(_("Merchant"), max_length=40, blank=True)
    rows = models.BigIntegerField(_("Rows"))
    orders = models.BigIntegerField(_("Orders"))
    gmv_minor = models.BigIntegerField(_("GMV"))
    counted = models.FloatField(_("Counts by"), null=True)
    grounds = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        ordering = ["run", "provider", "reason", "merchant"]
        constraints = [
            models.UniqueConstraint(fields=["run", "provider", "reason", "merchant"], name="exclusion_once_per_run"),
            models.CheckConstraint(condition=Q(reason__in=ExclusionReason.values), name="exclusion_reason_known"),
            models.CheckConstraint(condition=Q(rows__gte=0), name="exclusion_rows_not_negative"),
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(counted__gte=0, counted__lte=1),
                name="exclusion_counted_is_a_share",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.run_id} · {self.provider_id} · {self.reason}"
