"""What trying a draft on the open applications and the next night would change; kept beside the draft."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.validation import Checked
from providers.criteria.models import CriteriaSet

DIGEST = r"^[0-9a-f]{64}$"


class DryRun(Checked):
    """One trial of exactly the draft that `digest` names.

    `moves` has a row per application whose outcome would change: id, number, provider, name, before, after. `matrix`
    counts all applications by before and after; `counts` has the verdicts per criterion key, before and after, as
    [pass, human, fail]. Before is empty where nothing was in force or the criterion is new. `night` is what
    `providers.conduct.night_dry_run.try_tonight` gives; empty in trials that were made before there was one.
    """

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="dry_runs")
    digest = models.CharField(max_length=64)
    compared_with = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    application_count = models.PositiveIntegerField()
    moves = models.JSONField(default=list, blank=True)
    matrix = models.JSONField(default=list, blank=True)
    counts = models.JSONField(default=list, blank=True)
    night = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="dry_run_digest_shape")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.criteria_set_id} · {self.digest[:12]}"
