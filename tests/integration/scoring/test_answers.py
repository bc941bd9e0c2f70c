"""The questions that a score answers: what they say, who may ask, and what they cost."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from common.exceptions import Conflict, InvalidInput
from scoring.capabilities import array_files
from scoring.capabilities.arrays import arrays_of, standpoint_of
from scoring.capabilities.models import Scorecard
from scoring.capabilities.next_steps import find_steps
from scoring.capabilities.outlook import look_ahead
from scoring.capabilities.peers import compare_with_peers
from scoring.capabilities.replay import recompute_run
from scoring.capabilities.what_if import ask
from scoring.capabilities.what_if_weights import ask_weights
from tests.factories.accounts import make_staff
from tests.factories.providers import make_external_provider, make_provider, owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, work

pytestmark = pytest.mark.django_db
TABS = ("", "move/", "peers/", "next-steps/", "what-if/", "outlook/")
PARTS = ("", "/ledger", "/move", "/history", "/peers", "/next-steps", "/outlook")


@pytest.fixture
def cards() -> list[Scorecard]:
    """Three providers over two days and an outside one; on the second day they have 71, 38 and 66 points.

    The first: half the exposures clicked (50), a tenth refunded (90), four fifths of promises kept (80).
    The third has too few orders for its refund rate.
    """
    make_published_model()
    made = [make_provider(status="admitted") for _ in range(3)]
    figures = [(500, 10, 40, 100), (200, 50, 25, 100), (300, 0, 45, 12)]
    outside = make_external_provider("LIVE-1")
    for age in (1, 0):
        rows = [
            {"provider": each.code, **work(clicks - 100 * age, refunds, hits, orders=orders)}
            for each, (clicks, refunds, hits, orders) in zip(made, figures, strict=True)
        ]
        day = DAY - timedelta(days=40 * age)
        make_facts([*rows, {"provider": outside.code, **work(900, 0, 50)}], day=day)
        run = make_run(as_of=day)
    return [Scorecard.objects.get(run=run, provider=provider) for provider in made]


def sign_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def api(user: User) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(user)
    return client


def standpoint(card: Scorecard) -> Any:
    found = standpoint_of(card)
    assert found is not None
    return found


def test_nothing_asked_is_the_scorecard_itself(cards: list[Scorecard]) -> None:
    for card in cards:
        answer = ask(standpoint(card), {})
        assert answer.before == answer.after
        assert (answer.after.composite, answer.after.level, answer.after.rank) == (
            card.composite,
            card.level,
            card.rank,
        )
        assert [row.points for row in answer.metrics] == pytest.approx(
            [value or 0.0 for value in card.points], abs=1e-9
        )
        assert (answer.total, answer.other) == (0.0, 0.0)


def test_other_figures_give_the_score_worked_out_by_hand(cards: list[Scorecard]) -> None:
    # 0.4 * 20 + 0.6 * (50 + 50) / 2 = 38; with every click 0.4 * 100 + 30 = 70, which passes the third and not the
    # first, and reaches level 2.
    answer = ask(standpoint(cards[1]), {"click_rate": 1.0})
    assert (answer.before.composite, answer.after.composite, answer.total) == (38.0, 70.0, 32.0)
    assert (answer.before.level, answer.after.level) == (1, 2)
    assert (answer.before.rank, answer.after.rank, answer.ranked) == (3, 2, 3)
    assert (answer.before.place, answer.after.place, answer.peers) == (4, 3, 4)
    moved = {row.key: row.change for row in answer.metrics if row.change}
    assert moved == pytest.approx({"click_rate": 32.0})
    assert sum(row.points for row in answer.capabilities) == pytest.approx(70.0, abs=1e-9)


def test_a_metric_without_evidence_is_tried_on_the_least(cards: list[Scorecard]) -> None:
    # 0.4 * 30 + 0.6 * 90 = 66; with the refund rate at a half: 12 + 0.6 * (50 + 90) / 2 = 54.
    answer = ask(standpoint(cards[2]), {"refund_rate": 0.5})
    assert (answer.before.composite, answer.after.composite) == (66.0, 54.0)


def test_what_cannot_be_asked_is_refused(cards: list[Scorecard]) -> None:
    for values, code in (
        ({"luck": 1.0}, "unknown_metric"),
        ({"click_rate": 1.5}, "impossible_value"),
        ({"click_rate": float("inf")}, "impossible_value"),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask(standpoint(cards[0]), values)
        assert refused.value.reason == code


def test_steps_are_ranked_and_said(cards: list[Scorecard]) -> None:
    with override("en"):
        steps = find_steps(standpoint(cards[1]))
    # Promises 50 %, 80 %, 90 % and the outside one's 100 %: the first quarter is 72.5 %, worth 0.3 * 22.5 points.
    assert [row.key for row in steps.rows] == ["click_rate", "refund_rate", "promise_rate"]
    promise = steps.rows[2]
    assert (promise.line_name, promise.line_value) == ("first quartile", pytest.approx(0.725))
    assert promise.line_gain == pytest.approx(6.75, abs=1e-6)
    assert promise.sentence == (
        "If Promise rate rose from 50.0% to 72.5% (first quartile of the peers), the score would rise by 6.8 points."
    )
    # A tenth of the way from 72.5 to 97 %: 2.45 points of 50 promises.
    assert promise.effort_value == pytest.approx(0.5245)
    assert promise.effort_text == "1 more of 50 (Service promises due)"
    assert steps.bottleneck is not None
    assert (steps.bottleneck.key, steps.bottleneck.score) == ("traffic_marketing", 20.0)
    assert steps.bottleneck.gain == pytest.approx(0.4)


def test_a_step_of_what_is_not_assessed_says_so(cards: list[Scorecard]) -> None:
    with override("en"):
        refund = next(row for row in find_steps(standpoint(cards[2])).rows if row.key == "refund_rate")
    assert (refund.value, refund.effort_value, refund.line_name) == (None, None, "median")
    assert refund.sentence.endswith("would hardly change the score.")


def test_distances_to_the_peers(cards: list[Scorecard]) -> None:
    with override("en"):
        found = compare_with_peers(standpoint(cards[0]))
        assert found.metrics[0].gap_text == "+10.0 pp"
    click, refund, _promise = found.metrics
    # Clicks 20, 30, 50 and 90 %; refunds 0 (outside), 10 and 50 %, since the third has too few orders.
    assert (click.place, click.count, click.median, click.next_line) == (2, 4, pytest.approx(0.4), "third quartile")
    assert click.to_median == pytest.approx(0.1)
    assert (refund.place, refund.count, refund.median, refund.to_median) == (2, 3, pytest.approx(0.1), pytest.approx(0))
    assert (found.composite.value, found.composite.place, found.bottleneck) == (71.0, 2, "traffic_marketing")


def test_the_outlook_follows_the_facts_out_of_the_window(cards: list[Scorecard]) -> None:
    with override("en"):
        quiet, busy = look_ahead(standpoint(cards[0])).scenarios
    assert [one.days for one in quiet.days] == [7, 30, 60, 90]
    # Facts of one day, within 30 days, else within 60; the older day has left even those by then.
    assert [one.composite for one in quiet.days] == [71.0, 71.0, None, None]
    assert (quiet.days[2].assessed, quiet.days[2].rank) == (0, None)
    assert any("would not be assessed any more" in reason for reason in quiet.days[2].reasons)
    assert [one.composite for one in busy.days] == [71.0] * 4
    assert [one.change for one in busy.days] == [0.0] * 4
    with override("en"):
        fading = look_ahead(standpoint(cards[0])).fading
    assert fading[0] == "By Jul 7, 2025 the days from Jun 1, 2025 to Jun 7, 2025 leave the window of 30 days."


def test_other_weights_move_everybody(cards: list[Scorecard]) -> None:
    answer = ask_weights(cards[0].run, {"traffic_marketing": 1.0, "service_fulfilment": 0.0}, {})
    # Clicks alone: 50, 20 and 30; the outside one is scored and not ranked.
    assert (answer.ranked, answer.moved, answer.correlation) == (3, 0, pytest.approx(1.0))
    assert [(tier.level, tier.before, tier.after) for tier in answer.tiers] == [(1, 1, 2), (2, 3, 2)]
    assert (answer.changed_tier, answer.largest_change) == (1, pytest.approx(36.0))
    turned = ask_weights(cards[0].run, {"service_fulfilment": 1.0, "traffic_marketing": 0}, {"refund_rate": 0})
    # Promises alone: 80, 50 and 90.
    assert [(row.provider, row.climbed, row.score_after) for row in turned.up] == [(cards[2].provider, 1, 90.0)]
    assert [(row.provider, row.climbed) for row in turned.down] == [(cards[0].provider, -1)]
    assert [row.after for row in turned.capabilities] == [0.0, 1.0]
    assert ask_weights(cards[0].run, {}, {}).moved == 0


def test_impossible_weights_are_refused(cards: list[Scorecard]) -> None:
    for capabilities, metrics, code in (
        ({"luck": 1.0}, {}, "unknown_weight"),
        ({}, {"luck": 1.0}, "unknown_weight"),
        ({"traffic_marketing": -1.0}, {}, "bad_weight"),
        ({}, {"click_rate": 0.0}, "bad_weight"),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask_weights(cards[0].run, capabilities, metrics)
        assert refused.value.reason == code


def test_a_run_keeps_its_arrays_and_finds_them_again_when_they_are_gone(cards: list[Scorecard]) -> None:
    run = cards[0].run
    path = array_files.path_of(run.input_digest, run.result_digest)
    assert path.is_file()
    kept = arrays_of(run)
    path.unlink()
    array_files.load.cache_clear()
    again = arrays_of(run)
    assert path.is_file()
    for first, second in ((kept, again), (kept, array_files.arrays_from(recompute_run(run)))):
        np.testing.assert_array_equal(first.provider_ids, second.provider_ids)
        np.testing.assert_array_equal(first.basis.composite, second.basis.composite)
        for name, array in asdict(first.basis.spell).items():
            np.testing.assert_array_equal(array, getattr(second.basis.spell, name))


def test_a_run_that_comes_out_otherwise_is_refused(cards: list[Scorecard], monkeypatch: pytest.MonkeyPatch) -> None:
    run = cards[0].run
    run.batch_ids = run.batch_ids[:1]  # as if a file had gone missing
    array_files.path_of(run.input_digest, run.result_digest).unlink()
    array_files.load.cache_clear()
    with pytest.raises(Conflict) as refused:
        arrays_of(run)
    assert refused.value.reason == "run_not_repeatable"
    assert not array_files.path_of(run.input_digest, run.result_digest).exists()


def test_only_the_newest_files_are_kept(cards: list[Scorecard], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "KEPT_FILES", 1)
    arrays = arrays_of(cards[0].run)
    other = array_files.path_of("0" * 64, "1" * 64)
    array_files.keep_arrays(other, arrays)
    assert [path.name for path in other.parent.glob("*")] == [other.name]
    other.unlink()


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
