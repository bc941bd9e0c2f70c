"""Reads about seasons and standings."""

from collections.abc import Callable
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from common.exceptions import NotFound
from scoring.seasons.ban_selectors import BANNED
from scoring.seasons.comment_models import SeasonComment
from scoring.seasons.entry_models import Division, Entry
from scoring.seasons.enums import CLOSED_SEASONS, PUBLIC_SEASONS, RACING_SEASONS, SeasonStatus
from scoring.seasons.models import Season, Standing, StandingNight, Track


def visible_to(user: User | AnonymousUser) -> QuerySet[Season]:
    """Drafts are for platform staff; from the announcement on a season is public."""
    seasons = Season.objects.select_related("scoring_model")
    return seasons if has_permission(user, "season.view") else seasons.filter(status__in=PUBLIC_SEASONS)


def racing() -> QuerySet[Season]:
    """Seasons whose places are computed every night."""
    return Season.objects.filter(status__in=RACING_SEASONS).select_related("scoring_model").order_by("starts_on", "pk")


def shown_season() -> Season | None:
    """The season that the board shows first: by state, and of one state the newest."""
    seasons = Season.objects.filter(status__in=PUBLIC_SEASONS).select_related("scoring_model")
    order = {"running": 0, "settling": 1, "standstill": 2, "final": 3, "announced": 4, "archived": 5}
    return min(seasons, key=lambda season: (order[season.status], -season.starts_on.toordinal()), default=None)


def tracks_of(season: Season) -> QuerySet[Track]:
    """The tracks in which somebody may race: one that was cut into cohorts stands back behind them."""
    return season.tracks.filter(cohorts__isnull=True).order_by("pk")


def track_of(season: Season, key: str = "") -> Track:
    """One track of a season, by default the first; raises NotFound."""
    tracks = tracks_of(season)
    track = tracks.filter(key=key).first() if key else tracks.first()
    if track is None:
        raise NotFound()
    return track


def counted_tracks(season: Season) -> QuerySet[Track]:
    """`tracks_of` with `entry_count`."""
    return tracks_of(season).annotate(entry_count=Count("entries"))


def own_tracks(provider_id: int, season: Season) -> list[Track]:
    """The tracks in which a provider races."""
    return list(tracks_of(season).filter(entries__provider=provider_id))


def entries_in(season: Season) -> QuerySet[Entry]:
    """Who races where."""
    entries = Entry.objects.filter(season=season).select_related("provider", "track")
    return entries.order_by("track__pk", "provider__code")


def held_levels(ladder: str) -> dict[int, int]:
    """The level that each provider holds in a ladder, by provider id."""
    newest = Division.objects.filter(ladder=ladder).order_by("provider_id", "-pk").distinct("provider_id")
    return dict(newest.values_list("provider_id", "level"))


def divisions_of(provider_id: int) -> QuerySet[Division]:
    """Every level that a provider was given, newest first."""
    return Division.objects.filter(provider_id=provider_id).select_related("season")


def nights_of(track: Track) -> QuerySet[StandingNight]:
    """The track's nights, newest first."""
    return StandingNight.objects.filter(track=track).order_by("-day")


def night_of(track: Track, day: date | None = None) -> StandingNight | None:
    """The standings of a day, by default of the newest."""
    nights = nights_of(track).select_related("run__scoring_model", "track__season")
    return nights.filter(day=day).first() if day else nights.first()


def standings_of(night: StandingNight) -> QuerySet[Standing]:
    """All rows of one night: the ranked by place, then those without a place, by code."""
    return (
        Standing.objects.filter(night=night)
        .select_related("provider")
        .order_by("place", "provider__code")  # PostgreSQL puts NULL last
    )


def ranked_of(night: StandingNight) -> QuerySet[Standing]:
    """The rows with a place."""
    return standings_of(night).filter(place__isnull=False)


def standings_visible_to(user: User | AnonymousUser) -> QuerySet[Standing]:
    """Places of public seasons are public, but for those banned from the boards; why somebody has none is for staff
    and that provider."""
    standings = Standing.objects.select_related("provider", "night", "track__season")
    if has_permission(user, "season.view"):
        return standings
    mine = organisation_ids_with(user, "scorecard.view")
    return standings.filter(Q(place__isnull=False) & ~Q(BANNED) | Q(provider__organisation__in=mine))


def odds_reader(user: User | AnonymousUser) -> Callable[[Standing], bool]:
    """Whether `user` may read the odds of a place: staff all, a provider its own, nobody else any."""
    if has_permission(user, "season.view"):
        return lambda standing: True
    mine = set(organisation_ids_with(user, "scorecard.view"))
    return lambda standing: standing.provider.organisation_id in mine


def places_of(provider_id: int, track: Track) -> QuerySet[Standing]:
    """A provider's nights in a track, newest first."""
    return Standing.objects.filter(provider_id=provider_id, track=track).select_related("night").order_by("-day")


def unranked_of(night: StandingNight) -> QuerySet[Standing]:
    """The rows without a place."""
    return standings_of(night).filter(place__isnull=True)


def neighbours_of(standing: Standing, reach: int = 3) -> QuerySet[Standing]:
    """The rows around a provider's place on the same night; empty when it has none."""
    if standing.place is None:
        return Standing.objects.none()
    near = ranked_of(standing.night).filter(place__range=(max(1, standing.place - reach), standing.place + reach))
    return near.filter(~Q(BANNED) | Q(pk=standing.pk))


def near_lines(night: StandingNight, place: int | None = None, reach: int = 4) -> QuerySet[Standing]:
    """The ranked rows around both lines of a night and around `place`; of a small track all."""
    rows = ranked_of(night)
    if night.ranked_count <= 6 * reach:
        return rows
    up, down = night.promotion_places, night.ranked_count - night.relegation_places
    spots = [spot for spot, places in ((up, night.promotion_places), (down, night.relegation_places)) if places]
    near = Q(place__lte=reach) if not spots and place is None else Q()
    for spot in spots:
        near |= Q(place__range=(spot - reach + 1, spot + reach))
    return rows.filter(near | Q(place__range=(place - 3, place + 3)) if place is not None else near)


def has_ties(night: StandingNight, first_key: str) -> bool:
    """Whether the first ranking key left anything to a later one on that night."""
    rows = Standing.objects.filter(night=night, place__isnull=False)
    return rows.filter(Q(tied_to__gt=F("place")) | ~Q(decided_by__in=["", first_key.partition(" ")[0]])).exists()


def announced() -> QuerySet[Season]:
    """The seasons whose rules can be commented on."""
    return Season.objects.filter(status=SeasonStatus.ANNOUNCED).order_by("starts_on", "pk")


def season_after(season: Season, user: User | AnonymousUser) -> Season | None:
    """The next season among those that `user` may see."""
    return visible_to(user).filter(starts_on__gt=season.ends_on).order_by("starts_on", "pk").first()


def without_successor() -> list[Season]:
    """The seasons that run while nobody has prepared what comes after them."""
    running = Season.objects.filter(status=SeasonStatus.RUNNING).order_by("ends_on", "pk")
    return list(running.exclude(Exists(Season.objects.filter(starts_on__gt=OuterRef("ends_on")))))


def comments_of(season: Season, user: User | AnonymousUser) -> QuerySet[SeasonComment]:
    """What `user` may read of the comments on a season: staff all, a provider its own, everybody the answered ones."""
    comments = SeasonComment.objects.filter(season=season).select_related("provider", "season", "answered_by")
    if has_permission(user, "season.view"):
        return comments
    mine = organisation_ids_with(user, "season.comment")
    return comments.filter(Q(answered_at__isnull=False) | Q(provider__organisation__in=mine))


def unfinished(user: User | AnonymousUser) -> QuerySet[Season]:
    """Seasons that `user` may see and that are not final, the first to start on top."""
    return visible_to(user).exclude(status__in=CLOSED_SEASONS).order_by("starts_on", "pk")
