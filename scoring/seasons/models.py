"""Seasons, their tracks, and who holds which place on which night."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from scoring.capabilities.models import ScoreRun, ScoringModel, changed
from scoring.seasons.enums import CLOSED_SEASONS, NotRanked, RankMethod, SeasonStatus

MAIN_TRACK = "main"
PINNED = ("key", "ladder", "level", "who", "cohort_most", "leads_to", "rules", "rules_digest")


@pghistory.track()
class Season(Versioned):
    """A race by the tracks of its `plan`.

    `pinned` is what `digest` covers from the announcement on: model version, days, terms and the tracks;
    `entries_digest` covers who races where from the start on.
    """

    code = models.CharField(_("Code"), max_length=20, unique=True)
    name_zh = models.CharField(_("Name in Chinese"), max_length=80)
    name_en = models.CharField(_("Name in English"), max_length=80)
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))
    scoring_model = models.ForeignKey(
        ScoringModel, on_delete=models.PROTECT, related_name="seasons", verbose_name=_("Scoring model")
    )
    plan = models.JSONField(_("Rules"), default=dict, blank=True)
    entries_digest = models.CharField(max_length=64, blank=True, editable=False)
    pinned = models.JSONField(default=dict, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    status = models.CharField(max_length=12, choices=SeasonStatus.choices, default=SeasonStatus.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    announced_at = models.DateTimeField(null=True, blank=True)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    standstill_at = models.DateTimeField(null=True, blank=True)
    standstill_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    objections_until = models.DateField(_("Objections until"), null=True, blank=True)
    finalised_at = models.DateTimeField(null=True, blank=True)
    finalised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=SeasonStatus.values), name="season_status_known"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="season_starts_before_it_ends"),
            models.CheckConstraint(
                condition=Q(status=SeasonStatus.DRAFT, digest="", announced_at__isnull=True)
                | (~Q(status=SeasonStatus.DRAFT) & ~Q(digest="") & Q(announced_at__isnull=False)),
                name="season_pinned_when_announced",
            ),
            models.CheckConstraint(
                condition=Q(standstill_at__isnull=True, objections_until__isnull=True)
                | Q(standstill_at__isnull=False, objections_until__isnull=False),
                name="season_standstill_has_its_last_day",
            ),
            models.CheckConstraint(
                condition=Q(status=SeasonStatus.ARCHIVED, archived_at__isnull=False, archived_by__isnull=False)
                | (~Q(status=SeasonStatus.ARCHIVED) & Q(archived_at__isnull=True, archived_by__isnull=True)),
                name="season_archived_pair",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="pinned_once_announced",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__announced_at__isnull=False)
                & changed("code", "starts_on", "ends_on", "scoring_model", "plan", "pinned", "digest"),
            ),
            pgtrigger.Protect(
                name="entries_pinned_once_started",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__entries_digest="") & changed("entries_digest"),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_public(self) -> bool:
        return self.status != SeasonStatus.DRAFT

    @property
    def is_closed(self) -> bool:
        """Whether its result is fixed."""
        return self.status in CLOSED_SEASONS


@pghistory.track()
class Track(Checked):
    """Who races whom, by which rules: one level of a ladder, or a cohort of one. `rules` is what
    `scoring.seasons.policies.read_rules` reads, `who` what `scoring.seasons.plans.read_who` does."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="tracks")
    key = models.SlugField(max_length=40)
    ladder = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    cohort_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="cohorts")
    cohort_most = models.PositiveIntegerField(null=True, blank=True)
    leads_to = models.CharField(max_length=40, blank=True)
    name_zh = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    who = models.JSONField(default=dict, blank=True)
    rules = models.JSONField(default=dict)
    rules_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["season", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["season", "key"], name="track_once_per_season"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 9)), name="track_level_in_range"
            ),
            models.CheckConstraint(
                condition=Q(cohort_of__isnull=True) | Q(cohort_most__isnull=True), name="track_cohort_is_not_cut_again"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="pinned_once_announced",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__rules_digest="") & changed(*PINNED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.season} {self.key}"


class StandingNight(Checked):
    """The standings of one track on one day as a whole: which run they rest on, how many are ranked, how rank intervals
    and odds were drawn, their digest. `rank_method` is empty where no score has an interval."""

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="nights")
    day = models.DateField()
    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="+")
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ranked_count = models.PositiveIntegerField()
    unranked_count = models.PositiveIntegerField()
    promotion_places = models.PositiveIntegerField()
    relegation_places = models.PositiveIntegerField()
    rank_method = models.CharField(max_length=12, choices=RankMethod.choices, blank=True)
    rank_level = models.FloatField(null=True, blank=True)
    odds_seed = models.BigIntegerField(null=True, blank=True)
    odds_draws = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-day", "track"]
        constraints = [
            models.UniqueConstraint(fields=["track", "day"], name="standing_night_once"),
            models.CheckConstraint(
                condition=Q(rank_method="", rank_level__isnull=True, odds_seed__isnull=True, odds_draws__isnull=True)
                | Q(
                    rank_method__in=RankMethod.values,
                    rank_level__isnull=False,
                    odds_draws__isnull=False,
                    rank_level__gt=0,
                    rank_level__lt=1,
                    odds_seed__isnull=False,
                    odds_draws__gte=1,
                ),
                name="standing_night_says_how_it_drew",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.track} {self.day}"


class Standing(Checked):
    """A provider's place in a track at one date; `place` is NULL when not ranked, and `reason` says why.

    `rank_lower` to `rank_upper` is the night's rank interval in this track; the four odds sum to 1. Both are NULL for a
    score without interval.
    """

    night = models.ForeignKey(StandingNight, on_delete=models.PROTECT, related_name="standings")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="standings")
    day = models.DateField()
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="standings")
    place = models.PositiveIntegerField(null=True)
    tied_to = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=20, choices=NotRanked.choices, blank=True)
    score = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    rank_lower = models.PositiveIntegerField(null=True)
    rank_upper = models.PositiveIntegerField(null=True)
    previous_place = models.PositiveIntegerField(null=True)
    movement = models.IntegerField(null=True)
    to_promotion = models.FloatField(null=True)
    above_relegation = models.FloatField(null=True)
    evidence = models.FloatField(null=True)
    decided_by = models.CharField(max_length=40, blank=True)
    odds_promotion = models.FloatField(null=True)
    odds_play_off = models.FloatField(null=True)
    odds_stay = models.FloatField(null=True)
    odds_relegation = models.FloatField(null=True)

    class Meta:
        ordering = ["night", F("place").asc(nulls_last=True), "provider"]
        indexes = [models.Index(fields=["night", "place"]), models.Index(fields=["provider", "track", "-day"])]
        constraints = [
            models.UniqueConstraint(fields=["track", "day", "provider"], name="standing_once"),
            models.CheckConstraint(
                condition=Q(
                    place__isnull=True, tied_to__isnull=True, movement__isnull=True, reason__in=NotRanked.values
                )
                | Q(place__gte=1, tied_to__gte=F("place"), score__isnull=False, reason=""),
                name="standing_place_or_reason",
            ),
            models.CheckConstraint(
                condition=Q(movement__isnull=True) | Q(movement=F("previous_place") - F("place")),
                name="standing_movement_is_difference",
            ),
            models.CheckConstraint(
                condition=Q(rank_lower__isnull=True, rank_upper__isnull=True)
                | Q(
                    rank_lower__isnull=False,
                    rank_upper__isnull=False,
                    rank_lower__gte=1,
                    rank_upper__gte=F("rank_lower"),
                ),
                name="standing_rank_interval_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    odds_promotion__isnull=True,
                    odds_play_off__isnull=True,
                    odds_stay__isnull=True,
                    odds_relegation__isnull=True,
                )
                | Q(
                    place__isnull=False,
                    odds_promotion__isnull=False,
                    odds_play_off__isnull=False,
                    odds_stay__isnull=False,
                    odds_relegation__isnull=False,
                    odds_promotion__range=(0, 1),
                    odds_play_off__range=(0, 1),
                    odds_stay__range=(0, 1),
                    odds_relegation__range=(0, 1),
                ),
                name="standing_odds_are_shares",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.track_id} {self.day} {self.provider_id}"
