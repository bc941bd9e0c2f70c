"""Pages and endpoints of the season lab: the same service by both doors, in both languages, with steady queries."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from pages.season_lab_notes import say_note
from scoring.season_lab.models import SeasonTrial
from scoring.seasons.models import Season
from tests.factories.accounts import make_staff
from tests.factories.providers import owner_of
from tests.factories.scoring import make_published_model
from tests.factories.season_lab import make_draft, race, try_it
from tests.factories.seasons import LEAGUE, make_old
from tests.integration.scoring.test_pages import api, sign_in

pytestmark = pytest.mark.django_db
NOTES: list[dict[str, Any]] = [
    {"code": "cleared_out_before", "params": {"count": 2}},
    {"code": "admitted_nowhere", "params": {"count": 1}},
    {"code": "empty_track", "params": {"name_zh": "美食", "name_en": "Food"}},
    {"code": "levels_by_score", "params": {"name_zh": "联赛", "name_en": "League"}},
    {"code": "other_levels", "params": {"name_zh": "联赛", "name_en": "League", "then": 2, "now": 3}},
    {"code": "other_model", "params": {"then": "a 1", "now": "a 2"}},
    {"code": "no_interval", "params": {"count": 3}},
    {"code": "no_duty_work", "params": {}},
]


def build_trial(count: int, *, seasons: int = 2, draft: Season | None = None) -> SeasonTrial:
    if draft is None:
        make_published_model()
        field = make_old(count)
        for age in range(seasons - 1, -1, -1):
            race({one: 38.0 - 5 * number for number, one in enumerate(field)}, quarters_ago=age)
        draft = make_draft(LEAGUE)
    return try_it(draft)


@pytest.fixture
def steward() -> User:
    return make_staff(Role.RACE_STEWARD)


def test_the_lab_by_page_and_by_endpoint(steward: User, django_capture_on_commit_callbacks: Any) -> None:
    trial = build_trial(3)
    draft, client = trial.season, sign_in(steward)
    address = f"/staff/seasons/{draft.pk}/lab/"
    page = client.get(f"/staff/seasons/{draft.pk}/")
    assert f'href="{address}"' in page.content.decode()
    page = client.get(address)
    assert [season.code for season in page.context["form"].fields["seasons"].queryset] == ["S9", "S8"]
    chosen = Season.objects.get(code="S9").pk
    data = {"seasons": [chosen], "draws": "10", "seed": "1"}
    for wrong in ({"draws": "1001"}, {"seasons": [draft.pk]}, {"seasons": []}):
        assert client.post(address, {**data, **wrong}).status_code == 400
    assert SeasonTrial.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        started = client.post(address, data)
    made = SeasonTrial.objects.first()
    assert made is not None
    assert (started.headers["Location"], made.status) == (f"/staff/season-trials/{made.pk}/", "done")
    replay = made.replays.get()
    export = client.get(f"/staff/season-replays/{replay.pk}/moves/?_export=csv&differs=1").content.decode()
    assert len(export.splitlines()) == 1 + replay.differing_count
    rest = api(steward)
    ordered = rest.post(f"/api/v1/seasons/{draft.pk}/trials", {"options": {"draws": 5}}, format="json")
    assert (ordered.status_code, ordered.json()["status"], len(ordered.json()["season_ids"])) == (202, "queued", 2)
    again = rest.post(f"/api/v1/seasons/{draft.pk}/trials", {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "trial_active")
    act = {"action": "cancel", "version": ordered.json()["version"]}
    cancelled = rest.post(f"/api/v1/season-trials/{ordered.json()['id']}/actions", act, format="json")
    assert cancelled.json()["status"] == "cancelled"
    read = rest.get(f"/api/v1/season-replays/{replay.pk}").json()
    assert (read["season"], read["result_digest"], read["summary"]["draws"]) == ("S9", replay.result_digest, 10)
    moves = rest.get(f"/api/v1/season-replays/{replay.pk}/moves?outcome=promoted").json()["results"]
    assert [move["provider"] for move in moves] == [replay.moves.get(outcome="promoted").provider.code]
    assert rest.get("/api/v1/season-trials?status=done").json()["count"] == 2
    shown = rest.get(f"/api/v1/season-trials/{made.pk}").json()
    assert [one["season"] for one in shown["replays"]] == ["S9"]


def test_the_lab_is_for_staff_alone(steward: User) -> None:
    trial = build_trial(2, seasons=1)
    replay = trial.replays.get()
    auditor, stranger = make_staff(Role.AUDITOR), owner_of(make_old(1)[0])
    page = sign_in(auditor).get(f"/staff/seasons/{trial.season_id}/lab/")
    assert (page.status_code, "form-card" in page.content.decode()) == (200, False)
    assert sign_in(auditor).post(f"/staff/seasons/{trial.season_id}/lab/", {"draws": "1"}).status_code in (400, 403)
    assert api(auditor).post(f"/api/v1/seasons/{trial.season_id}/trials", {}, format="json").status_code == 403
    assert api(stranger).get(f"/api/v1/season-trials/{trial.pk}").status_code == 404
    assert api(stranger).get(f"/api/v1/season-replays/{replay.pk}").status_code == 404
    assert api(stranger).get(f"/api/v1/season-replays/{replay.pk}/moves").status_code == 404
    assert api(stranger).get("/api/v1/season-trials").json()["results"] == []
    assert SeasonTrial.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open_in_both_languages(language: str) -> None:
    trial = build_trial(3)
    client = sign_in(make_staff(Role.AUDITOR))
    client.cookies["django_language"] = language
    first = trial.replays.earliest("pk")
    for address in (
        f"seasons/{trial.season_id}/lab/",
        f"season-trials/{trial.pk}/",
        f"season-replays/{first.pk}/",
        f"season-replays/{first.pk}/moves/",
    ):
        assert client.get(f"/staff/{address}").status_code == 200, address


def test_what_is_not_known_is_said_in_words(steward: User) -> None:
    make_published_model()
    draft = make_draft(LEAGUE)
    client = sign_in(steward)
    assert (
        "There is no past season to try the rules on." in client.get(f"/staff/seasons/{draft.pk}/lab/").content.decode()
    )
    field = make_old(2)
    season = race({field[0]: 38.0, field[1]: 10.0})
    trial = try_it(draft)
    page = client.get(f"/staff/season-trials/{trial.pk}/").content.decode()
    assert "One season cannot tell whether moves last" in page
    started = client.get(f"/staff/seasons/{season.pk}/lab/").content.decode()
    assert "This season has started; its rules are settled." in started
    season_page = client.get(f"/staff/seasons/{season.pk}/").content.decode()
    assert f"/staff/seasons/{season.pk}/lab/" not in season_page


def test_rules_that_were_changed_after_a_trial_are_told(steward: User) -> None:
    trial = build_trial(2, seasons=1)
    client = sign_in(steward)
    warning = "The rules were changed after this trial"
    assert warning not in client.get(f"/staff/season-trials/{trial.pk}/").content.decode()
    season = trial.season
    edit = {"version": season.version, "rules": {"settlement": {"promote": 2}}}
    assert api(steward).patch(f"/api/v1/seasons/{season.pk}", edit, format="json").status_code == 200
    assert warning in client.get(f"/staff/season-trials/{trial.pk}/").content.decode()


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note["code"])
def test_each_note_has_its_sentence(note: dict[str, Any]) -> None:
    told = say_note(note)
    assert told.endswith(".")
    assert "%" not in told


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)


def test_pages_and_lists_do_not_query_by_row() -> None:
    make_published_model()
    counts = []
    for size in (1, 3):
        field = make_old(size)
        if size == 1:
            race({field[0]: 38.0}, quarters_ago=1)
        else:
            race({one: 38.0 - 5 * number for number, one in enumerate(field)})
        trial = try_it(make_draft(LEAGUE, code=f"N{size}"), Season.objects.get(code="S8" if size == 1 else "S9"))
        replay, client = trial.replays.get(), sign_in(make_staff(Role.AUDITOR))
        addresses = (
            f"/staff/season-trials/{trial.pk}/",
            f"/staff/season-replays/{replay.pk}/",
            f"/staff/season-replays/{replay.pk}/moves/",
            f"/api/v1/season-replays/{replay.pk}/moves",
            f"/api/v1/season-trials/{trial.pk}",
        )
        counts.append([count_queries(client, address) for address in addresses])
    assert counts[0] == counts[1]
