"""The boards of a night: exact places and values, append-only, once per night, and the digest over them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, InvalidInput, NotPermitted
from providers.enums import ProviderType
from providers.registry.models import Provider
from scoring.capabilities.models import ScoreRun
from scoring.facts.related_services import record_related
from scoring.seasons.board_models import BoardNight, BoardRow
from scoring.seasons.board_selectors import known_kinds
from scoring.seasons.board_services import compute_boards, rank_night
from scoring.seasons.enums import STORED_BOARDS, BoardKind
from scoring.seasons.models import Season, StandingNight
from scoring.seasons.standings import compute_standings
from tests.factories.accounts import make_staff
from tests.factories.providers import make_trader, make_verified_trader
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, work
from tests.factories.seasons import FRESH, LEAGUE, STARTS_ON, make_old, score_field, start_season

pytestmark = pytest.mark.django_db
LATER = MORNING_AFTER + timedelta(days=30)
SETTLED_DAY = DAY - timedelta(days=40)  # settled, and outside the 30 days of the score
BEFORE = STARTS_ON - timedelta(days=1)


def rank(season: Season, day: date = DAY) -> None:
    rank_night(season_id=season.pk, day=day, by=None, now=LATER)


def rows(season: Season, kind: str, day: date = DAY) -> list[BoardRow]:
    found = BoardRow.objects.filter(night__season=season, night__kind=kind, night__day=day)
    return list(found.select_related("provider", "night").order_by("place", "provider__code"))


def told(season: Season, kind: str, day: date = DAY) -> list[tuple[int, int, float]]:
    return [(row.provider_id, row.place, row.value) for row in rows(season, kind, day)]


@pytest.fixture
def field() -> list[Provider]:
    """Three who differ by capability: the first two tie in traffic, the last two in service."""
    make_published_model()
    made = make_old(3)
    counts = ((500, 50, 0), (500, 0, 50), (100, 0, 50))
    make_facts([{"provider": one.code, **work(*count)} for one, count in zip(made, counts, strict=True)])
    make_run()
    return made


def test_each_capability_has_its_board_beside_the_whole(field: list[Provider]) -> None:
    season, (first, second, third) = start_season(), field
    rank(season)
    assert told(season, "traffic_marketing") == [(first.pk, 1, 50.0), (second.pk, 1, 50.0), (third.pk, 3, 10.0)]
    assert told(season, "service_fulfilment") == [(second.pk, 1, 100.0), (third.pk, 1, 100.0), (first.pk, 3, 25.0)]
    # Nobody has facts of the supply chain: the board exists and says so.
    night = BoardNight.objects.get(season=season, kind="supply_chain")
    assert (night.ranked_count, night.unranked_count, told(season, "supply_chain")) == (0, 3, [])
    standing = StandingNight.objects.get(track__season=season, day=DAY)
    assert (night.run, night.track) == (standing.run, standing.track)
    # No scores from before the season, so nobody can have grown since.
    assert set(known_kinds(season)) == set(BoardKind) - {BoardKind.RISING}


def test_every_track_has_its_own_boards_and_its_own_places() -> None:
    make_published_model()
    old, (young,) = make_old(2), make_old(1)
    Provider.objects.filter(pk=young.pk).update(newcomer_until=DAY)
    season = start_season({**LEAGUE, "who": {"newcomers": "never"}}, {**FRESH, "leads_to": ""})
    score_field({old[0]: 20, old[1]: 10, young: 30})
    rank(season)
    found = rows(season, "traffic_marketing")
    assert [(row.night.track.key, row.provider_id, row.place) for row in found if row.night.track] == [
        ("league", old[0].pk, 1),
        ("fresh", young.pk, 1),
        ("league", old[1].pk, 2),
    ]


def test_rising_tells_growth_over_those_who_started_alike() -> None:
    make_published_model()
    field = make_old(5)
    starts, ends = (10, 10, 10, 10, 30), (12, 12, 12, 20, 32)
    score_field(dict(zip(field, starts, strict=True)), day=BEFORE)
    season = start_season()
    score_field(dict(zip(field, ends, strict=True)))
    rank(season)
    found = {row.provider_id: row for row in rows(season, "rising")}
    # Ten peers are asked for and four are there: each is told against all others.
    best = found[field[3].pk]
    assert (best.place, best.start, best.finish, best.evidence) == (1, 10.0, 20.0, 4.0)
    assert best.baseline == pytest.approx(2.0)
    assert best.value == pytest.approx(8.0)
    assert [row.place for row in rows(season, "rising")] == [1, 2, 2, 2, 2]
    assert found[field[4].pk].value == pytest.approx(-2.0)
    night = best.night
    assert night.start_run == ScoreRun.objects.filter(as_of=BEFORE).order_by("-pk").first()


def test_cold_starts_are_ranked_by_the_lower_end_and_not_by_luck() -> None:
    make_published_model()
    lucky, steady, few, own = make_old(4)
    counts = {lucky: (10, 10), steady: (190, 200), few: (9, 9), own: (100, 100)}
    make_facts(
        [
            {
                "provider": one.code,
                "merchant": f"M-{one.pk}",
                "cold_starts_done": done,
                "cold_starts_total": begun,
                **work(100, 0, 50),
            }
            for one, (done, begun) in counts.items()
        ],
        day=SETTLED_DAY,
    )
    record_related(provider_id=own.pk, merchant=f"M-{own.pk}", note="Same owner.", by=make_staff(Role.CONDUCT_OFFICER))
    season = start_season()
    score_field(dict.fromkeys((lucky, steady, few, own), 20))
    rank(season)
    assert told(season, "incubation") == [(steady.pk, 1, 95.0), (lucky.pk, 2, 100.0)]
    assert [row.evidence for row in rows(season, "incubation")] == [200.0, 10.0]
    assert BoardNight.objects.get(kind="incubation").unranked_count == 2


def test_brand_operators_and_verified_traders_stand_over_all_tracks() -> None:
    make_published_model()
    brand, other = make_old(1, provider_type=ProviderType.BRAND)[0], make_old(1)[0]
    good, unverified = make_verified_trader(brand), make_trader(other)
    better = make_verified_trader(other)
    sold = {good: (brand, 300_000, 0), unverified: (other, 900_000, 0), better: (other, 900_000, 300_000)}
    make_facts(
        [
            {"provider": one.code, "trader": trader.code, "live_minutes": 6000, **work(100, 0, 50)}
            | {"gmv_minor": gmv, "refunded_gmv_minor": back}
            for trader, (one, gmv, back) in sold.items()
        ],
        day=SETTLED_DAY,
    )
    season = start_season()
    score_field({brand: 20, other: 30})
    rank(season)
    assert told(season, "brand") == [(brand.pk, 1, 20.0)]
    found = rows(season, "traders")
    # 6,000 yuan net in 100 hours, and 3,000; the unverified one is on no board.
    assert [(row.trader_id, row.place, row.value, row.evidence) for row in found] == [
        (better.pk, 1, 60.0, 100.0),
        (good.pk, 2, 30.0, 100.0),
    ]
    assert {night.track for night in BoardNight.objects.filter(kind__in=["brand", "traders"])} == {None}


def test_movement_is_told_against_the_board_of_the_night_before(field: list[Provider]) -> None:
    season, (first, second, third) = start_season(), field
    eve = DAY - timedelta(days=1)
    make_facts([{"provider": third.code, **work(900, 0, 50)}], day=eve)
    make_run(as_of=eve, now=MORNING_AFTER - timedelta(days=1))
    rank(season, eve)
    rank(season)
    found = {row.provider_id: row for row in rows(season, "traffic_marketing")}
    assert (found[third.pk].previous_place, found[third.pk].place, found[third.pk].movement) == (1, 3, -2)
    assert (found[first.pk].previous_place, found[first.pk].movement) == (None, None)
    assert found[first.pk].night.previous == BoardNight.objects.get(kind="traffic_marketing", day=eve)
    assert second.pk in found


def test_a_board_is_computed_once_and_never_changes(field: list[Provider]) -> None:
    season = start_season()
    rank(season)
    before = list(BoardRow.objects.order_by("pk").values()), list(BoardNight.objects.order_by("pk").values())
    entries = AuditEntry.objects.filter(action="board.compute").count()
    make_facts([{"provider": field[2].code, **work(900, 0, 50)}])
    make_run()
    rank(season)
    compute_boards(season_id=season.pk, day=DAY, by=make_staff(Role.RACE_STEWARD), now=LATER)
    assert (list(BoardRow.objects.order_by("pk").values()), list(BoardNight.objects.order_by("pk").values())) == before
    assert AuditEntry.objects.filter(action="board.compute").count() == entries == 1
    for change in (
        lambda: BoardRow.objects.update(place=9),
        lambda: BoardRow.objects.all().delete(),
        lambda: BoardNight.objects.update(ranked_count=0),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()


def test_equal_boards_have_equal_digests_and_a_value_changes_it(field: list[Provider]) -> None:
    season = start_season()
    rank(season)
    first = {night.kind: night.digest for night in BoardNight.objects.filter(season=season)}
    assert len(set(first.values())) == len(first)
    other = start_season(code="2025Q2B")
    rank(other)
    assert {night.kind: night.digest for night in BoardNight.objects.filter(season=other)} == first


def test_refusals_write_nothing(field: list[Provider]) -> None:
    season = start_season()
    with pytest.raises(Conflict) as refused:
        compute_boards(season_id=season.pk, day=DAY, by=None, now=LATER)
    assert (refused.value.reason, refused.value.field) == ("no_standings", "day")
    compute_standings(season_id=season.pk, day=DAY, by=None, now=LATER)
    with pytest.raises(NotPermitted):
        compute_boards(season_id=season.pk, day=DAY, by=make_staff(Role.AUDITOR), now=LATER)
    with pytest.raises(InvalidInput):
        compute_boards(season_id=season.pk, day=season.ends_on + timedelta(days=1), by=None, now=LATER)
    assert BoardNight.objects.count() == 0
    made = compute_boards(season_id=season.pk, day=DAY, by=make_staff(Role.RACE_STEWARD), now=LATER)
    assert len(made) == len(STORED_BOARDS) - 1


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "board_night_once"),
        ({"kind": "comprehensive"}, "board_night_kind_stored"),
        ({"kind": "brand"}, "board_night_track_unless_of_the_season"),
        ({"kind": "rising"}, "board_night_start_when_rising"),
        ({"digest": "x", "day": DAY + timedelta(days=1)}, "board_night_digest_is_one"),
    ],
)
def test_what_the_database_refuses_of_a_night(field: list[Provider], changes: dict[str, Any], name: str) -> None:
    season = start_season()
    rank(season)
    night = BoardNight.objects.get(kind="supply_chain")
    night.pk = None
    for key, value in changes.items():
        setattr(night, key, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        night.save()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "board_row_once"),
        ({"place": 0}, "board_row_place"),
        ({"place": 5, "tied_to": 4}, "board_row_place"),
        ({"movement": 3, "previous_place": 1}, "board_row_movement_is_difference"),
    ],
)
def test_what_the_database_refuses_of_a_row(field: list[Provider], changes: dict[str, Any], name: str) -> None:
    season = start_season()
    rank(season)
    row = rows(season, "traffic_marketing")[0]
    row.pk = None
    for key, value in changes.items():
        setattr(row, key, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save()
