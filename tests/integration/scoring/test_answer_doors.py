"""The doors to the questions that a score answers: who may ask, what is said, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from scoring.capabilities.models import Scorecard
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_cards, make_facts, make_published_model, make_run, work

pytestmark = pytest.mark.django_db
TABS = ("", "move/", "peers/", "next-steps/", "what-if/", "outlook/")
PARTS = ("", "/ledger", "/move", "/history", "/peers", "/next-steps", "/outlook")


@pytest.fixture
def cards() -> list[Scorecard]:
    """The scorecards of three providers; see the factory."""
    return make_cards()


def sign_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def api(user: User) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(user)
    return client


def test_any_two_runs_are_compared_the_earlier_first(cards: list[Scorecard]) -> None:
    first = Scorecard.objects.get(provider=cards[0].provider, run__as_of=DAY - timedelta(days=40))
    client = sign_in(owner_of(cards[0].provider))
    address = f"/provider/scorecard/{cards[0].pk}/move/"
    for query in (f"?before={first.pk}&after={cards[0].pk}", f"?before={cards[0].pk}&after={first.pk}"):
        page = client.get(address + query)
        assert (page.context["before"], page.context["after"]) == (first, cards[0])
        assert page.context["move"].total == pytest.approx(4.0)
    moved = api(owner_of(cards[0].provider)).get(f"/api/v1/scorecards/{first.pk}/move?since={cards[0].pk}").json()
    assert (moved["before"]["id"], moved["after"]["id"]) == (first.pk, cards[0].pk)


def test_a_day_that_was_computed_again_is_told_as_such(cards: list[Scorecard]) -> None:
    make_facts([{"provider": cards[1].provider.code, **work(1000, 0, 0, orders=0, promises=0)}])
    make_run()
    again = Scorecard.objects.get(provider=cards[1].provider, run__as_of=DAY, run__superseded_by=None)
    page = sign_in(owner_of(cards[1].provider)).get(
        f"/provider/scorecard/{again.pk}/move/?before={cards[1].pk}&after={again.pk}"
    )
    assert page.context["move"].sentences[0] == ("Jun 30, 2025 was computed again: the score went from 38.0 to 54.0.")


def test_everybody_else_finds_nothing(cards: list[Scorecard]) -> None:
    stranger, own, other = owner_of(cards[0].provider), cards[0], cards[1]
    page, client = sign_in(stranger), api(stranger)
    for tab in TABS:
        assert page.get(f"/provider/scorecard/{own.pk}/{tab}").status_code == 200, tab
        assert page.get(f"/provider/scorecard/{other.pk}/{tab}").status_code == 404, tab
        assert page.get(f"/staff/scorecards/{own.pk}/{tab}").status_code == 403, tab
    for name in ("before", "after"):
        assert page.get(f"/provider/scorecard/{own.pk}/move/?{name}={other.pk}").status_code == 404
    for part in PARTS:
        assert client.get(f"/api/v1/scorecards/{own.pk}{part}").status_code == 200, part
        assert client.get(f"/api/v1/scorecards/{other.pk}{part}").status_code == 404, part
    asked = {"values": {"click_rate": 0.6}}
    assert client.post(f"/api/v1/scorecards/{own.pk}/what-if", asked).json()["after"]["composite"] == 75.0
    assert client.post(f"/api/v1/scorecards/{other.pk}/what-if", asked).status_code == 404
    assert client.get(f"/api/v1/scorecards/{own.pk}/move?since={other.pk}").status_code == 404
    assert client.post(f"/api/v1/score-runs/{own.run_id}/what-if", {}).status_code == 404


def test_staff_read_them_of_everybody(cards: list[Scorecard]) -> None:
    auditor = sign_in(make_staff(Role.AUDITOR))
    for card in cards:
        for tab in TABS:
            assert auditor.get(f"/staff/scorecards/{card.pk}/{tab}").status_code == 200, tab


def test_weights_are_for_analysts(cards: list[Scorecard]) -> None:
    address, run = f"/staff/score-runs/{cards[0].run_id}/what-if/", cards[0].run_id
    assert sign_in(make_staff(Role.AUDITOR)).get(address).status_code == 403
    asked = {"capabilities": {"traffic_marketing": 60, "service_fulfilment": 40}}
    assert api(make_staff(Role.AUDITOR)).post(f"/api/v1/score-runs/{run}/what-if", asked).status_code == 403
    answer = api(make_staff(Role.SCORING_ANALYST)).post(f"/api/v1/score-runs/{run}/what-if", asked).json()
    assert (answer["ranked"], answer["capabilities"][0]["after"]) == (3, pytest.approx(0.6))
    assert answer["tiers"][0] == {"level": 1, "before": 1, "after": 1}
    page = sign_in(make_staff(Role.SCORING_ANALYST)).get(f"{address}?v_traffic_marketing=60")
    assert [round(row.after, 3) for row in page.context["answer"].capabilities] == [0.5, 0.5]


def test_a_provider_without_facts_is_told_so(cards: list[Scorecard]) -> None:
    provider = make_provider(status="admitted")
    run = make_run(now=MORNING_AFTER)
    card = Scorecard.objects.get(run=run, provider=provider)
    page = sign_in(owner_of(provider))
    for tab in TABS:
        assert page.get(f"/provider/scorecard/{card.pk}/{tab}").status_code == 200, tab
    refused = api(owner_of(provider)).get(f"/api/v1/scorecards/{card.pk}/peers")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_compare")


def test_the_sliders_work_as_a_plain_form(cards: list[Scorecard]) -> None:
    client = sign_in(owner_of(cards[0].provider))
    address = f"/provider/scorecard/{cards[0].pk}/what-if/"
    start = {"v_click_rate": "50", "r_click_rate": "50", "v_promise_rate": "80", "r_promise_rate": "80"}
    assert client.get(address, start).context["answer"].total == 0
    by_number = client.get(address, {**start, "v_click_rate": "60"})
    by_slider = client.get(address, {**start, "r_click_rate": "60"})
    assert [page.context["answer"].after.composite for page in (by_number, by_slider)] == [75.0, 75.0]
    # On the page drawn then, both show 60; now the slider alone is moved on.
    on = client.get(address, {**start, "p_click_rate": "60", "v_click_rate": "60", "r_click_rate": "70"})
    assert on.context["answer"].after.composite == 79.0
    back = client.get(address, {**start, "p_click_rate": "60", "v_click_rate": "", "r_click_rate": "60"})
    assert back.context["answer"].total == 0
    assert client.get(address, {"v_click_rate": "many"}).status_code == 400
    assert client.get(address, {"v_click_rate": "120"}).status_code == 400
    part = client.get(address, {"v_click_rate": "60"}, headers={"HX-Request": "true"})
    assert "<form" not in part.content.decode()
    assert 'hx-swap-oob="true"' in part.content.decode()


def test_asking_is_rated_and_changes_nothing(cards: list[Scorecard], settings: Any) -> None:
    settings.PAGE_RATES = {**settings.PAGE_RATES, "what_if": "2/minute"}
    owner = owner_of(cards[0].provider)
    client, address = sign_in(owner), f"/provider/scorecard/{cards[0].pk}/what-if/?v_click_rate=60"
    before = list(Scorecard.objects.order_by("pk").values())
    answers = [client.get(address).status_code for _ in range(5)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert list(Scorecard.objects.order_by("pk").values()) == before


ADDRESSES = [
    *(f"/provider/scorecard/{{card}}/{tab}" for tab in TABS),
    *(f"/api/v1/scorecards/{{card}}{part}" for part in PARTS),
]
BUDGET = 20


@pytest.mark.parametrize("address", ADDRESSES)
def test_more_runs_and_peers_cost_no_more_queries(address: str) -> None:
    make_published_model()
    provider = make_provider(status="admitted")

    def add_day(age: int) -> Scorecard:
        codes = [provider.code, *(make_provider(status="admitted").code for _ in range(age))]
        make_facts([{"provider": code, **work(300, 1, 40)} for code in codes], day=DAY + timedelta(days=age))
        run = make_run(as_of=DAY + timedelta(days=age), now=MORNING_AFTER + timedelta(days=age))
        return Scorecard.objects.get(run=run, provider=provider)

    def count(card: Scorecard) -> int:
        path = address.format(card=card.pk)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    client = sign_in(owner_of(provider))
    add_day(0)
    few = count(add_day(1))
    add_day(2)
    assert count(add_day(3)) <= few <= BUDGET


def test_weights_cost_no_more_queries_with_more_providers(cards: list[Scorecard]) -> None:
    client = sign_in(make_staff(Role.SCORING_ANALYST))
    address = f"/staff/score-runs/{cards[0].run_id}/what-if/?v_traffic_marketing=90"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= BUDGET
