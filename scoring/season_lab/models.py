"""Trials of draft rules on past seasons, and what each found: kept beside the season, never changed."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.validation import Checked
from scoring.capabilities.models import ScoreRun, changed
from scoring.season_lab.states import SEASON_TRIAL
from scoring.seasons.enums import Outcome
from scoring.seasons.models import Season
from scoring.seasons.plans import PlannedTrack, read_plan
from scoring.trials.enums import OPEN_TRIALS
from scoring.trials.models import DIGEST, Trial, trial_constraints


@pghistory.track(exclude=["plan"])
class SeasonTrial(Trial):
    """One order to try exactly the rules of `plan` on some past seasons, oldest first. `digest` covers the plan and
    the model's; `options` are those of `scoring.season_lab.options`."""

    table = SEASON_TRIAL

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="trials")
    plan = models.JSONField(editable=False)
    season_ids = ArrayField(models.BigIntegerField())

    class Meta(Trial.Meta):
        constraints = [
            *trial_constraints("season_trial"),
            models.CheckConstraint(condition=Q(season_ids__len__gte=1), name="season_trial_names_seasons"),
            models.UniqueConstraint(
                fields=["season"], condition=Q(status__in=OPEN_TRIALS), name="season_trial_one_open_per_season"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="what_is_tried_stays",
                operation=pgtrigger.Update,
                condition=changed("season", "plan", "digest", "season_ids", "options"),
            ),
            pgtrigger.Protect(name="trials_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.season} · {self.digest[:8]}"

    def tracks(self) -> list[PlannedTrack]:
        """The tracks that the tried rules make."""
        return read_plan(self.plan).tracks()


class SeasonReplay(Checked):
    """What a trial found on one past season, by the scores that settled it. `season_digest` is what that season had
    pinned, `result_digest` covers the moves and the summary, which is that of `scoring.season_lab.summary`."""

    trial = models.ForeignKey(SeasonTrial, on_delete=models.PROTECT, related_name="replays")
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="replays")
    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="+")
    season_digest = models.CharField(max_length=64)
    run_digest = models.CharField(max_length=64)
    result_digest = models.CharField(max_length=64)
    provider_count = models.PositiveIntegerField()
    differing_count = models.PositiveIntegerField()
    summary = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["trial", "season__starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "season"], name="season_replay_once_per_trial"),
            models.CheckConstraint(
                condition=Q(differing_count__lte=models.F("provider_count")),
                name="season_replay_differing_within_providers",
            ),
            *(
                models.CheckConstraint(condition=Q(**{f"{name}__regex": DIGEST}), name=f"season_replay_{name}_shape")
                for name in ("season_digest", "run_digest", "result_digest")
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.trial_id} · {self.season_id}"


class ReplayMove(Checked):
    """One provider's verdict in one ladder: what really happened, and what the tried rules say.

    An empty outcome is "did not race": `track` and `level` are empty then, `real_track` and `real_level` likewise.
    `kept`, `up_odds` and `down_odds` are shares of the redrawn seasons, NULL for who holds no place. `reversed` says
    whether the next season turns the move round, NULL where there is no move or no next season. `reasons` are those
    that decided, as verdicts keep them.
    """

    replay = models.ForeignKey(SeasonReplay, on_delete=models.PROTECT, related_name="moves")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+")
    ladder = models.CharField(max_length=40)
    track = models.CharField(max_length=40, blank=True)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    place = models.PositiveIntegerField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    real_track = models.CharField(max_length=40, blank=True)
    real_level = models.PositiveSmallIntegerField(null=True, blank=True)
    real_outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    real_place = models.PositiveIntegerField(null=True, blank=True)
    differs = models.BooleanField()
    size = models.CharField(max_length=12, blank=True)
    newcomer = models.BooleanField()
    kept = models.FloatField(null=True, blank=True)
    up_odds = models.FloatField(null=True, blank=True)
    down_odds = models.FloatField(null=True, blank=True)
    reversed = models.BooleanField(null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["replay", "ladder", models.F("place").asc(nulls_last=True), "provider"]
        indexes = [models.Index(fields=["replay", "outcome"], name="replay_move_by_outcome")]
        constraints = [
            models.UniqueConstraint(fields=["replay", "ladder", "provider"], name="replay_move_once_per_ladder"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *Outcome.values], real_outcome__in=["", *Outcome.values]),
                name="replay_move_outcomes_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", track="", place__isnull=True) | (~Q(outcome="") & ~Q(track="")),
                name="replay_move_track_when_raced",
            ),
            models.CheckConstraint(
                condition=Q(real_outcome="", real_track="", real_place__isnull=True)
                | (~Q(real_outcome="") & ~Q(real_track="")),
                name="replay_move_real_track_when_raced",
            ),
            models.CheckConstraint(condition=~Q(outcome="", real_outcome=""), name="replay_move_raced_somewhere"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (0, 1)}),
                    name=f"replay_move_{name}_is_a_share",
                )
                for name in ("kept", "up_odds", "down_odds")
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.replay_id} · {self.provider_id} {self.ladder}"
