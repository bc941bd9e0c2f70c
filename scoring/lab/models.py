"""Trials of a model on past runs, and what each found: kept beside the draft, never changed."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from scoring.capabilities.models import ScoreRun, ScoringModel, changed
from scoring.lab.enums import MoveKind
from scoring.lab.states import TRIAL
from scoring.trials.enums import OPEN_TRIALS
from scoring.trials.models import DIGEST, Trial, trial_constraints


@pghistory.track(exclude=["definition"])
class LabTrial(Trial):
    """One order to try exactly `definition` on some past runs. `options` are those of `scoring.lab.options`."""

    table = TRIAL

    scoring_model = models.ForeignKey(ScoringModel, on_delete=models.PROTECT, related_name="trials")
    definition = models.TextField(editable=False)
    run_ids = ArrayField(models.BigIntegerField())

    class Meta(Trial.Meta):
        constraints = [
            *trial_constraints("lab_trial"),
            models.CheckConstraint(condition=Q(run_ids__len__gte=1), name="lab_trial_names_runs"),
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
