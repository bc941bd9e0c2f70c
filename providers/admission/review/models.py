"""Panels of reviewers, their judgements and what those come to."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from providers.admission.models import Application
from providers.admission.review.enums import HOLDING, OPEN_PANELS, PanelStatus, Recommendation, ReviewStatus, Settled
from providers.admission.review.rubric_models import MOST_LEVEL, Rubric
from providers.enums import Capability

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


@pghistory.track()
class Panel(Checked):
    """The reviewers of one round of an application; each submission begins a round with a panel of its own."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="panels")
    round = models.PositiveSmallIntegerField(_("Round"))
    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="panels")
    status = models.CharField(_("Panel"), max_length=10, choices=PanelStatus, default=PanelStatus.REVIEWING)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(_("Settled at"), null=True, blank=True)

    class Meta:
        ordering = ["-round"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PanelStatus.values), name="panel_status_known"),
            models.CheckConstraint(condition=Q(round__gte=1), name="panel_round_counts_from_one"),
            models.UniqueConstraint(fields=["application", "round"], name="panel_once_per_round"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(status__in=OPEN_PANELS), name="panel_one_open_per_application"
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN_PANELS, finished_at__isnull=True)
                | (~Q(status__in=OPEN_PANELS) & Q(finished_at__isnull=False)),
                name="panel_finished_when_not_open",
            ),
        ]

    def __str__(self) -> str:
        return f"A{self.application_id:06d} · {self.round}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_PANELS


@pghistory.track()
class Review(Versioned):
    """One reviewer's judgement in one panel. A seat is held by one; who steps back leaves it free."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="reviews")
    seat = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    status = models.CharField(_("Status"), max_length=10, choices=ReviewStatus, default=ReviewStatus.ASSIGNED)
    recommendation = models.CharField(
        _("Recommendation"), max_length=8, choices=Recommendation, null=True, blank=True, default=None
    )
    reasons = models.TextField(_("Reasons"), max_length=4000, null=True, blank=True)
    note = models.TextField(_("Why no review came of it"), max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["finished_at", "pk"]
        indexes = [models.Index(fields=["reviewer", "status"], name="review_of_reviewer")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ReviewStatus.values), name="review_status_known"),
            models.CheckConstraint(condition=Q(seat__gte=1, seat__lte=3), name="review_seat_range"),
            models.UniqueConstraint(fields=["panel", "reviewer"], name="review_once_per_panel_and_reviewer"),
            models.UniqueConstraint(
                fields=["panel", "seat"], condition=Q(status__in=HOLDING), name="review_one_per_seat"
            ),
            models.CheckConstraint(
                condition=Q(status=ReviewStatus.ASSIGNED, finished_at__isnull=True)
                | (~Q(status=ReviewStatus.ASSIGNED) & Q(finished_at__isnull=False)),
                name="review_finished_past_assigned",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=ReviewStatus.SUBMITTED,
                    recommendation__in=Recommendation.values,
                    recommendation__isnull=False,
                    reasons__isnull=False,
                )
                | (~Q(status=ReviewStatus.SUBMITTED) & Q(recommendation__isnull=True, reasons__isnull=True)),
                name="review_judges_when_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReviewStatus.RECUSED) | ~Q(note=""), name="review_recused_with_reason"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=~pgtrigger.Q(old__status=ReviewStatus.ASSIGNED),
            )
        ]

    def __str__(self) -> str:
        return f"A{self.panel.application_id:06d} · {self.panel.round} · {self.pk}"


class ReviewScore(Checked):
    """The level of one capability in one review; NULL where the reviewer saw no evidence, which is not level 0."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="scores")
    capability = models.CharField(_("Capability"), max_length=20, choices=Capability)
    level = models.PositiveSmallIntegerField(_("Level"), null=True, blank=True)
    comment = models.TextField(_("Comment"), max_length=2000, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "capability"], name="review_score_once_per_capability"),
            models.CheckConstraint(condition=Q(capability__in=Capability.values), name="review_score_capability_known"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__lte=MOST_LEVEL), name="review_score_level_range"
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | ~Q(comment=""), name="review_score_level_with_comment"
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.review_id} · {self.capability}"


class PanelResult(Checked):
    """What a panel came to. `scores` in the order of Capability, NULL without evidence."""

    panel = models.OneToOneField(Panel, on_delete=models.PROTECT, related_name="result")
    scores = ArrayField(models.DecimalField(max_digits=2, decimal_places=1, null=True, blank=True), size=5)
    recommendation = models.CharField(_("Recommendation"), max_length=8, choices=Recommendation)
    how = models.CharField(_("How it was settled"), max_length=10, choices=Settled)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scores__len=len(Capability.values)), name="panel_result_five_scores"),
            models.CheckConstraint(
                condition=Q(recommendation__in=Recommendation.values), name="panel_result_recommendation_known"
            ),
            models.CheckConstraint(condition=Q(how__in=Settled.values), name="panel_result_how_known"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.panel_id} · {self.recommendation}"
