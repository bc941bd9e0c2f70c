"""The boards through their doors: pages, past nights, own row, evidence, export, frame and endpoints."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from providers.registry.models import Provider
from scoring.capabilities.models import Scorecard
from scoring.seasons.board_services import rank_night
from scoring.seasons.models import Season
from tests.factories.accounts import make_staff
from tests.factories.providers import owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_published_model
from tests.factories.seasons import make_old, score_field, start_season
from tests.integration.scoring.test_pages import api, sign_in

pytestmark = pytest.mark.django_db
LATER = MORNING_AFTER + timedelta(days=30)
EVE = DAY - timedelta(days=1)


def ranked(count: int = 3) -> tuple[Season, list[Provider]]:
    """A season whose providers stand in the order in which they were made, on two nights."""
    make_published_model()
    field = make_old(count)
    season = start_season()
    for day, factor in ((EVE, 1), (DAY, 2)):
        score_field({one: factor * (count - at) / count * 20 for at, one in enumerate(field)}, day=day)
        rank_night(season_id=season.pk, day=day, by=None, now=LATER)
    return season, field


def shown(response: object) -> list[tuple[str, int]]:
    return [(row.record.provider.code, row.record.place) for row in response.context["table"].rows]  # type: ignore[attr-defined]


def test_everybody_reads_a_board_and_any_past_night() -> None:
    season, field = ranked()
    path = f"/boards/{season.code}/by/traffic_marketing/"
    client = Client(headers={"accept-language": "en"})
    page = client.get(path)
    assert shown(page) == [(one.code, at) for at, one in enumerate(field, start=1)]
    assert (page.context["night"].day, page.context["own_table"]) == (DAY, None)
    past = client.get(path, {"day": EVE.isoformat()})
    assert (past.context["night"].day, len(shown(past))) == (EVE, 3)
    text = page.content.decode()
    assert f"/boards/{season.code}/rules/#board-traffic_marketing" in text
    assert "scorecards/" not in text
    assert f"/boards/{season.code}/by/brand/" in text
    empty = client.get(path, {"day": "2020-01-01"})
    assert (empty.status_code, empty.context["night"], shown(empty)) == (200, None, [])
    assert [code for code, _place in shown(client.get(path, {"search": field[1].code}))] == [field[1].code]
    rules = client.get(f"/boards/{season.code}/rules/").content.decode()
    assert ('id="board-rising"' in rules, "the others keep their places" in rules) == (True, True)
    for address in ("by/unknown/", "by/comprehensive/", "embed/unknown/"):
        assert client.get(f"/boards/{season.code}/{address}").status_code == 404
    draft = season.code + "X"
    assert client.get(f"/boards/{draft}/by/rising/").status_code == 404


def test_a_provider_sees_its_own_row_on_top_wherever_it_stands_and_its_scorecard() -> None:
    season, field = ranked(52)
    last = field[-1]
    page = sign_in(owner_of(last)).get(f"/boards/{season.code}/by/traffic_marketing/")
    assert last.code not in [code for code, _place in shown(page)[:50]]
    (own,) = page.context["own_table"].rows
    assert (own.record.provider, own.record.place) == (last, 52)
    text = page.content.decode()
    card = Scorecard.objects.get(provider=last, run=page.context["night"].run)
    assert (f"/provider/scorecard/{card.pk}/" in text, text.count("/provider/scorecard/")) == (True, 2)
    assert "board-own" in text
    whole = sign_in(owner_of(last)).get(f"/boards/{season.code}/")
    assert [row.record.place for row in whole.context["own_table"].rows] == [52]
    second = sign_in(owner_of(last)).get(f"/boards/{season.code}/by/traffic_marketing/?page=2").content.decode()
    assert second.count("board-own") == 2


def test_staff_open_every_scorecard_from_the_board() -> None:
    season, field = ranked()
    text = sign_in(make_staff(Role.AUDITOR)).get(f"/boards/{season.code}/by/traffic_marketing/").content.decode()
    assert text.count("/staff/scorecards/") == len(field)


@pytest.mark.parametrize("kind", ["by/traffic_marketing/", "by/brand/", ""])
def test_a_board_costs_the_same_however_many_stand_on_it(kind: str) -> None:
    season, field = ranked(3)
    client = sign_in(make_staff(Role.AUDITOR))
    counts = []
    for search in (field[0].code, "Lantern"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/boards/{season.code}/{kind}", {"search": search}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_exports_are_the_board_and_run_nothing_in_a_spreadsheet() -> None:
    season, field = ranked()
    Provider.objects.filter(pk=field[0].pk).update(name="=cmd|' /C calc'!A0")
    path = f"/boards/{season.code}/by/traffic_marketing/"
    client = Client(headers={"accept-language": "en"})
    given = client.get(path, {"_export": "csv"})
    assert given.headers["Content-Disposition"] == f'attachment; filename="{season.code}-traffic_marketing.csv"'
    rows = list(csv.DictReader(io.StringIO(given.content.decode("utf-8-sig"))))
    assert [row["Code"] for row in rows] == [one.code for one in field]
    assert (rows[0]["Provider"], rows[0]["Place"]) == ("'=cmd|' /C calc'!A0", "1")
    assert "Evidence" not in rows[0]
    parsed = json.loads(client.get(path, {"_export": "json"}).content)
    assert (parsed[0]["Code"], parsed[0]["Score"]) == (field[0].code, 75.0)


def test_the_frame_may_stand_anywhere_and_knows_nobody() -> None:
    season, field = ranked()
    owner = sign_in(owner_of(field[2]))
    path = f"/boards/{season.code}/embed/traffic_marketing/"
    page = owner.get(path, {"rows": 2, "lang": "zh-hans"})
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert ("script-src" in policy, "default-src 'none'" in policy, "X-Frame-Options" in page.headers) == (
        False,
        True,
        False,
    )
    assert page.headers["Cache-Control"] == "public, max-age=600"
    assert "Cookie" not in page.headers.get("Vary", "")
    assert page.cookies == {}
    text = page.content.decode()
    assert ('lang="zh-hans"' in text, field[1].name in text, field[2].name in text) == (True, True, False)
    assert "board-own" not in text
    assert text == Client().get(path, {"rows": 2, "lang": "zh-hans"}).content.decode()
    assert owner.get(f"/boards/{season.code}/embed/comprehensive/").status_code == 200
    assert owner.get(f"/boards/{season.code}/embed/brand/").status_code == 200
    # Every other page stays out of frames.
    board = Client().get(f"/boards/{season.code}/")
    assert "frame-ancestors 'none'" in board.headers["Content-Security-Policy"]
    assert board.headers["X-Frame-Options"] == "DENY"


def test_boards_by_endpoint_as_json_and_as_csv() -> None:
    season, field = ranked()
    Provider.objects.filter(pk=field[0].pk).update(name="+1")
    client = api(owner_of(field[2]))
    boards = client.get(f"/api/v1/seasons/{season.pk}/boards").json()["results"]
    assert ("traffic_marketing", "main", "2025-06-30", 3) in [
        (one["kind"], one["track"], one["day"], one["ranked_count"]) for one in boards
    ]
    path = f"/api/v1/seasons/{season.pk}/boards/traffic_marketing"
    found = client.get(path).json()["results"]
    assert (found[0]["provider"], found[0]["place"], found[0]["name"]) == (field[0].code, 1, "+1")
    assert len(client.get(path, {"day": EVE.isoformat(), "track": "main"}).json()["results"]) == 3
    for extra in ({"format": "csv"}, {}):
        headers = {} if extra else {"accept": "text/csv"}
        given = client.get(path, extra, headers=headers)
        assert given.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(given.content.decode("utf-8-sig"))))
        assert (rows[0]["provider"], rows[0]["name"]) == (field[0].code, "'+1")
    assert client.get(path, {"day": "never"}).status_code == 400
    assert client.get(path, {"day": "2020-01-01"}).status_code == 404
    assert client.get(f"/api/v1/seasons/{season.pk}/boards/unknown").status_code == 404
