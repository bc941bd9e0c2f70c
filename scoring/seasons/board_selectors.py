"""Reads about the boards: nights, rows, and which of them a viewer may see."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from scoring.capabilities.models import Scorecard
from scoring.seasons.ban_selectors import BANNED
from scoring.seasons.board_models import BoardNight, BoardRow
from scoring.seasons.enums import STORED_BOARDS, BoardKind
from scoring.seasons.models import Season, Standing, StandingNight, Track


def nights_of(season: Season, kind: str, track: Track | None) -> QuerySet[BoardNight]:
    """The nights of one board, the newest first; `track` is None on a board over the whole season."""
    nights = BoardNight.objects.filter(season=season, kind=kind, track=track)
    return nights.select_related("season", "track", "run", "start_run").order_by("-day")


def night_of(season: Season, kind: str, track: Track | None, day: date | None = None) -> BoardNight | None:
    """A board on a day, by default the newest."""
    nights = nights_of(season, kind, track)
    return nights.filter(day=day).first() if day else nights.first()


def rows_of(night: BoardNight) -> QuerySet[BoardRow]:
    """All rows of a night by place, with `banned` and the provider's `card` of the run that was ranked."""
    cards = Scorecard.objects.filter(run=night.run_id, provider=OuterRef("provider")).values("pk")
    return (
        BoardRow.objects.filter(night=night)
        .select_related("provider", "trader")
        .annotate(banned=BANNED, card=cards)
        .order_by("place", "provider__code", "pk")
    )


def shown_to(rows: QuerySet[BoardRow], user: User | AnonymousUser) -> QuerySet[BoardRow]:
    """Of the rows of a night those that `user` may see: staff all, everybody else without the banned."""
    return rows if has_permission(user, "season.view") else rows.filter(~Q(BANNED))


def own_rows(rows: QuerySet[BoardRow], user: User | AnonymousUser) -> QuerySet[BoardRow]:
    """The rows of the viewer's own companies, banned or not."""
    return rows.filter(provider__organisation__in=own_organisations(user))


def own_organisations(user: User | AnonymousUser) -> frozenset[int]:
    """The viewer's companies whose scorecards it may read."""
    return frozenset(organisation_ids_with(user, "scorecard.view"))


def standings_shown_to(night: StandingNight, user: User | AnonymousUser) -> QuerySet[Standing]:
    """The places of the comprehensive board as `shown_to` has them, with `banned` and `card`."""
    rows = standings_with_bans(night)
    return rows if has_permission(user, "season.view") else rows.filter(~Q(BANNED))


def standings_with_bans(night: StandingNight) -> QuerySet[Standing]:
    """The rows with a place, by place."""
    cards = Scorecard.objects.filter(run=night.run_id, provider=OuterRef("provider")).values("pk")
    return (
        Standing.objects.filter(night=night, place__isnull=False)
        .select_related("provider")
        .annotate(banned=BANNED, card=cards)
        .order_by("place", "provider__code")
    )


def boards_of(season: Season) -> QuerySet[BoardNight]:
    """The newest night of each board of a season."""
    return (
        BoardNight.objects.filter(season=season)
        .select_related("track")
        .order_by("kind", "track_id", "-day")
        .distinct("kind", "track_id")
    )


def known_kinds(season: Season) -> list[BoardKind]:
    """The boards that have a night, in the order of the enumeration; the comprehensive one always.

    One look into the index for each, however many nights there are.
    """
    nights = BoardNight.objects.filter(season=OuterRef("pk"))
    found = Season.objects.filter(pk=season.pk).values(
        **{kind.value: Exists(nights.filter(kind=kind)) for kind in STORED_BOARDS}
    )
    present = found.get()
    return [kind for kind in BoardKind if present.get(kind.value, True)]


def no_rows() -> QuerySet[BoardRow]:
    """The rows of a board that has no night."""
    return BoardRow.objects.none()
