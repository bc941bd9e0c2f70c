"""Who holds which place tonight: from the scorecards of one day to the standings of every track."""

import hashlib
from collections import defaultdict
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
from engine.season_rules import SettlementRules
from engine.standings import Lines, Standings, measure_lines, rank_standings
from scoring.capabilities.enums import RunStatus
from scoring.capabilities.models import ScoreRun
from scoring.seasons import policies
from scoring.seasons.ban_selectors import left_out_on
from scoring.seasons.cards import Cards, Floats, read_cards, without_banned
from scoring.seasons.chances import Chances, compute_chances
from scoring.seasons.entry_models import Entry
from scoring.seasons.entry_services import enter_late
from scoring.seasons.models import Season, Standing, StandingNight, Track
from scoring.seasons.selectors import tracks_of

POSTGRES_EPOCH = date(2000, 1, 1)


@transaction.atomic
def compute_standings(
    *, season_id: int, day: date, by: User | None, now: datetime | None = None
) -> list[StandingNight]:
    """The standings of all tracks on a day, one night per track. A night that exists is given back as it is.

    Raises InvalidInput (day), Conflict when the season is not running or the day has no scores, NotPermitted.
    `by=None` is the portal itself.
    """
    now = now or timezone.now()
    season = lock(Season.objects.select_related("scoring_model"), season_id)
    policies.check_racing(season)
    policies.check_day(season, day, business_day(now))
    if by is not None:
        check_permission(by, "standing.compute")
    tracks = list(tracks_of(season))
    present = {night.track_id: night for night in StandingNight.objects.filter(track__in=tracks, day=day)}
    if len(present) < len(tracks):
        run = find_run(season, day)
        enter_late(season, day=day, now=now)
        cards, field = without_banned(read_cards(run), left_out_on(season, day)), field_of(season)
        for track in tracks:
            if track.pk not in present:
                entered = cards.only(field.get(track.pk, ()))
                present[track.pk] = write_night(track, run, entered, by=by, now=now)
    return [present[track.pk] for track in tracks]


def field_of(season: Season) -> dict[int, list[int]]:
    """The ids of the providers that race in each track, by its id."""
    field: defaultdict[int, list[int]] = defaultdict(list)
    for track_id, provider_id in Entry.objects.filter(season=season).order_by().values_list("track_id", "provider_id"):
        field[track_id].append(provider_id)
    return dict(field)


def find_run(season: Season, day: date) -> ScoreRun:
    """The scores of the season's own model on that day; raises Conflict when there are none."""
    run = ScoreRun.objects.filter(
        scoring_model=season.scoring_model, as_of=day, status=RunStatus.DONE, superseded_by=None
    ).first()
    if run is None:
        raise Conflict(
            _("There are no scores for this day."),
            field="day",
            remedy=_("Start a score run for it first."),
            code="no_scores",
        )
    return run


def write_night(track: Track, run: ScoreRun, cards: Cards, *, by: User | None, now: datetime) -> StandingNight:
    """Rank one track by its rules and write the night with all its rows."""
    rules = policies.read_rules(track.rules)
    previous = StandingNight.objects.filter(track=track, day__lt=run.as_of).order_by("-day").first()
    standings = rank_cards(cards, rules, previous_places(previous, cards))
    up, down = count_places(rules.settlement, track, standings)
    lines = measure_lines(standings, promote=up, relegate=down)
    chances = compute_chances(track, run, cards, standings, rules)
    told = chances.method != ""
    night = StandingNight.objects.create(
        track=track,
        day=run.as_of,
        run=run,
        previous=previous,
        ranked_count=int(standings.ranked.sum()),
        unranked_count=int((~standings.ranked).sum()),
        promotion_places=up,
        relegation_places=down,
        rank_method=chances.method,
        rank_level=rules.odds.level if told else None,
        odds_seed=rules.odds.seed_of(run) if told else None,
        odds_draws=rules.odds.draws if told else None,
        digest=digest_standings(standings),
        created_at=now,
        created_by=by,
    )
    fields = [*standing_fields(night, cards, standings, lines), *chance_fields(chances)]
    copy_rows(connection.cursor().cursor, Standing._meta.db_table, fields)
    record("standing.compute", night, by=by, now=now, changes={"run": run.pk, "digest": night.digest})
    return night


def rank_cards(cards: Cards, rules: policies.TrackRules, previous: Floats | None = None) -> Standings:
    """The places of the providers of one track."""
    return rank_standings(
        subject=cards.code,
        score=cards.numbers["composite"],
        lower=cards.numbers["lower"],
        upper=cards.numbers["upper"],
        evidence=cards.numbers["metrics_assessed"],
        previous_place=previous,
        order=rules.order,
        left_out=cards.reason != "",
    )


def previous_places(previous: StandingNight | None, cards: Cards) -> Floats:
    """Last night's place of each row, NaN where there was none."""
    known = dict(
        Standing.objects.filter(night=previous, place__isnull=False).values_list("provider_id", "place")
        if previous
        else ()
    )
    return np.array([known.get(pk, np.nan) for pk in cards.provider.tolist()], dtype=np.float64)


def count_places(rules: SettlementRules, track: Track, standings: Standings) -> tuple[int, int]:
    """How many places lead up and down at the present number of ranked providers."""
    ranked = np.array([int(standings.ranked.sum())], dtype=np.int64)
    up, down = (int(rules.numbers(name, [track.key], ranked)[0]) for name in ("promote", "relegate"))
    return up, down


def digest_standings(standings: Standings) -> str:
    """SHA-256 (hex) over who holds which place."""
    places = np.ma.filled(standings.place, 0)
    order = standings.display_order
    text = "\n".join(f"{standings.subject[row]} {places[row]}" for row in order.tolist())
    return hashlib.sha256(text.encode()).hexdigest()


def standing_fields(night: StandingNight, cards: Cards, standings: Standings, lines: Lines) -> list[Field]:
    """The columns of all rows of a night."""
    count = len(cards.code)
    reason = [text.encode() for text in cards.reason.tolist()]
    day = (night.day - POSTGRES_EPOCH).days.to_bytes(4, "big", signed=True)

    def places(column: np.ma.MaskedArray) -> Floats:  # type: ignore[type-arg]
        return np.ma.filled(column.astype(np.float64), np.nan)

    return [
        Field("night_id", np.full(count, night.pk), INT8),
        Field("track_id", np.full(count, night.track_id), INT8),
        Field("day", [day] * count),
        Field("provider_id", cards.provider, INT8),
        Field("place", places(standings.place), INT4),
        Field("tied_to", places(standings.group_end), INT4),
        Field("reason", reason),
        Field("score", cards.numbers["composite"]),
        Field("lower", cards.numbers["lower"]),
        Field("upper", cards.numbers["upper"]),
        Field("previous_place", places(standings.previous_place), INT4),
        Field("movement", places(standings.movement), INT4),
        Field("to_promotion", lines.to_promotion),
        Field("above_relegation", lines.above_relegation),
        Field("evidence", cards.numbers["metrics_assessed"]),
        Field("decided_by", [standings.decided_by_name(row).encode() for row in range(count)]),
    ]


def chance_fields(chances: Chances) -> list[Field]:
    """The columns about how sure the places are."""
    return [
        Field("rank_lower", chances.rank_lower, INT4),
        Field("rank_upper", chances.rank_upper, INT4),
        Field("odds_promotion", chances.promotion),
        Field("odds_play_off", chances.play_off),
        Field("odds_stay", chances.stay),
        Field("odds_relegation", chances.relegation),
    ]
