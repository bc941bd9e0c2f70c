"""Reads about trials of season rules, their replays and moves."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.permissions import has_permission
from scoring.season_lab.models import ReplayMove, SeasonReplay, SeasonTrial
from scoring.seasons.enums import CLOSED_SEASONS
from scoring.seasons.models import Season
from scoring.seasons.verdict_models import Settlement
from scoring.trials.enums import OPEN_TRIALS


def trials_visible_to(user: User | AnonymousUser) -> QuerySet[SeasonTrial]:
    """All trials for those who may view drafts of seasons, none for others."""
    trials = SeasonTrial.objects.select_related("season", "job", "created_by")
    return trials if has_permission(user, "season.view") else trials.none()


def replays_visible_to(user: User | AnonymousUser) -> QuerySet[SeasonReplay]:
    """All replays for those who may view drafts of seasons, none for others."""
    replays = SeasonReplay.objects.select_related("trial__season", "season", "run__scoring_model")
    return replays if has_permission(user, "season.view") else replays.none()


def moves_visible_to(user: User | AnonymousUser) -> QuerySet[ReplayMove]:
    """The moves of all replays for those who may view drafts of seasons, none for others."""
    moves = ReplayMove.objects.select_related("provider")
    return moves if has_permission(user, "season.view") else moves.none()


def replays_of(trial: SeasonTrial) -> QuerySet[SeasonReplay]:
    """What a trial found, oldest season first."""
    return trial.replays.select_related("season", "run__scoring_model").order_by("season__starts_on", "season_id")


def past_seasons(season: Season) -> QuerySet[Season]:
    """The seasons with a final result that ended before this one starts, newest first."""
    settled = Settlement.objects.filter(track__season=OuterRef("pk"))
    return (
        Season.objects.filter(Exists(settled), status__in=CLOSED_SEASONS, ends_on__lt=season.starts_on)
        .exclude(pk=season.pk)
        .select_related("scoring_model")
        .order_by("-starts_on", "-pk")
    )


def open_trial_of(season: Season) -> SeasonTrial | None:
    """The trial of a season's rules that is under way."""
    return SeasonTrial.objects.filter(season=season, status__in=OPEN_TRIALS).select_related("job").first()


def trials_of(season: Season) -> QuerySet[SeasonTrial]:
    """What was tried for a season, newest first, with its replays."""
    return SeasonTrial.objects.filter(season=season).prefetch_related("replays__season").select_related("created_by")
