"""What a run leaves behind: peer groups and scorecards. Gathers the models of this folder."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common.validation import Checked
from scoring.capabilities.enums import CardStatus, NotAssessed
from scoring.capabilities.run_models import ScoreRun, ScoringModel, changed

__all__ = ["PeerGroup", "ScoreRun", "Scorecard", "ScoringModel", "changed"]

LEDGER = (
    "evidence",
    "merchants",
    "days",
    "reasons",
    "shrunk",
    "winsorised",
    "normalised",
    "weights",
    "contributions",
    "points",
)


class Within(models.Func):
    """Every element of an array lies in 0..100; missing elements do not matter."""

    template = "(0 <= ALL (%(expressions)s) AND 100 >= ALL (%(expressions)s))"
    output_field = models.BooleanField()


class PeerGroup(Checked):
    """The providers of one run that are compared with each other, and their medians and quartiles.

    The capability arrays follow `Capability.values`, the metric arrays the model's metrics; NULL where nobody is
    assessed.
    """

    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="peer_groups")
    name = models.CharField(max_length=160, blank=True)
    size = models.PositiveIntegerField()
    assessed_count = models.PositiveIntegerField()
    composite_median = models.FloatField(null=True)
    capability_medians = ArrayField(models.FloatField(null=True), size=5)
    capability_first_quartiles = ArrayField(models.FloatField(null=True), size=5)
    capability_third_quartiles = ArrayField(models.FloatField(null=True), size=5)
    value_medians = ArrayField(models.FloatField(null=True))
    normalised_medians = ArrayField(models.FloatField(null=True))

    class Meta:
        ordering = ["run", "name"]
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="peer_group_once_per_run"),
            models.CheckConstraint(condition=Q(assessed_count__lte=F("size")), name="peer_group_assessed_within_size"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class Scorecard(Checked):
    """One provider's result in one run; written once, never changed.

    The capability arrays follow `providers.enums.Capability.values`, the ledger arrays (from `raw` on) the model's
    metrics; a NULL element is "not assessed". `contributions` sum to the capability before it is rounded, `points` and
    `capability_points` to `exact`, and composite = exact + rounding + `gate_effect`. `attributes` holds what the run
    knew of the provider (peer columns and the like), so that a replay needs nothing that may have changed since.
    """

    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="scorecards")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="scorecards")
    peer_group = models.ForeignKey(
        PeerGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="scorecards"
    )
    external = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=CardStatus.choices)
    reason = models.CharField(max_length=24, choices=NotAssessed.choices, blank=True)
    composite = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    exact = models.FloatField(null=True)
    gate_effect = models.FloatField(null=True)
    gates = ArrayField(models.CharField(max_length=64), default=list)
    level = models.PositiveSmallIntegerField(null=True)
    rank = models.PositiveIntegerField(null=True)
    rank_lower = models.PositiveIntegerField(null=True)
    rank_upper = models.PositiveIntegerField(null=True)
    metrics_assessed = models.PositiveSmallIntegerField(default=0)
    capability_scores = ArrayField(models.FloatField(null=True), size=5)
    capability_lowers = ArrayField(models.FloatField(null=True), size=5)
    capability_uppers = ArrayField(models.FloatField(null=True), size=5)
    capability_weights = ArrayField(models.FloatField(null=True), size=5)
    capability_points = ArrayField(models.FloatField(null=True), size=5)
    raw = ArrayField(models.FloatField(null=True))
    evidence = ArrayField(models.FloatField(null=True))
    merchants = ArrayField(models.FloatField(null=True))
    days = ArrayField(models.SmallIntegerField())
    reasons = ArrayField(models.SmallIntegerField())
    shrunk = ArrayField(models.FloatField(null=True))
    winsorised = ArrayField(models.FloatField(null=True))
    normalised = ArrayField(models.FloatField(null=True))
    weights = ArrayField(models.FloatField(null=True))
    contributions = ArrayField(models.FloatField(null=True))
    points = ArrayField(models.FloatField(null=True))

    class Meta:
        ordering = ["-run", F("rank").asc(nulls_last=True), "provider"]
        indexes = [
            models.Index(fields=["run", "rank"]),
            models.Index(fields=["provider", "-run"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "provider"], name="scorecard_once_per_run"),
            models.CheckConstraint(condition=Q(status__in=CardStatus.values), name="scorecard_status_known"),
            models.CheckConstraint(
                condition=Q(status=CardStatus.ASSESSED, composite__isnull=False, reason="")
                | Q(
                    status=CardStatus.NOT_ASSESSED,
                    composite__isnull=True,
                    rank__isnull=True,
                    reason__in=NotAssessed.values,
                ),
                name="scorecard_score_when_assessed",
            ),
            models.CheckConstraint(
                condition=Q(composite__isnull=True) | Q(composite__gte=0, composite__lte=100),
                name="scorecard_composite_in_range",
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True, upper__isnull=True)
                | Q(
                    composite__isnull=False,
                    lower__isnull=False,
                    upper__isnull=False,
                    lower__gte=0,
                    upper__lte=100,
                    lower__lte=F("upper"),
                ),
                name="scorecard_interval_in_range",
            ),
            models.CheckConstraint(
                condition=Q(rank__isnull=True, rank_lower__isnull=True, rank_upper__isnull=True)
                | Q(external=False, rank__gte=1, rank_lower__isnull=True, rank_upper__isnull=True)
                | Q(external=False, rank__gte=1, rank_lower__gte=1, rank_lower__lte=F("rank_upper")),
                name="scorecard_rank_in_range",
            ),
            models.CheckConstraint(
                condition=Q(Within("capability_scores"), Within("capability_lowers"), Within("capability_uppers")),
                name="scorecard_capabilities_in_range",
            ),
            models.CheckConstraint(condition=Q(Within("normalised")), name="scorecard_metrics_in_range"),
            models.CheckConstraint(
                condition=Q(
                    capability_scores__len=5,
                    capability_lowers__len=5,
                    capability_uppers__len=5,
                    capability_weights__len=5,
                    capability_points__len=5,
                ),
                name="scorecard_five_capabilities",
            ),
            models.CheckConstraint(
                condition=Q(**{f"{name}__len": F("raw__len") for name in LEDGER}),
                name="scorecard_ledger_of_one_length",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.provider_id} · {self.run_id}"

    @property
    def is_assessed(self) -> bool:
        return self.status == CardStatus.ASSESSED
