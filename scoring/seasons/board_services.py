"""Writes of the boards: all boards of a running season on one day, once."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.copying import INT4, INT8, Field, copy_rows
from common.days import business_day
from common.exceptions import Conflict
from common.locks import lock
from engine.standings import Standings, rank_standings
from scoring.seasons import policies
from scoring.seasons.ban_selectors import left_out_on
from scoring.seasons.board_models import BoardNight, BoardRow
from scoring.seasons.boards import Candidates, Floats, Ids, build, read_field
from scoring.seasons.enums import SEASON_BOARDS, STORED_BOARDS, BoardKind
from scoring.seasons.models import Season, StandingNight
from scoring.seasons.standings import compute_standings

ORDER = ("lower", "score")


def rank_night(*, season_id: int, day: date, by: User | None, now: datetime | None = None) -> list[StandingNight]:
    """The standings of a day, then its boards: what happens every night, and when somebody asks for a night.

    Raises as `compute_standings`. Safe to repeat.
    """
    nights = compute_standings(season_id=season_id, day=day, by=by, now=now)
    compute_boards(season_id=season_id, day=day, by=by, now=now)
    return nights


@transaction.atomic
def compute_boards(*, season_id: int, day: date, by: User | None, now: datetime | None = None) -> list[BoardNight]:
    """The boards of a day beside the standings of that day, from the same scores; what exists is given back as it is.

    Raises InvalidInput (day), Conflict when the season is not running or the day has no standings, NotPermitted.
    `by=None` is the portal itself.
    """
    now = now or timezone.now()
    season = lock(Season.objects.select_related("scoring_model"), season_id)
    policies.check_racing(season)
    policies.check_day(season, day, business_day(now))
    if by is not None:
        check_permission(by, "standing.compute")
    standing = StandingNight.objects.filter(track__season=season, day=day).select_related("run__scoring_model").first()
    if standing is None:
        raise Conflict(
            _("There are no places for this day."),
            field="day",
            remedy=_("Compute the standings of the day first."),
            code="no_standings",
        )
    present = set(BoardNight.objects.filter(season=season, day=day).values_list("kind", flat=True))
    missing = [kind for kind in STORED_BOARDS if kind not in present]
    if missing:
        field = read_field(season, standing.run, left_out_on(season, day))
        written = {}
        for kind in missing:
            found = build(kind, season, field)
            if found is not None:
                nights = write_board(season, kind, standing, found, field.out, by=by, now=now)
                written[kind.value] = [night.digest for night in nights]
        if written:
            record("board.compute", season, by=by, now=now, changes={"day": day.isoformat(), "digests": written})
    return list(BoardNight.objects.filter(season=season, day=day).order_by("kind", "track"))


def write_board(
    season: Season,
    kind: BoardKind,
    standing: StandingNight,
    found: Candidates,
    out: Mapping[int, int],
    *,
    by: User | None,
    now: datetime,
) -> list[BoardNight]:
    """Rank one board, in each track or over the season, and write its nights with all rows."""
    tracks = [0] if kind in SEASON_BOARDS else sorted(out)
    before = {night.track_id or 0: night for night in newest_before(season, kind, standing.day)}
    ranks = rank_standings(
        subject=np.array(found.subject, dtype=np.str_),
        track=found.track,
        score=found.value,
        lower=found.lower,
        previous_place=previous_places(list(before.values()), found),
        order=ORDER,
    )
    nights = [
        BoardNight(
            season=season,
            track_id=track or None,
            kind=kind,
            day=standing.day,
            run=standing.run,
            start_run=found.start_run,
            previous=before.get(track),
            ranked_count=int(ranks.ranked[found.track == track].sum()),
            unranked_count=int((~ranks.ranked[found.track == track]).sum()) + (out[track] if track else 0),
            digest=digest_board(kind, ranks, found, track),
            created_at=now,
            created_by=by,
        )
        for track in tracks
    ]
    BoardNight.objects.bulk_create(nights)
    by_track = {night.track_id or 0: night.pk for night in nights}
    night_ids = np.array([by_track[track] for track in found.track.tolist()], dtype=np.int64)
    if ranks.ranked.any():
        copy_rows(connection.cursor().cursor, BoardRow._meta.db_table, row_fields(night_ids, found, ranks))
    return nights


def newest_before(season: Season, kind: BoardKind, day: date) -> list[BoardNight]:
    """The last night of a board before a day, in each of its tracks."""
    nights = BoardNight.objects.filter(season=season, kind=kind, day__lt=day)
    return list(nights.order_by("track_id", "-day").distinct("track_id"))


def previous_places(nights: Sequence[BoardNight], found: Candidates) -> Floats:
    """The place of each row on the night before, NaN where there was none."""
    rows = BoardRow.objects.filter(night__in=nights).values_list("night__track_id", "provider_id", "trader_id", "place")
    known = {(track or 0, provider, trader or 0): place for track, provider, trader, place in rows}
    traders = np.nan_to_num(found.trader).astype(np.int64)
    keys = zip(found.track.tolist(), found.provider.tolist(), traders.tolist(), strict=True)
    return np.array([known.get(key, np.nan) for key in keys], dtype=np.float64)


def digest_board(kind: BoardKind, ranks: Standings, found: Candidates, track: int) -> str:
    """SHA-256 (hex) over who holds which place with which value in one track."""
    rows = [row for row in ranks.display_order.tolist() if found.track[row] == track and ranks.ranked[row]]
    lines = [f"{found.subject[row]} {ranks.place[row]} {found.value[row]:.6f}" for row in rows]
    return hashlib.sha256("\n".join([kind.value, *lines]).encode()).hexdigest()


def row_fields(night_ids: Ids, found: Candidates, ranks: Standings) -> list[Field]:
    """The columns of all rows that hold a place."""
    kept = ranks.ranked

    def places(column: np.ma.MaskedArray) -> Floats:  # type: ignore[type-arg]
        return np.ma.filled(column.astype(np.float64), np.nan)[kept]

    numbers = ("value", "lower", "upper", "evidence", "start", "finish", "baseline")
    return [
        Field("night_id", night_ids[kept], INT8),
        Field("provider_id", found.provider[kept], INT8),
        Field("trader_id", found.trader[kept], INT8),
        Field("place", places(ranks.place), INT4),
        Field("tied_to", places(ranks.group_end), INT4),
        Field("previous_place", places(ranks.previous_place), INT4),
        Field("movement", places(ranks.movement), INT4),
        *(Field(name, getattr(found, name)[kept]) for name in numbers),
    ]
