"""Runs that were computed again because of a correction."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from scoring.capabilities.run_models import ScoreRun
from scoring.facts.adjustment_models import Adjustment


class Recomputation(models.Model):
    """One run that an adjustment touches: the run before, the one that supersedes it, and how many scores changed.

    It is finished when everybody whose score changed was told; a worker that dies before takes it up again.
    """

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="recomputations")
    before = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="recomputations")
    after = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    changed_count = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "before"], name="recomputation_once"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, changed_count__isnull=True)
                | Q(finished_at__isnull=False, changed_count__isnull=False, after__isnull=False),
                name="recomputation_counts_when_finished",
            ),
            models.CheckConstraint(
                condition=Q(after__isnull=True) | ~Q(after=F("before")), name="recomputation_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adjustment_id} · {self.before_id}"

    @property
    def is_open(self) -> bool:
        return self.finished_at is None
