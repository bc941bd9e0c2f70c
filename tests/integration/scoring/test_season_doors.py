"""Pages and endpoints of a season's life: comments, what is pinned, the missing next season."""

import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from common.days import business_day
from scoring.seasons import selectors, services
from scoring.seasons.comment_models import SeasonComment
from scoring.seasons.models import Season
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import make_published_model, make_season
from tests.integration.scoring.test_pages import api, sign_in
from tests.unit.scoring.seasons.test_seasons import make_in

pytestmark = pytest.mark.django_db


def test_a_provider_comments_and_a_steward_answers_by_page() -> None:
    season, provider = make_in("announced"), make_provider(status="admitted")
    client, steward = sign_in(owner_of(provider)), sign_in(make_staff(Role.RACE_STEWARD))
    address = f"/provider/seasons/{season.code}/comments/"
    assert address in client.get("/provider/race/").content.decode()
    assert client.post(address, {"text": ""}).status_code == 400
    assert client.post(address, {"text": "Why 15 %?"}).status_code == 302
    comment = SeasonComment.objects.get()
    assert "Waits for an answer" in client.get(address).content.decode()
    assert "Why 15 %?" not in Client().get(f"/boards/{season.code}/rules/").content.decode()
    answer = f"/staff/season-comments/{comment.pk}/answer/"
    assert answer in steward.get(f"/staff/seasons/{season.pk}/").content.decode()
    assert steward.get(answer).status_code == 200
    assert steward.post(answer, {"answer": "As in spring.", "version": 1}).status_code == 302
    public = Client().get(f"/boards/{season.code}/rules/").content.decode()
    assert ("Why 15 %?" in public, "As in spring." in public, provider.name in public) == (True, True, False)


def test_comments_and_answers_by_endpoint() -> None:
    season, provider = make_in("announced"), make_provider(status="admitted")
    owner, stranger = api(owner_of(provider)), api(owner_of(make_provider()))
    path = f"/api/v1/seasons/{season.pk}/comments"
    foreign = stranger.post(path, {"provider": provider.code, "text": "Mine."})
    assert (foreign.status_code, foreign.json()["field"]) == (400, "provider")
    made = owner.post(path, {"provider": provider.code, "text": "Why 15 %?"})
    assert (made.status_code, made.json()["provider"]) == (201, provider.code)
    assert stranger.get(path).json()["results"] == []
    answer = f"/api/v1/season-comments/{made.json()['id']}/answer"
    assert stranger.post(answer, {"answer": "No.", "version": 1}).status_code == 404
    assert api(make_staff(Role.AUDITOR)).post(answer, {"answer": "No.", "version": 1}).status_code == 403
    assert api(make_staff(Role.RACE_STEWARD)).post(answer, {"answer": "Yes.", "version": 1}).status_code == 200
    (seen,) = stranger.get(path).json()["results"]
    assert (seen["text"], seen["answer"], seen["provider"]) == ("Why 15 %?", "Yes.", None)


def test_anybody_computes_the_digest_from_what_is_pinned() -> None:
    season = make_in("announced")
    body = Client().get(f"/boards/{season.code}/pinned/").content
    assert hashlib.sha256(body).hexdigest() == season.digest
    assert season.digest in Client().get(f"/boards/{season.code}/rules/").content.decode()
    assert set(season.pinned) == {"code", "starts_on", "ends_on", "model", "terms", "bans", "tracks"}
    assert season.pinned["terms"] == {
        "notice_days": 15,
        "settlement_lag_days": 14,
        "objection_days": 7,
        "appeal_days": 14,
    }
    shown = api(make_staff(Role.AUDITOR)).get(f"/api/v1/seasons/{season.pk}").json()
    assert (shown["digest"], shown["pinned"]) == (season.digest, season.pinned)


def test_a_running_season_without_a_successor_is_named() -> None:
    today = business_day(timezone.now())
    running = make_season(make_published_model(), starts_on=today - timedelta(days=20))
    steward = make_staff(Role.RACE_STEWARD)
    client, warning = sign_in(steward), "no season is prepared after it"
    for address in ("/staff/seasons/", f"/staff/seasons/{running.pk}/"):
        assert warning in client.get(address).content.decode()
    assert "No season is prepared after it" in client.get("/staff/").content.decode()
    assert api(steward).get(f"/api/v1/seasons/{running.pk}").json()["next_season"] is None
    make_season(running.scoring_model, code="NEXT", starts_on=running.ends_on + timedelta(days=1), running=False)
    assert selectors.without_successor() == []
    assert warning not in client.get("/staff/seasons/").content.decode()
    assert api(steward).get(f"/api/v1/seasons/{running.pk}").json()["next_season"] == "NEXT"


def test_an_archived_season_leaves_the_front_of_the_boards() -> None:
    season = make_in("archived")
    page = Client(headers={"accept-language": "en"}).get("/boards/")
    assert [one.pk for one in page.context["archived"]] == [season.pk]
    assert season.pk not in [one.pk for one in page.context["seasons"]]
    assert Client().get(f"/boards/{season.code}/").status_code == 200
    assert selectors.shown_season() == Season.objects.get(code="2025Q4")
    assert "archive" in services.ACTIONS
