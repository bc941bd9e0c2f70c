"""Trials of a model on past runs, and what each found: kept beside the draft, never changed."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common.models import Job, Versioned
from scoring.capabilities.models import ScoreRun, ScoringModel, changed
from scoring.lab.enums import OPEN_TRIALS, MoveKind, TrialStatus

DIGEST = r"^[0-9a-f]{64}$"


@pghistory.track(exclude=["definition"])
class LabTrial(Versioned):
    """One order to try exactly `definition` on some past runs. `options` are those of `scoring.lab.options`."""

    scoring_model = models.ForeignKey(ScoringModel, on_delete=models.PROTECT, related_name="trials")
    definition = models.TextField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    run_ids = ArrayField(models.BigIntegerField())
    options = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=TrialStatus.choices, default=TrialStatus.QUEUED)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    failure = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TrialStatus.values), name="lab_trial_status_known"),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="lab_trial_digest_shape"),
            models.CheckConstraint(condition=Q(run_ids__len__gte=1), name="lab_trial_names_runs"),
            models.CheckConstraint(
                condition=Q(status__in=OPEN_TRIALS, finished_at__isnull=True)
                | Q(~Q(status__in=OPEN_TRIALS), finished_at__isnull=False),
                name="lab_trial_finished_when_closed",
            ),
            models.UniqueConstraint(
                fields=["scoring_model"], condition=Q(status__in=OPEN_TRIALS), name="lab_trial_one_open_per_model"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="what_is_tried_stays",
                operation=pgtrigger.Update,
                condition=changed("scoring_model", "definition", "digest", "run_ids", "options"),
            ),
            pgtrigger.Protect(name="trials_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.scoring_model} · {self.digest[:8]}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_TRIALS


class LabResult(models.Model):
    """What one trial found on one run: the run's scorecards against the same facts and providers by the tried model.

    `base_digest` and `base_result_digest` are the run's model and results, `input_digest` what the run rested on;
    `model_digest` and `result_digest` the tried model and its scores. `summary` is that of `scoring.lab.summary`.
    """

    trial = models.ForeignKey(LabTrial, on_delete=models.PROTECT, related_name="results")
    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="lab_results")
    base_digest = models.CharField(max_length=64)
    base_result_digest = models.CharField(max_length=64)
    input_digest = models.CharField(max_length=64)
    model_digest = models.CharField(max_length=64)
    result_digest = models.CharField(max_length=64)
    provider_count = models.PositiveIntegerField()
    assessed_before = models.PositiveIntegerField()
    assessed_after = models.PositiveIntegerField()
    affected_count = models.PositiveIntegerField()
    summary = models.JSONField(encoder=DjangoJSONEncoder)
    timings = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-run__as_of", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "run"], name="lab_result_once_per_trial_and_run"),
            models.CheckConstraint(
                condition=Q(affected_count__lte=F("provider_count"))
                & Q(assessed_before__lte=F("provider_count"))
                & Q(assessed_after__lte=F("provider_count")),
                name="lab_result_counts_within_providers",
            ),
            *(
                models.CheckConstraint(condition=Q(**{f"{name}__regex": DIGEST}), name=f"lab_result_{name}_shape")
                for name in ("base_digest", "base_result_digest", "input_digest", "model_digest", "result_digest")
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.trial_id} · {self.run_id}"

    @property
    def affected_share(self) -> float:
        return self.affected_count / self.provider_count if self.provider_count else 0.0


class LabMove(models.Model):
    """One provider in one result: before and after; NULL is not assessed, not ranked or without a level.

    `rank_change` is positive for the better. `level_kept` and `top_kept` are shares of the draws of weights in which
    the provider keeps its level and is among the first; in 90 % of them it stands from `rank_lower` to `rank_upper`.
    `level_kept_noise` is the share of redrawn facts in which it keeps its level.
    """

    result = models.ForeignKey(LabResult, on_delete=models.PROTECT, related_name="moves")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=MoveKind.choices)
    affected = models.BooleanField()
    external = models.BooleanField()
    newcomer = models.BooleanField()
    size = models.CharField(max_length=12, blank=True)
    region = models.CharField(max_length=20, blank=True)
    score_before = models.FloatField(null=True)
    score_after = models.FloatField(null=True)
    score_change = models.FloatField(null=True)
    rank_before = models.PositiveIntegerField(null=True)
    rank_after = models.PositiveIntegerField(null=True)
    rank_change = models.IntegerField(null=True)
    level_before = models.PositiveSmallIntegerField(null=True)
    level_after = models.PositiveSmallIntegerField(null=True)
    level_change = models.SmallIntegerField(null=True)
    level_kept = models.FloatField(null=True)
    top_kept = models.FloatField(null=True)
    rank_lower = models.PositiveIntegerField(null=True)
    rank_upper = models.PositiveIntegerField(null=True)
    level_kept_noise = models.FloatField(null=True)

    class Meta:
        ordering = ["-result", "provider"]
        constraints = [
            models.UniqueConstraint(fields=["result", "provider"], name="lab_move_once_per_result"),
            models.CheckConstraint(condition=Q(kind__in=MoveKind.values), name="lab_move_kind_known"),
            models.CheckConstraint(
                condition=Q(score_change__isnull=True) | Q(score_before__isnull=False, score_after__isnull=False),
                name="lab_move_change_of_two_scores",
            ),
            models.CheckConstraint(
                condition=Q(rank_lower__isnull=True, rank_upper__isnull=True)
                | Q(rank_lower__gte=1, rank_lower__lte=F("rank_upper")),
                name="lab_move_ranks_in_order",
            ),
        ]
        indexes = [models.Index(fields=["result", "score_change"], name="lab_move_by_change")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.result_id} · {self.provider_id}"
