"""A season in hindsight: lines and movers, the matrix, and certificates that anybody checks by QR and by signature."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from providers.registry.models import Provider
from providers.verification.checking import NotVerified, check_statement
from providers.verification.keys import published_keys
from scoring.seasons import review
from scoring.seasons.board_services import rank_night
from scoring.seasons.certificates import certified_in, find_certificate
from scoring.seasons.models import Season
from scoring.seasons.selectors import tracks_of
from tests.factories.providers import owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_published_model
from tests.factories.seasons import LEAGUE, finish_season, make_old, score_field, settle_season, start_season
from tests.integration.scoring.test_board_bans import ban
from tests.integration.scoring.test_pages import sign_in

pytestmark = pytest.mark.django_db
LATER = MORNING_AFTER + timedelta(days=30)
EVE = DAY - timedelta(days=40)


def raced(count: int = 6, *, until: str = "final", banned: int | None = None) -> tuple[Season, list[Provider]]:
    """A season of two levels with two nights: the first order is turned round within each level."""
    make_published_model()
    field = make_old(count)
    half = count // 2
    score_field({one: 40 - at for at, one in enumerate(field)}, day=DAY - timedelta(days=90))
    season = start_season({**LEAGUE, "levels": 2}, code="2025Q2")
    if banned is not None:
        ban(field[banned])
    turned = [*reversed(field[:half]), *reversed(field[half:])]
    for day, order in ((EVE, field), (DAY, turned)):
        score_field({one: 40 - at for at, one in enumerate(order)}, day=day)
        rank_night(season_id=season.pk, day=day, by=None, now=LATER)
    settle_season(season)
    return finish_season(season, until=until), field


def test_lines_movers_and_the_matrix_of_a_final_season() -> None:
    season, field = raced()
    first, second = tracks_of(season)
    nights = review.chosen_nights(first)
    assert [night.day for night in nights] == [EVE, DAY]
    lines = review.draw_lines(nights)
    assert [(line.provider, line.places) for line in lines] == [
        (field[2], [3, 1]),
        (field[1], [2, 2]),
        (field[0], [1, 3]),
    ]
    risen, fallen = review.find_movers(nights)
    assert [(one.provider, one.change) for one in risen] == [(field[2], 2)]
    assert [(one.provider, one.change) for one in fallen] == [(field[0], -2)]
    (moves,) = review.level_moves(season)
    # One rises and nobody falls, as all stand above the line: 3 stay on top, 1 of 3 below rises.
    assert (moves.ladder, moves.matrix.tolist(), moves.moved) == ("league", [[3, 0, 0], [1, 2, 0], [0, 0, 0]], 1)
    page = sign_in(owner_of(field[0])).get(f"/boards/{season.code}/review/", {"track": second.key})
    assert page.status_code == 200
    assert [one.provider for one in page.context["certified"]] == [field[5], field[4], field[3]]
    assert page.context["bump"]["rows"][0][1:] == ["3", "1"]
    assert Client().get(f"/boards/{season.code}/review/").context["bump"]["data"]["worst"] == 3


def test_before_the_end_there_is_neither_matrix_nor_certificate() -> None:
    season, field = raced(until="standstill")
    assert review.level_moves(season) == []
    assert [certified_in(track) for track in tracks_of(season)] == [[], []]
    for address in ("boards/2025Q2/certificates/{}/", "verify/{}/seasons/2025Q2/"):
        assert Client().get(f"/{address.format(field[5].code)}").status_code == 404
    assert Client().get(f"/api/v1/verification/{field[5].code}/seasons/2025Q2").status_code == 404
    page = Client(headers={"accept-language": "en"}).get(f"/boards/{season.code}/review/").content.decode()
    assert ("Shown when the season is final." in page, "Certificates are issued when" in page) == (True, True)


def test_a_certificate_is_printed_in_both_languages_and_leads_to_its_own_proof() -> None:
    season, field = raced()
    path = f"/boards/{season.code}/certificates/{field[5].code}/"
    page = Client(headers={"accept-language": "en"}).get(path)
    text = page.content.decode()
    assert page.context["address"].endswith(f"/verify/{field[5].code}/seasons/{season.code}/")
    for words in ("赛季证书", "Certificate of the season", "晋级", "Promoted", field[5].name, "data:image/svg+xml"):
        assert words in text
    assert "20.0" not in text  # no score leaves the portal on a certificate
    proof = Client(headers={"accept-language": "en"}).get(f"/verify/{field[5].code}/seasons/{season.code}/")
    assert "Place 1 of 3" in proof.content.decode()
    placed = Client(headers={"accept-language": "en"}).get(f"/boards/{season.code}/certificates/{field[1].code}/")
    assert (placed.status_code, "Promoted" in placed.content.decode()) == (200, False)


def test_anybody_checks_the_signature_and_a_changed_word_breaks_it() -> None:
    season, field = raced()
    document: dict[str, Any] = Client().get(f"/api/v1/verification/{field[5].code}/seasons/{season.code}").json()
    statement = check_statement(document, {"keys": published_keys()})
    assert statement["results"] == [
        {
            "track": "league-2",
            "track_name": {"zh": "联赛 · 2 级", "en": "League, level 2"},
            "place": 1,
            "ranked": 3,
            "promoted": True,
            "settlement_digest": statement["results"][0]["settlement_digest"],
        }
    ]
    assert (statement["season"], statement["rules_digest"]) == (season.code, season.digest)
    document["statement"]["results"][0]["place"] = 2
    with pytest.raises(NotVerified):
        check_statement(document, {"keys": published_keys()})


def test_who_was_banned_on_the_last_day_is_neither_shown_nor_certified() -> None:
    season, field = raced(banned=5)
    second = list(tracks_of(season))[1]
    assert [one.provider for one in certified_in(second)] == [field[4], field[3]]
    assert find_certificate(field[5], season) is None
    lines = review.draw_lines(review.chosen_nights(second))
    assert [(line.provider, line.places) for line in lines] == [(field[4], [2, 2]), (field[3], [1, 3])]
    assert Client().get(f"/boards/{season.code}/certificates/{field[5].code}/").status_code == 404


def test_no_certificate_for_the_others_the_unknown_and_the_never_admitted() -> None:
    season, field = raced(10)
    assert find_certificate(field[0], season) is None  # the last of five, and nothing won
    assert find_certificate(make_old(1)[0], season) is None
    for code in (field[0].code, "P999999"):
        assert Client().get(f"/verify/{code}/seasons/{season.code}/").status_code == 404
    assert Client().get(f"/api/v1/verification/{field[9].code}/seasons/NONE").status_code == 404


@pytest.mark.parametrize("count", [2, 12])
def test_the_review_costs_the_same_however_many_raced(count: int) -> None:
    season, _field = raced(count)
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/boards/{season.code}/review/").status_code == 200
    assert len(queries) == 11
