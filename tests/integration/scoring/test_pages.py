"""Pages and endpoints of scoring: who sees what, what a step does, and that lists do not query by row."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from common.audit.models import AuditEntry
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel
from scoring.seasons.models import Season, StandingNight
from scoring.seasons.standings import compute_standings
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import (
    DAY,
    MORNING_AFTER,
    make_facts,
    make_published_model,
    make_run,
    make_season,
    small_model,
    work,
)

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def api(user: User) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(user)
    return client


def build_world(providers: int) -> list[Scorecard]:
    """`providers` providers over two days, ranked on the second."""
    model = ScoringModel.objects.filter(status="published").first() or make_published_model()
    made = [make_provider(status="admitted") for _ in range(providers)]
    for age in (1, 0):
        rows = [{"provider": each.code, **work(100 + 50 * n, age, 40)} for n, each in enumerate(made)]
        make_facts(rows, day=DAY - timedelta(days=age))
        run = make_run(as_of=DAY - timedelta(days=age))
    season = Season.objects.first() or make_season(model)
    compute_standings(season_id=season.pk, day=DAY, by=None, now=MORNING_AFTER)
    return list(Scorecard.objects.filter(run=run).order_by("provider__code"))


@pytest.fixture
def cards() -> list[Scorecard]:
    return build_world(3)


def member_of(card: Scorecard) -> User:
    return owner_of(card.provider)


def test_a_provider_reads_its_own_scorecard_and_race(cards: list[Scorecard]) -> None:
    client = sign_in(member_of(cards[1]))
    page = client.get("/provider/scorecard/")
    assert page.context["card"] == cards[1]
    assert (page.context["radar"]["kind"], page.context["waterfall"]["kind"]) == ("radar", "waterfall")
    assert len(page.context["history"]["rows"]) == 2
    race = client.get("/provider/race/")
    assert (race.context["standing"].place, len(race.context["around"])) == (2, 3)


def test_other_peoples_scorecards_answer_404(cards: list[Scorecard]) -> None:
    stranger = member_of(cards[0])
    assert sign_in(stranger).get(f"/provider/scorecard/{cards[0].pk}/").status_code == 200
    assert sign_in(stranger).get(f"/provider/scorecard/{cards[1].pk}/").status_code == 404
    move = f"/provider/scorecard/{cards[0].pk}/move/"
    assert sign_in(stranger).get(f"{move}?before={cards[1].pk}").status_code == 404
    for address in ("", "/ledger", "/move"):
        assert api(stranger).get(f"/api/v1/scorecards/{cards[1].pk}{address}").status_code == 404
        assert api(stranger).get(f"/api/v1/scorecards/{cards[0].pk}{address}").status_code == 200
    listed = api(stranger).get("/api/v1/scorecards").json()["results"]
    assert [row["provider"] for row in listed] == [cards[0].provider.code]


def test_a_provider_without_scores_is_told_so() -> None:
    provider = make_provider()
    client = sign_in(owner_of(provider))
    assert client.get("/provider/scorecard/").status_code == 200
    assert client.get("/provider/race/").status_code == 200


def test_staff_read_models_runs_scorecards_and_seasons(cards: list[Scorecard]) -> None:
    client = sign_in(make_staff(Role.AUDITOR))
    run, season = cards[0].run, Season.objects.get()
    for address in (
        "/staff/scoring-models/",
        f"/staff/scoring-models/{run.scoring_model_id}/",
        "/staff/score-runs/",
        f"/staff/score-runs/{run.pk}/",
        "/staff/scorecards/",
        f"/staff/scorecards/{cards[0].pk}/",
        "/staff/seasons/",
        f"/staff/seasons/{season.pk}/",
    ):
        assert client.get(address).status_code == 200, address
    download = client.get(f"/staff/scoring-models/{run.scoring_model_id}/toml/")
    assert download.content.decode() == run.scoring_model.definition


def test_a_model_is_drafted_announced_and_refused_by_page() -> None:
    make_published_model()
    client = sign_in(make_staff(Role.SCORING_ANALYST))
    bad = client.post("/staff/scoring-models/draft/", {"definition": small_model("2", refund_weight=0.3)})
    assert bad.status_code == 400
    assert "capabilities[1]" in bad.content.decode()
    assert ScoringModel.objects.count() == 1
    client.post("/staff/scoring-models/draft/", {"definition": small_model("2")})
    model = ScoringModel.objects.get(model_version="2")
    answer = client.post(
        f"/staff/scoring-models/{model.pk}/act/", {"action": "announce", "note": "", "version": model.version}
    )
    model.refresh_from_db()
    assert (answer.status_code, model.status) == (302, "announced")
    stale = client.post(f"/staff/scoring-models/{model.pk}/act/", {"action": "publish", "note": "", "version": 1})
    assert stale.status_code == 409


def test_a_run_is_started_by_page_and_by_endpoint(
    cards: list[Scorecard], django_capture_on_commit_callbacks: Any
) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    make_facts([{"provider": cards[0].provider.code, **work(900, 0, 50)}])
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(analyst).post("/staff/score-runs/start/", {"as_of": DAY.isoformat()})
    run = ScoreRun.objects.order_by("-pk").first()
    assert run is not None
    assert (run.created_by, run.status) == (analyst, "done")
    again = api(analyst).post("/api/v1/score-runs", {"as_of": DAY.isoformat()})
    assert (again.status_code, again.json()["id"]) == (200, run.pk)
    make_facts([{"provider": cards[0].provider.code, **work(900, 9, 50)}])
    started = api(analyst).post("/api/v1/score-runs", {"as_of": DAY.isoformat()})
    assert (started.status_code, started.json()["job"]["status"]) == (202, "queued")
    assert [offer["action"] for offer in started.json()["allowed_actions"]] == ["cancel"]
    version = started.json()["version"]
    body = {"action": "cancel", "version": version}
    cancelled = api(analyst).post(f"/api/v1/score-runs/{started.json()['id']}/actions", body)
    assert cancelled.json()["status"] == "cancelled"


def test_the_wrong_role_changes_nothing(cards: list[Scorecard]) -> None:
    season, model = Season.objects.get(), cards[0].run.scoring_model
    auditor = make_staff(Role.AUDITOR)
    before = (AuditEntry.objects.count(), ScoreRun.objects.count(), ScoringModel.objects.count())
    client = api(auditor)
    answers = [
        client.post("/api/v1/score-runs", {"as_of": DAY.isoformat()}),
        client.post("/api/v1/scoring-models", {"definition": small_model("7")}),
        client.post(
            f"/api/v1/scoring-models/{model.pk}/actions", {"action": "retire", "note": "No.", "version": model.version}
        ),
        client.post(f"/api/v1/seasons/{season.pk}/nights", {"day": DAY.isoformat()}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert sign_in(auditor).get("/staff/score-runs/start/").status_code == 403
    assert (AuditEntry.objects.count(), ScoreRun.objects.count(), ScoringModel.objects.count()) == before


def test_the_ledger_by_endpoint_sums(cards: list[Scorecard]) -> None:
    ledger = api(make_staff(Role.AUDITOR)).get(f"/api/v1/scorecards/{cards[2].pk}/ledger").json()
    points = [metric["points"] or 0 for part in ledger["capabilities"] for metric in part["metrics"]]
    assert sum(points) == pytest.approx(ledger["exact"], abs=1e-9)
    move = api(make_staff(Role.AUDITOR)).get(f"/api/v1/scorecards/{cards[2].pk}/move").json()
    total = sum(metric["points"] for metric in move["metrics"]) + move["other"]
    assert total == pytest.approx(move["total"], abs=1e-9)


def test_a_season_by_endpoint_from_draft_to_announced() -> None:
    model, client = make_published_model(), api(make_staff(Role.RACE_STEWARD))
    body = {
        "code": "2031Q1",
        "name_zh": "2031 一季度",
        "name_en": "Season 2031 Q1",
        "starts_on": "2031-01-01",
        "ends_on": "2031-03-31",
        "scoring_model": model.pk,
        "rules": {"order": ["score"]},
    }
    made = client.post("/api/v1/seasons", body).json()
    assert (made["status"], made["tracks"][0]["rules"]["order"]) == ("draft", ["score"])
    changed = client.patch(f"/api/v1/seasons/{made['id']}", {"name_en": "Winter", "version": made["version"]})
    assert changed.json()["name_en"] == "Winter"
    act = {"action": "announce", "version": changed.json()["version"]}
    announced = client.post(f"/api/v1/seasons/{made['id']}/actions", act).json()
    assert (announced["status"], len(announced["digest"])) == ("announced", 64)
    early = client.post(f"/api/v1/seasons/{made['id']}/actions", {"action": "start", "version": announced["version"]})
    assert (early.status_code, early.json()["code"]) == (409, "too_early")
    bad = client.post("/api/v1/seasons", {**body, "code": "X", "rules": {"luck": 1}})
    assert (bad.status_code, bad.json()["field"]) == (400, "rules")


def test_a_season_by_page(cards: list[Scorecard]) -> None:
    client = sign_in(make_staff(Role.RACE_STEWARD))
    form = {
        "code": "2031Q2",
        "name_zh": "夏",
        "name_en": "Summer",
        "starts_on": "2031-04-01",
        "ends_on": "2031-06-30",
        "scoring_model": cards[0].run.scoring_model_id,
        "rules": "",
    }
    answer = client.post("/staff/seasons/create/", form)
    season = Season.objects.get(code="2031Q2")
    assert answer.headers["Location"] == f"/staff/seasons/{season.pk}/"
    assert client.get(f"/staff/seasons/{season.pk}/edit/").status_code == 200
    assert client.post("/staff/seasons/create/", form).status_code == 409
    running = Season.objects.exclude(pk=season.pk).get()
    assert client.post(f"/staff/seasons/{running.pk}/standings/", {"day": "soon"}).status_code == 400
    day = (DAY - timedelta(days=1)).isoformat()
    assert client.post(f"/staff/seasons/{running.pk}/standings/", {"day": day}).status_code == 302
    assert StandingNight.objects.filter(day=day).exists()


def test_boards_are_open_to_everybody(cards: list[Scorecard]) -> None:
    code = Season.objects.get().code
    client = Client(headers={"accept-language": "en"})
    assert client.get("/boards/").status_code == 200
    board = client.get(f"/boards/{code}/")
    assert [row.record.place for row in board.context["table"].rows] == [1, 2, 3]
    code_of_first = board.context["table"].rows[0].record.provider.code
    found = client.get(f"/boards/{code}/?day={DAY.isoformat()}&search={code_of_first}")
    assert [row.record.place for row in found.context["table"].rows] == [1]
    assert f'name="day" value="{DAY.isoformat()}"' in found.content.decode()
    assert client.get(f"/boards/{code}/?day=2020-01-01").status_code == 200
    assert client.get(f"/boards/{code}/?day=soon").status_code == 200
    assert client.get(f"/boards/{code}/rules/").status_code == 200
    draft = make_season(cards[0].run.scoring_model, code="HIDDEN", running=False)
    assert client.get(f"/boards/{draft.code}/").status_code == 404
    listed = api(make_staff(Role.AUDITOR)).get(f"/api/v1/seasons/{Season.objects.get(code=code).pk}/standings")
    assert [row["place"] for row in listed.json()["results"]] == [1, 2, 3]


ADDRESSES = [
    "/staff/score-runs/",
    "/staff/scorecards/",
    "/boards/{code}/",
    "/staff/seasons/{season}/",
    "/api/v1/scorecards",
    "/api/v1/seasons/{season}/standings",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_three_rows_cost_as_many_queries_as_one(address: str) -> None:
    build_world(1)
    client = sign_in(make_staff(Role.AUDITOR))
    path = address.format(code=Season.objects.get().code, season=Season.objects.get().pk)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    for number in range(2):
        add_day(number)
    with CaptureQueriesContext(connection) as more:
        assert client.get(path).status_code == 200
    assert len(more) <= len(one), path


def add_day(number: int) -> None:
    """One more provider, scored and ranked on one more day."""
    day = DAY + timedelta(days=number + 1)
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, **work(300, 1, 40)}], day=day)
    make_run(as_of=day, now=MORNING_AFTER + timedelta(days=number + 1))
    compute_standings(
        season_id=Season.objects.get().pk, day=day, by=None, now=MORNING_AFTER + timedelta(days=number + 1)
    )
