"""Who races where, pinned when a season starts, and the level that a provider holds between seasons."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common.validation import Checked
from providers.registry.models import Provider
from scoring.seasons.enums import DivisionCause
from scoring.seasons.models import Season, Track


class Entry(Checked):
    """One provider in one track, once per ladder. `late`: admitted while the season ran."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="entries")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="entries")
    ladder = models.CharField(max_length=40)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="season_entries")
    late = models.BooleanField(default=False)
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["track", "provider"]
        indexes = [models.Index(fields=["provider", "season"], name="entry_of_provider")]
        constraints = [
            models.UniqueConstraint(fields=["season", "ladder", "provider"], name="entry_once_per_ladder"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.track_id} {self.provider_id}"


class Division(Checked):
    """The level of a provider in a ladder from this row on; the newest row counts. Level 1 is the highest."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="divisions")
    ladder = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField()
    before = models.PositiveSmallIntegerField(null=True, blank=True)
    cause = models.CharField(max_length=12, choices=DivisionCause)
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="divisions")
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["ladder", "provider", "-id"], name="division_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 9)), name="division_level_in_range"),
            models.CheckConstraint(condition=Q(cause__in=DivisionCause.values), name="division_cause_known"),
            models.CheckConstraint(
                condition=Q(cause=DivisionCause.PROMOTED, level__lt=F("before"))
                | Q(cause=DivisionCause.RELEGATED, level__gt=F("before"))
                | (~Q(cause__in=[DivisionCause.PROMOTED, DivisionCause.RELEGATED]) & Q(before__isnull=True)),
                name="division_moves_as_its_cause_says",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.ladder} {self.level}"
