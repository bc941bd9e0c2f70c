"""What a season decided, track by track: written once, superseded by another settlement, never changed."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.validation import Checked
from providers.registry.models import Provider
from scoring.capabilities.models import ScoreRun
from scoring.seasons.enums import UNPLACED, Outcome
from scoring.seasons.models import Track


class Settlement(Checked):
    """All verdicts of one track as a whole. The one that no other supersedes is in force; `digest` covers who got
    which outcome for which reasons."""

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="settlements")
    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="+")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    cause = models.CharField(max_length=200, blank=True)
    ranked_count = models.PositiveIntegerField()
    promotion_places = models.PositiveIntegerField()
    relegation_places = models.PositiveIntegerField()
    counts = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64)
    settled_at = models.DateTimeField(default=timezone.now)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["track", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["track"], condition=Q(supersedes__isnull=True), name="settlement_first_once_per_track"
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, cause="") | (Q(supersedes__isnull=False) & ~Q(cause="")),
                name="settlement_says_why_it_supersedes",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="settlement_digest_is_one"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.track} · {self.pk}"


class Verdict(Checked):
    """One provider's outcome with every condition that was judged. `to_level` is where it races next, in `to_ladder`.

    `last_places` counts the seasons in a row, this one included, in which it stood last alone. `outcome_before` is what
    the superseded settlement said, where that was something else.
    """

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="verdicts")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="verdicts")
    outcome = models.CharField(max_length=12, choices=Outcome)
    place = models.PositiveIntegerField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)
    last_places = models.PositiveSmallIntegerField(default=0)
    to_ladder = models.CharField(max_length=40, blank=True)
    to_level = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome_before = models.CharField(max_length=12, choices=Outcome, blank=True)
    place_before = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["settlement", models.F("place").asc(nulls_last=True), "provider"]
        indexes = [
            models.Index(fields=["settlement", "place"], name="verdict_of_settlement"),
            models.Index(fields=["provider", "-id"], name="verdict_of_provider"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "provider"], name="verdict_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="verdict_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=UNPLACED, place__isnull=True)
                | (~Q(outcome__in=UNPLACED) & Q(place__gte=1, score__isnull=False)),
                name="verdict_place_unless_out",
            ),
            models.CheckConstraint(
                condition=Q(to_level__isnull=True, to_ladder="") | (Q(to_level__range=(1, 9)) & ~Q(to_ladder="")),
                name="verdict_level_in_a_ladder",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.provider_id} {self.outcome}"

    @property
    def changed(self) -> bool:
        """Whether a later settlement decided something else than the one before it."""
        return bool(self.outcome_before)
