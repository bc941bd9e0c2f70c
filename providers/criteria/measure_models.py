"""What is kept of the measures: one run per computation, one row per provider in it. Written once, never changed."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.validation import Checked

SHARES = ("refund_rate_90d", "complaint_rate_90d", "on_time_rate_90d", "sla_rate_90d")
COUNTS = ("orders_90d", "live_hours_90d", "merchants_90d", "days_since_last_work")


class MeasureRun(Checked):
    """One computation as of a day. Of several for one day the newest counts; `input_digest` says what went in."""

    measured_on = models.DateField()
    input_digest = models.CharField(max_length=64)
    provider_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-measured_on", "-pk"]
        indexes = [models.Index(fields=["-measured_on", "-id"], name="measure_run_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.measured_on} · {self.pk}"


class ProviderMeasures(Checked):
    """The measures of one provider in one run, a column per name in `measures.SIGNALS`; NULL is unknown."""

    run = models.ForeignKey(MeasureRun, on_delete=models.PROTECT, related_name="rows")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="measures")
    gmv_90d = models.BigIntegerField(null=True)
    orders_90d = models.FloatField(null=True)
    refund_rate_90d = models.FloatField(null=True)
    complaint_rate_90d = models.FloatField(null=True)
    on_time_rate_90d = models.FloatField(null=True)
    sla_rate_90d = models.FloatField(null=True)
    live_hours_90d = models.FloatField(null=True)
    merchants_90d = models.FloatField(null=True)
    days_since_last_work = models.FloatField(null=True)

    class Meta:
        ordering = ["run", "provider"]
        constraints = [
            models.UniqueConstraint(fields=["run", "provider"], name="measures_once_per_run"),
            models.CheckConstraint(
                condition=Q(*(Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}) for name in SHARES + COUNTS)),
                name="measures_not_negative",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.provider_id} · {self.run_id}"
