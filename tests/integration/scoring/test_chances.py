"""Rank intervals and odds of a night: stored with it, seeded, and shown to whom they concern."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.utils.translation import override

from accounts.roles import Role
from common.exceptions import InvalidInput
from engine.ranks import bound_ranks
from providers.registry.models import Provider
from scoring.seasons import chances, selectors
from scoring.seasons.cards import read_cards
from scoring.seasons.chance_words import explain_odds, explain_ranks, say_ranks, say_set_apart, say_share
from scoring.seasons.enums import RankMethod
from scoring.seasons.models import Season, Standing, StandingNight
from scoring.seasons.odds_rules import DEFAULT_ODDS, OddsRules, read_odds_rules
from scoring.seasons.plans import read_plan
from scoring.seasons.policies import read_rules
from scoring.seasons.settling import settle_track_now
from scoring.seasons.standings import compute_standings, rank_cards
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, small_model, work
from tests.factories.seasons import make_old, start_season
from tests.integration.scoring.test_pages import api, sign_in

pytestmark = pytest.mark.django_db
BLOCKS = 5


def make_field(clicks: tuple[tuple[int, ...], ...]) -> list[Provider]:
    """Providers with these clicks of 1,000 exposures in each of five weeks, scored with intervals."""
    make_published_model(small_model(replicates=200))
    field = make_old(len(clicks))
    for week in range(BLOCKS):
        day = DAY - timedelta(days=7 * week)
        rows = [{"provider": one.code, **work(own[week], 0, 50)} for one, own in zip(field, clicks, strict=True)]
        make_facts([row | {"day": day} for row in rows], day=day)
    make_run()
    return field


def rank(season: Season) -> tuple[StandingNight, dict[int, Standing]]:
    (night,) = compute_standings(season_id=season.pk, day=DAY, by=None, now=MORNING_AFTER + timedelta(days=1))
    return night, {row.provider_id: row for row in Standing.objects.filter(night=night)}


STEADY, CLOSE, FAR = (900,) * 5, (520, 480, 500, 530, 470), (100,) * 5
NEARLY = (500, 490, 510, 470, 520)


@pytest.fixture
def field() -> list[Provider]:
    return make_field((STEADY, CLOSE, NEARLY, FAR))


def test_a_night_keeps_how_sure_its_places_are(field: list[Provider]) -> None:
    season = start_season(promote=2, relegate=1, entry_threshold=99.0)
    night, rows = rank(season)
    assert (night.rank_method, night.rank_level, night.odds_seed, night.odds_draws) == ("confidence", 0.95, 7, 1000)
    steady, close, nearly, far = (rows[one.pk] for one in field)
    assert [(row.rank_lower, row.rank_upper) for row in (steady, far)] == [(1, 1), (4, 4)]
    assert [(row.rank_lower, row.rank_upper) for row in (close, nearly)] == [(2, 3), (2, 3)]
    for row in rows.values():
        odds = (row.odds_promotion, row.odds_play_off, row.odds_stay, row.odds_relegation)
        assert sum(one or 0.0 for one in odds) == pytest.approx(1)
        assert row.odds_promotion == 0, "nobody reaches the threshold of 99"
    assert (steady.odds_stay, far.odds_relegation) == (1.0, 1.0)


def test_who_may_truly_rise_shares_the_odds_of_the_line(field: list[Provider]) -> None:
    season = start_season(promote=2, relegate=0, entry_threshold=10.0, play_off=1)
    _night, rows = rank(season)
    steady, close, nearly, far = (rows[one.pk] for one in field)
    assert (steady.odds_promotion, far.odds_promotion) == (1.0, 0.0)
    assert close.odds_promotion is not None and nearly.odds_promotion is not None
    assert 0 < nearly.odds_promotion < 1 and 0 < close.odds_promotion < 1
    assert close.odds_promotion + nearly.odds_promotion == pytest.approx(1)
    assert close.odds_play_off == pytest.approx(nearly.odds_promotion)
    assert far.odds_stay == 1.0


def test_protection_counts_as_it_is_that_night(field: list[Provider]) -> None:
    Provider.objects.filter(pk=field[3].pk).update(admitted_at=MORNING_AFTER - timedelta(days=10))
    _night, rows = rank(start_season(relegate=1))
    assert (rows[field[3].pk].odds_relegation, rows[field[3].pk].odds_stay) == (0.0, 1.0)


def test_the_same_night_drawn_again_gives_the_same_and_another_seed_other_odds(field: list[Provider]) -> None:
    season = start_season(promote=2, relegate=0, entry_threshold=10.0)
    night, rows = rank(season)
    track = night.track
    rules = read_rules(track.rules)
    cards = read_cards(night.run)
    again = chances.compute_chances(track, night.run, cards, rank_cards(cards, rules), rules)
    stored = [rows[pk].odds_promotion for pk in cards.provider.tolist()]
    assert again.promotion.tolist() == stored
    other = read_rules({**track.rules, "odds": {"seed": 3}})
    assert (
        chances.compute_chances(track, night.run, cards, rank_cards(cards, other), other).promotion.tolist() != stored
    )


def test_the_sets_are_those_of_the_engine(field: list[Provider]) -> None:
    night, rows = rank(start_season())
    cards = read_cards(night.run)
    assert night.run.scoring_model.rule.bootstrap.confidence == 0.9
    se = (cards.numbers["upper"] - cards.numbers["lower"]) / (2 * 1.6448536269514722)
    sets = bound_ranks(cards.numbers["composite"], se, level=0.95, seed=7)
    stored = [(rows[pk].rank_lower, rows[pk].rank_upper) for pk in cards.provider.tolist()]
    assert stored == list(zip(sets.lower.tolist(), sets.upper.tolist(), strict=True))


def test_a_track_beyond_the_limit_has_stability_intervals(
    field: list[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chances, "MOST_FOR_SETS", 3)
    night, rows = rank(start_season())
    assert night.rank_method == RankMethod.STABILITY
    assert (rows[field[0].pk].rank_lower, rows[field[0].pk].rank_upper) == (1, 1)
    assert [rows[one.pk].rank_lower for one in field[1:3]] == [2, 2]
    with override("en"):
        assert "Stability interval" in explain_ranks(night) and "1,000 times" in explain_odds(night)


def test_without_intervals_nothing_is_claimed() -> None:
    make_published_model()  # no replicates, so no intervals
    field = make_old(2)
    make_facts([{"provider": one.code, **work(500, 0, 50)} for one in field])
    make_run()
    night, rows = rank(start_season())
    assert (night.rank_method, night.odds_seed) == ("", None)
    row = rows[field[0].pk]
    assert (row.rank_lower, row.odds_stay, say_ranks(row, night), explain_odds(night)) == (None, None, "—", "")


def test_who_was_seen_in_one_week_only_has_no_odds_and_may_stand_anywhere() -> None:
    field = make_field((STEADY, CLOSE))
    (late,) = make_old(1)
    make_facts([{"provider": late.code, **work(700, 0, 50)}])
    make_run(now=MORNING_AFTER + timedelta(hours=1))
    _night, rows = rank(start_season(promote=1, relegate=0))
    assert (rows[late.pk].place is not None, rows[late.pk].odds_stay, rows[late.pk].rank_lower) == (True, None, None)
    assert [(rows[one.pk].rank_lower, rows[one.pk].rank_upper) for one in field] == [(1, 2), (2, 3)]


def test_the_numbers_stay_with_their_night(field: list[Provider]) -> None:
    _night, rows = rank(start_season())
    row = rows[field[0].pk]
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        Standing.objects.filter(pk=row.pk).update(odds_stay=0.5)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"rank_lower": 3, "rank_upper": 2}, "standing_rank_interval_in_order"),
        ({"odds_stay": 1.5}, "standing_odds_are_shares"),
        ({"odds_stay": None}, "standing_odds_are_shares"),
        ({"rank_lower": None}, "standing_rank_interval_in_order"),
    ],
)
def test_the_database_holds_what_odds_are(field: list[Provider], values: dict[str, Any], constraint: str) -> None:
    _night, rows = rank(start_season())
    row = rows[field[0].pk]
    for name, value in values.items():
        setattr(row, name, value)
    row.pk, row.day = None, DAY + timedelta(days=1)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("name", ["odds_seed", "odds_draws", "rank_level"])
def test_a_night_says_how_it_drew_or_nothing(field: list[Provider], name: str) -> None:
    night, _rows = rank(start_season())
    night.pk, night.day = None, DAY + timedelta(days=1)
    setattr(night, name, None)
    with pytest.raises(IntegrityError, match="standing_night_says_how_it_drew"), transaction.atomic():
        night.save(force_insert=True)


def test_the_odds_are_part_of_the_rules() -> None:
    given = {"odds": {"seed": 5, "draws": 400}, "tracks": [{"key": "a", "name_zh": "甲", "name_en": "A"}]}
    plan = read_plan(given)
    assert plan.tracks()[0].rules.odds == OddsRules(seed=5, draws=400, level=0.95)
    assert read_plan(plan.as_mapping()) == plan
    assert "odds" not in read_plan({}).as_mapping()
    for wrong in ([], {"sed": 1}, {"seed": -1}, {"draws": 99}, {"level": 1}, {"draws": True}, {"draws": 500.5}):
        with pytest.raises(InvalidInput) as refusal:
            read_odds_rules(wrong)
        assert refusal.value.field == "rules"
    assert read_odds_rules({}) == DEFAULT_ODDS


def test_the_settlement_reads_the_same_odds(field: list[Provider]) -> None:
    season = start_season(promote=2, relegate=0, entry_threshold=10.0, promotion_odds=0.9)
    night, _rows = rank(season)
    drafts = {one.provider_id: one for one in settle_track_now(night.track).drafts}
    assert [drafts[one.pk].outcome for one in field] == ["promoted", "play_off", "stay", "stay"]


def test_staff_read_all_odds_a_provider_its_own_the_public_none(field: list[Provider]) -> None:
    season = start_season(promote=2, relegate=1, entry_threshold=10.0)
    rank(season)
    path = f"/api/v1/seasons/{season.pk}/standings"
    shown = api(make_staff(Role.AUDITOR)).get(path).json()["results"]
    assert all(row["odds"] is not None and row["rank_method"] == "confidence" for row in shown)
    own = {row["provider"]: row["odds"] for row in api(owner_of(field[1])).get(path).json()["results"]}
    assert {code for code, odds in own.items() if odds} == {field[1].code}
    assert all(row["odds"] is None for row in api(make_user()).get(path).json()["results"])
    (night,) = api(make_user()).get(f"/api/v1/seasons/{season.pk}/nights").json()["results"]
    assert (night["rank_level"], night["odds_seed"], night["odds_draws"]) == (0.95, 7, 1000)


def test_pages_show_them_in_words(field: list[Provider]) -> None:
    season = start_season(promote=2, relegate=1, entry_threshold=10.0)
    rank(season)
    board = Client(headers={"accept-language": "en"}).get(f"/boards/{season.code}/").content.decode()
    assert "Confidence set: with 95% confidence" in board and "The odds say" not in board
    race = sign_in(owner_of(field[1])).get("/provider/race/")
    assert [one.name for one in race.context["odds"]] == ["promotion", "stay", "relegation"]
    assert "They do not foresee what anybody will still do." in race.content.decode()
    assert [cut["name"] for cut in race.context["cut"]["data"]["cuts"]] == ["Promotion", "Relegation"]
    assert [row["mark"] for row in race.context["cut"]["data"]["rows"]].count(True) == 1
    steward = sign_in(make_staff(Role.RACE_STEWARD))
    page = steward.get(f"/staff/seasons/{season.pk}/").content.decode()
    assert "All places with their odds" in page and "Scores with their intervals around the lines" in page
    places = steward.get(f"/staff/seasons/{season.pk}/places/?day={DAY}")
    assert places.status_code == 200 and "odds_relegation" in places.context["table"].columns.names()
    assert "odds_play_off" not in places.context["table"].columns.names()
    assert steward.get(f"/staff/seasons/{season.pk}/places/?day=2020-01-01").status_code == 404
    csv = steward.get(f"/staff/seasons/{season.pk}/places/?_export=csv").content.decode("utf-8-sig").splitlines()
    assert csv[0].startswith("Place,Provider,Code,Score,Interval,Rank interval,Promotion,Stay,Relegation,Movement")


def test_past_nights_show_the_odds_of_that_night(field: list[Provider]) -> None:
    season = start_season(promote=2, relegate=1, entry_threshold=99.0, starts_on=DAY - timedelta(days=80))
    rank(season)
    later = DAY + timedelta(days=1)
    make_facts([{"provider": field[3].code, "day": later, **work(90000, 0, 50)}], day=later)
    make_run(as_of=later, now=MORNING_AFTER + timedelta(days=1))
    compute_standings(season_id=season.pk, day=later, by=None, now=MORNING_AFTER + timedelta(days=3))
    client = sign_in(owner_of(field[3]))
    now, then = client.get("/provider/race/"), client.get(f"/provider/race/?day={DAY}")
    assert (now.context["standing"].day, then.context["standing"].day) == (later, DAY)
    assert {one.name: one.share for one in then.context["odds"]}["relegation"] == then.context[
        "standing"
    ].odds_relegation
    assert then.context["standing"].odds_relegation != now.context["standing"].odds_relegation


def test_shares_never_claim_certainty_by_rounding() -> None:
    with override("en"):
        told = [say_share(one) for one in (None, 0.0, 0.004, 0.5, 0.999, 1.0)]
    assert told == ["—", "0%", "under 1%", "50%", "over 99%", "100%"]


def test_a_tie_break_is_named_and_so_is_a_shared_place() -> None:
    rules = read_rules({"order": ["score", "evidence"]})
    with override("en"):
        told = [
            say_set_apart(Standing(place=place, tied_to=last, decided_by=key), rules)
            for place, last, key in ((1, 1, ""), (2, 2, "score"), (3, 3, "evidence"), (4, 5, "score"))
        ]
    assert told == [
        "",
        "",
        "behind the place above by the number of metrics assessed",
        "shared: equal in every key",
    ]


def test_the_rows_around_the_lines_and_around_oneself(field: list[Provider]) -> None:
    night, _rows = rank(start_season())
    assert selectors.near_lines(night).count() == 4, "a small track is shown whole"
    night.ranked_count, night.promotion_places, night.relegation_places = 100, 1, 0
    assert [row.place for row in selectors.near_lines(night, reach=1)] == [1, 2]
    assert [row.place for row in selectors.near_lines(night, 4, reach=1)] == [1, 2, 3, 4]
    night.promotion_places = 0
    assert [row.place for row in selectors.near_lines(night, reach=2)] == [1, 2]


@pytest.mark.parametrize(
    "address", ["/staff/seasons/{pk}/places/", "/staff/seasons/{pk}/", "/api/v1/seasons/{pk}/standings"]
)
def test_four_rows_cost_as_many_queries_as_one(address: str, django_assert_max_num_queries: Any) -> None:
    make_published_model(small_model(replicates=50))
    counts = []
    client = sign_in(make_staff(Role.RACE_STEWARD))
    for size, code, start in ((1, "A", 80), (3, "B", 79)):
        for week in range(2):
            day = DAY - timedelta(days=7 * week)
            fields = make_old(size) if not week else fields  # type: ignore[used-before-def]  # noqa: F821
            make_facts([{"provider": one.code, "day": day, **work(500, 0, 50)} for one in fields], day=day)
        make_run(now=MORNING_AFTER + timedelta(minutes=size))
        season = start_season(code=code, starts_on=DAY - timedelta(days=start))
        rank(season)
        path = address.format(pk=season.pk)
        client.get(path)
        with django_assert_max_num_queries(80) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert np.all(np.array(counts) > 0)
