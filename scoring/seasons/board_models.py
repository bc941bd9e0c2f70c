"""The boards beside the comprehensive one: who stands where on which night, by what value."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common.validation import Checked
from providers.registry.models import Provider
from providers.traders.models import Trader
from scoring.capabilities.models import ScoreRun
from scoring.seasons.enums import SEASON_BOARDS, STORED_BOARDS, BoardKind
from scoring.seasons.models import Season, Track


class BoardNight(Checked):
    """One board on one day as a whole. `track` is empty where a board covers the season, `start_run` set where it
    compares with the scores before the race."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="board_nights")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, null=True, blank=True, related_name="board_nights")
    kind = models.CharField(max_length=20, choices=BoardKind)
    day = models.DateField()
    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="+")
    start_run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ranked_count = models.PositiveIntegerField()
    unranked_count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-day", "season", "track", "kind"]
        indexes = [models.Index(fields=["season", "kind", "track", "-day"], name="board_night_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["season", "track", "kind", "day"], name="board_night_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(kind__in=STORED_BOARDS), name="board_night_kind_stored"),
            models.CheckConstraint(
                condition=Q(kind__in=SEASON_BOARDS, track__isnull=True)
                | (~Q(kind__in=SEASON_BOARDS) & Q(track__isnull=False)),
                name="board_night_track_unless_of_the_season",
            ),
            models.CheckConstraint(
                condition=Q(kind=BoardKind.RISING, start_run__isnull=False)
                | (~Q(kind=BoardKind.RISING) & Q(start_run__isnull=True)),
                name="board_night_start_when_rising",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="board_night_digest_is_one"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.season_id} {self.kind} {self.day}"


class BoardRow(Checked):
    """A place on a board. What `value` and `evidence` are, `scoring.seasons.board_words` says by kind; `start`,
    `finish` and `baseline` are the rising board's: score before, score now, mean change of the peers."""

    night = models.ForeignKey(BoardNight, on_delete=models.PROTECT, related_name="rows")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="board_rows")
    trader = models.ForeignKey(Trader, on_delete=models.PROTECT, null=True, blank=True, related_name="board_rows")
    place = models.PositiveIntegerField()
    tied_to = models.PositiveIntegerField()
    value = models.FloatField()
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    evidence = models.FloatField(null=True)
    start = models.FloatField(null=True)
    finish = models.FloatField(null=True)
    baseline = models.FloatField(null=True)
    previous_place = models.PositiveIntegerField(null=True)
    movement = models.IntegerField(null=True)

    class Meta:
        ordering = ["night", "place", "provider"]
        indexes = [models.Index(fields=["night", "place"], name="board_row_by_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["night", "provider", "trader"], name="board_row_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(place__gte=1, tied_to__gte=F("place")), name="board_row_place"),
            models.CheckConstraint(
                condition=Q(movement__isnull=True) | Q(movement=F("previous_place") - F("place")),
                name="board_row_movement_is_difference",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.night_id} {self.place} {self.provider_id}"
