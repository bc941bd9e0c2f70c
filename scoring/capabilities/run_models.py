"""Scoring models and the runs that apply them; `models.py` gathers these and the results."""

from functools import cached_property, lru_cache, reduce
from operator import or_

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Job, Versioned
from engine import model as engine_model
from engine.model_toml import parse_model
from engine.version import VERSION
from scoring.capabilities.enums import OPEN_RUNS, UNSEEN_MODELS, ModelStatus, RunStatus

PINNED = (
    "scoring_model",
    "as_of",
    "batch_ids",
    "adjustment_ids",
    "related_ids",
    "digest_form",
    "engine_version",
    "seed",
)
READ_RULES = 32
RULE = ("key", "model_version", "name_zh", "name_en", "definition", "digest")


def present_engine() -> int:
    """The version of the engine that computes now."""
    return VERSION


def changed(*names: str) -> pgtrigger.Q:
    """For a trigger on update: one of the fields gets another value."""
    return reduce(or_, [pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in names])


@pghistory.track()
class ScoringModel(Versioned):
    """One version of a scoring model. `definition` is canonical TOML; from its announcement on it never changes.

    `tried_digest` names the definition that the rule lab tried; `affected_count` of `affected_total` providers were
    affected in the run that affected the largest share.
    """

    key = models.CharField(max_length=64, editable=False)
    model_version = models.CharField(_("Version"), max_length=40, editable=False)
    name_zh = models.CharField(max_length=120, blank=True, editable=False)
    name_en = models.CharField(max_length=120, blank=True, editable=False)
    definition = models.TextField(_("Definition"))
    digest = models.CharField(max_length=64, editable=False)
    status = models.CharField(max_length=12, choices=ModelStatus.choices, default=ModelStatus.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    announced_at = models.DateTimeField(null=True, blank=True)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    effective_from = models.DateField(_("In force from"), null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tried_digest = models.CharField(max_length=64, blank=True, editable=False)
    affected_count = models.PositiveIntegerField(null=True, blank=True, editable=False)
    affected_total = models.PositiveIntegerField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["key", "-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ModelStatus.values), name="scoring_model_status_known"),
            models.UniqueConstraint(
                fields=["key", "model_version"],
                condition=~Q(status=ModelStatus.DISCARDED),
                name="scoring_model_version_once",
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(status=ModelStatus.PUBLISHED), name="scoring_model_one_published"
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNSEEN_MODELS) | Q(announced_at__isnull=False, effective_from__isnull=False),
                name="scoring_model_announced_when_leaving_draft",
            ),
            models.CheckConstraint(
                condition=~Q(status=ModelStatus.PUBLISHED) | Q(published_at__isnull=False),
                name="scoring_model_published_with_date",
            ),
            models.CheckConstraint(
                condition=(Q(status=ModelStatus.DISCARDED) & Q(discarded_at__isnull=False, discarded_by__isnull=False))
                | (~Q(status=ModelStatus.DISCARDED) & Q(discarded_at__isnull=True, discarded_by__isnull=True)),
                name="scoring_model_discarded_with_date",
            ),
            models.CheckConstraint(
                condition=Q(tried_digest="", affected_count__isnull=True, affected_total__isnull=True)
                | (~Q(tried_digest="") & Q(affected_total__gte=1, affected_count__lte=F("affected_total"))),
                name="scoring_model_affected_when_tried",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="immutable_once_announced",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__announced_at__isnull=False) & changed(*RULE),
            ),
            pgtrigger.Protect(
                name="kept_once_announced",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__announced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.model_version}"

    @property
    def is_draft(self) -> bool:
        return self.status == ModelStatus.DRAFT

    @property
    def is_tried(self) -> bool:
        """Whether the rule lab tried exactly this definition."""
        return self.tried_digest == self.digest

    @cached_property
    def rule(self) -> engine_model.ScoringModel:
        """The definition as the engine reads it. That of a draft may have faults; an announced one has none."""
        return read_rule(self.definition)


@lru_cache(maxsize=READ_RULES)
def read_rule(definition: str) -> engine_model.ScoringModel:
    """A definition as the engine reads it; each text is read once by a process, since what it says never changes."""
    return parse_model(definition)


@pghistory.track()
class ScoreRun(Versioned):
    """One computation: a model applied to named batches of facts as of a day, with the adjustments and the related
    merchants that were known. `digest_form` says what the digests cover: runs of form 1 knew neither, those of form 2
    did not name the engine. Results of another `engine_version` cannot be compared digest by digest.

    `input_digest` identifies what goes in (model, batches, providers, day, seed), `result_digest` what came out.
    """

    scoring_model = models.ForeignKey(ScoringModel, on_delete=models.PROTECT, related_name="runs")
    as_of = models.DateField(_("As of"))
    batch_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    adjustment_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    related_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    digest_form = models.PositiveSmallIntegerField(default=3)
    engine_version = models.PositiveSmallIntegerField(default=present_engine)
    seed = models.BigIntegerField(default=0)
    input_digest = models.CharField(max_length=64)
    result_digest = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=12, choices=RunStatus.choices, default=RunStatus.QUEUED)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The day whose saved sums the run went on from; empty when it summed all facts.
    advanced_from = models.DateField(null=True, blank=True)
    fact_count = models.BigIntegerField(default=0)
    provider_count = models.PositiveIntegerField(default=0)
    assessed_count = models.PositiveIntegerField(default=0)
    timings = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    failure = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes"
    )

    class Meta:
        ordering = ["-as_of", "-pk"]
        indexes = [models.Index(fields=["status", "-as_of", "-id"])]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="score_run_status_known"),
            models.UniqueConstraint(
                fields=["scoring_model", "as_of"],
                condition=Q(status__in=OPEN_RUNS),
                name="score_run_one_active_per_model_and_day",
            ),
            models.UniqueConstraint(
                fields=["input_digest"], condition=Q(status=RunStatus.DONE), name="score_run_inputs_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN_RUNS, finished_at__isnull=True)
                | Q(~Q(status__in=OPEN_RUNS), finished_at__isnull=False),
                name="score_run_finished_when_closed",
            ),
            models.CheckConstraint(
                condition=(~Q(status=RunStatus.DONE) & Q(result_digest=""))
                | (Q(status=RunStatus.DONE) & ~Q(result_digest="")),
                name="score_run_digest_when_done",
            ),
            models.CheckConstraint(
                condition=Q(assessed_count__lte=F("provider_count")), name="score_run_assessed_within_providers"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="done_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status=RunStatus.DONE)
                & changed(*PINNED, "input_digest", "result_digest", "status"),
            ),
            pgtrigger.Protect(name="runs_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.scoring_model} {self.as_of}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_RUNS
