"""Who races where: levels, newcomers, cohorts, latecomers, several tracks at once, and what is pinned of it."""

import hashlib
import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import NotFound
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES
from scoring.capabilities.models import ScoringModel
from scoring.seasons import selectors, services
from scoring.seasons.entry_models import Division, Entry
from scoring.seasons.models import Season, Standing, Track
from scoring.seasons.standings import compute_standings
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, make_season, work
from tests.factories.seasons import FRESH, LEAGUE, LONG_AGO, make_old
from tests.integration.scoring.test_pages import api, sign_in

pytestmark = pytest.mark.django_db
RULES = {"order": ["score"], "settlement": {"promote": 1, "relegate": 1}}


def start(*tracks: dict[str, Any], code: str = "2025Q3", starts_on: date = DAY - timedelta(days=9)) -> Season:
    model = ScoringModel.objects.first() or make_published_model()
    return make_season(model, code=code, starts_on=starts_on, rules={**RULES, "tracks": list(tracks)})


def where(season: Season) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, pk in Entry.objects.filter(season=season).order_by("pk").values_list("track__key", "provider_id"):
        found.setdefault(key, []).append(pk)
    return found


def test_a_first_season_cuts_the_field_into_levels_by_score() -> None:
    make_published_model()
    old = make_old(5)
    day = DAY - timedelta(days=12)
    facts = [{"provider": one.code, **work(900 - 100 * n, 0, 50)} for n, one in enumerate(old[:4])]
    make_facts(facts, day=day)
    make_run(as_of=day, now=MORNING_AFTER - timedelta(days=12))
    season = start({**LEAGUE, "levels": 2})
    # Four have scores and are cut in the middle; the fifth has none and begins below.
    assert where(season) == {"league-1": [old[0].pk, old[1].pk], "league-2": [old[2].pk, old[3].pk, old[4].pk]}
    given = Division.objects.order_by("provider_id").values_list("level", "cause", "ladder")
    assert list(given) == [(level, "seeded", "league") for level in (1, 1, 2, 2, 2)]


def test_levels_are_held_between_seasons_and_who_is_new_begins_below() -> None:
    first = start({**LEAGUE, "levels": 2})
    held, fresh = make_old(2)
    Division.objects.create(provider=held, ladder="league", level=1, cause="seeded", season=first)
    second = start({**LEAGUE, "levels": 2}, code="2025Q4", starts_on=DAY + timedelta(days=90))
    assert where(second) == {"league-1": [held.pk], "league-2": [fresh.pk]}
    newest = Division.objects.get(season=second)
    assert (newest.provider, newest.level, newest.cause) == (fresh, 2, "entered")
    Division.objects.create(provider=held, ladder="league", level=2, before=1, cause="relegated", season=second)
    assert selectors.held_levels("league") == {held.pk: 2, fresh.pk: 2}


def test_newcomers_race_in_their_own_track_and_a_provider_in_several() -> None:
    (old,) = make_old(1, category="food")
    newcomer = make_provider(status="admitted", category="food")
    season = start(
        {**LEAGUE, "who": {"newcomers": "never"}},
        {"key": "food", "name_zh": "食品", "name_en": "Food", "who": {"categories": ["food"]}},
        {**LEAGUE, "key": "steady", "levels": 2, "who": {"newcomers": "never"}},
        {**FRESH, "leads_to": "steady"},
    )
    assert where(season) == {
        "league": [old.pk],
        "food": [old.pk, newcomer.pk],
        "steady-2": [old.pk],
        "fresh": [newcomer.pk],
    }


def test_cohorts_are_cut_by_size_into_equal_numbers() -> None:
    made = make_old(5)
    sizes = {one.pk: gmv for one, gmv in zip(made, (10, 500, 30, 400, 20), strict=True)}
    store(sizes, DAY - timedelta(days=10))
    season = start({**LEAGUE, "cohort_most": 2})
    by_size = sorted(sizes, key=lambda pk: -sizes[pk])
    assert where(season) == {"league-c1": by_size[:2], "league-c2": by_size[2:4], "league-c3": by_size[4:]}
    parent = Track.objects.get(season=season, key="league")
    assert list(selectors.tracks_of(season)) == list(parent.cohorts.order_by("pk"))
    assert {one.rules_digest for one in parent.cohorts.all()} == {parent.rules_digest}
    with pytest.raises(NotFound):
        selectors.track_of(season, "league")


def test_a_track_that_is_small_enough_stays_whole() -> None:
    made = make_old(2)
    assert where(start({**LEAGUE, "cohort_most": 2})) == {"league": [one.pk for one in made]}


def test_latecomers_enter_the_newcomers_track_and_only_once() -> None:
    old = make_old(1)
    season = start({**LEAGUE, "levels": 2, "who": {"newcomers": "never"}}, FRESH)
    late = make_provider(status="admitted")
    make_provider()  # registered, not admitted
    make_facts([{"provider": one.code, **work(500, 0, 50)} for one in (*old, late)])
    make_run()
    for _ in range(2):
        compute_standings(season_id=season.pk, day=DAY, by=None, now=MORNING_AFTER)
    assert where(season) == {"league-2": [old[0].pk], "fresh": [late.pk]}
    entry = Entry.objects.get(provider=late)
    assert (entry.late, entry.entered_by) == (True, None)
    assert AuditEntry.objects.filter(action="season.enter_late").count() == 1
    assert Standing.objects.get(provider=late).track.key == "fresh"


def test_each_track_has_its_own_places() -> None:
    food, other = make_old(2, category="food"), make_old(1, category="beauty")
    season = start(LEAGUE, {"key": "food", "name_zh": "食品", "name_en": "Food", "who": {"categories": ["food"]}})
    clicks = {food[0].code: 100, food[1].code: 300, other[0].code: 500}
    make_facts([{"provider": code, **work(count, 0, 50)} for code, count in clicks.items()])
    make_run()
    compute_standings(season_id=season.pk, day=DAY, by=None, now=MORNING_AFTER)
    rows = Standing.objects.order_by("track__pk", "place").values_list("track__key", "place", "provider_id")
    assert list(rows) == [
        ("league", 1, other[0].pk),
        ("league", 2, food[1].pk),
        ("league", 3, food[0].pk),
        ("food", 1, food[1].pk),
        ("food", 2, food[0].pk),
    ]


def test_the_field_is_pinned_and_its_digest_can_be_computed_by_anybody() -> None:
    made = make_old(2)
    season = start(LEAGUE)
    body = Client().get(f"/boards/{season.code}/entries/").content
    assert json.loads(body) == {"league": sorted(one.code for one in made)}
    assert hashlib.sha256(body).hexdigest() == season.entries_digest
    entry = Entry.objects.order_by("pk")[0]
    for change in (
        lambda: Entry.objects.filter(pk=entry.pk).update(late=True),
        lambda: Entry.objects.filter(pk=entry.pk).delete(),
        lambda: Season.objects.filter(pk=season.pk).update(entries_digest="0" * 64),
        lambda: Track.objects.filter(season=season).update(who={"newcomers": "only"}),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()
    entry.pk = None
    with pytest.raises(IntegrityError, match="entry_once_per_ladder"), transaction.atomic():
        entry.save()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"level": 0}, "division_level_in_range"),
        ({"cause": "luck"}, "division_cause_known"),
        ({"cause": "promoted", "level": 2, "before": 1}, "division_moves_as_its_cause_says"),
        ({"cause": "relegated", "level": 1, "before": 2}, "division_moves_as_its_cause_says"),
        ({"cause": "seeded", "before": 2}, "division_moves_as_its_cause_says"),
    ],
)
def test_the_database_holds_what_a_division_is(values: dict[str, Any], constraint: str) -> None:
    (old,), season = make_old(1), start(LEAGUE)
    row = {"provider": old, "ladder": "league", "level": 1, "cause": "seeded", "season": season, **values}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Division.objects.create(**row)


def test_a_draft_draws_its_tracks_anew() -> None:
    steward = make_staff(Role.RACE_STEWARD)
    season = make_season(make_published_model(), running=False, steward=steward)
    rules = {**RULES, "tracks": [{**LEAGUE, "levels": 2}]}
    services.edit_season(season_id=season.pk, changes={}, rules=rules, by=steward)
    assert list(season.tracks.values_list("key", flat=True)) == ["league-1", "league-2"]
    page = sign_in(steward).get(f"/staff/seasons/{season.pk}/edit/").content.decode()
    assert "league" in page


def test_boards_pages_and_endpoints_show_the_tracks() -> None:
    food, _other = make_old(1, category="food"), make_old(1, category="beauty")
    season = start(LEAGUE, {"key": "food", "name_zh": "食品", "name_en": "Food", "who": {"categories": ["food"]}})
    make_facts([{"provider": food[0].code, **work(500, 0, 50)}])
    make_run()
    compute_standings(season_id=season.pk, day=DAY, by=None, now=MORNING_AFTER)
    board = Client().get(f"/boards/{season.code}/?track=food")
    assert (board.context["track"].key, len(board.context["table"].rows)) == ("food", 1)
    assert Client().get(f"/boards/{season.code}/?track=nowhere").status_code == 404
    rules = Client(headers={"accept-language": "en"}).get(f"/boards/{season.code}/rules/").content.decode()
    assert ("Food and drink" in rules, "Digest of the field" in rules) == (True, True)
    race = sign_in(owner_of(food[0])).get("/provider/race/?track=food")
    assert ([one.key for one in race.context["own_tracks"]], race.context["track"].key) == (["league", "food"], "food")
    assert sign_in(make_staff(Role.AUDITOR)).get(f"/staff/seasons/{season.pk}/?track=food").status_code == 200
    reader = api(make_staff(Role.AUDITOR))
    entries = reader.get(f"/api/v1/seasons/{season.pk}/entries?track=food").json()["results"]
    assert [(row["track"], row["provider"], row["late"]) for row in entries] == [("food", food[0].code, False)]
    places = reader.get(f"/api/v1/seasons/{season.pk}/standings?track=food").json()["results"]
    assert [(row["track"], row["place"]) for row in places] == [("food", 1)]


def store(gmv: dict[int, int], day: date) -> None:
    """Measures of a day in which only the GMV is known."""
    unknown = np.full(len(gmv), np.nan)
    columns = {**dict.fromkeys(MEASURE_NAMES, unknown), "gmv_90d": np.array(list(gmv.values()), dtype=np.float64)}
    store_measures(
        day=day, provider_ids=np.array(list(gmv), dtype=np.int64), columns=columns, input_digest="0" * 64, now=LONG_AGO
    )
