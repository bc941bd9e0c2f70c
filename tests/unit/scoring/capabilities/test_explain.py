"""Explanations: the ledger in words, and moves whose parts sum to the whole."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils.translation import override

from engine.model import Integrity
from engine.model_toml import load_model
from scoring.capabilities import selectors
from scoring.capabilities.enums import CardStatus
from scoring.capabilities.explain import explain_scorecard, say_status
from scoring.capabilities.models import Scorecard
from scoring.capabilities.moves import explain_move, shown_total, signed
from scoring.capabilities.rules import describe_rule
from scoring.capabilities.words import format_change
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, small_model, work

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=1)


@pytest.fixture
def cards() -> tuple[Scorecard, Scorecard]:
    """One provider on two days: more clicks, more refunds, and no promises counted on the first day."""
    make_published_model()
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, **work(200, 10, 0, promises=0)}])
    make_run()
    make_facts([{"provider": provider.code, **work(800, 50, 20)}], day=LATER)
    make_run(as_of=LATER, now=MORNING_AFTER + timedelta(days=1))
    first, second = Scorecard.objects.order_by("run__as_of")
    return first, second


def test_the_ledger_says_what_is_missing(cards: tuple[Scorecard, Scorecard]) -> None:
    with override("en"):
        rows = explain_scorecard(cards[0])
    assert [row.key for row in rows] == ["traffic_marketing", "service_fulfilment"]
    promise = rows[1].metrics[1]
    assert (promise.key, promise.raw, promise.points) == ("promise_rate", None, None)
    assert promise.note == "Not assessed: needs 10 (Service promises due), has 0."
    assert rows[1].metrics[0].note == ""
    assert rows[0].metrics[0].raw_text == "20.0%"
    with override("zh-hans"):
        assert explain_scorecard(cards[0])[0].metrics[0].label == "点击率"


def test_a_move_sums_to_the_difference(cards: tuple[Scorecard, Scorecard]) -> None:
    move = explain_move(*cards)
    # Day one: 0.4 * 20 + 0.6 * 90 = 62. Day two: 1,000 of 2,000 clicks, 60 of 200 refunds, 20 of 50 promises:
    # 0.4 * 50 + 0.6 * (70 + 40) / 2 = 53.
    assert (cards[0].composite, cards[1].composite, move.total) == (62.0, 53.0, -9.0)
    assert sum(metric.points for metric in move.metrics) + move.other == pytest.approx(move.total, abs=1e-9)
    assert sum(part.points for part in move.capabilities) + move.other == pytest.approx(move.total, abs=1e-9)
    points = {metric.key: round(metric.points, 9) for metric in move.metrics}
    assert points == {"click_rate": 12.0, "refund_rate": -33.0, "promise_rate": 12.0}


def test_a_move_is_told_in_sentences(cards: tuple[Scorecard, Scorecard]) -> None:
    with override("en"):
        sentences = explain_move(*cards).sentences
    assert sentences == (
        "The score fell by 9.0 points between Jun 30, 2025 and Jul 1, 2025, from 62.0 to 53.0.",
        "Refund rate worsened from 10.0% to 30.0%: −33.0 points.",
        "Click rate improved from 20.0% to 50.0%: +12.0 points.",
        "Promise rate is assessed now, at 40.0%: +12.0 points.",
    )


def test_a_told_move_is_the_difference_of_the_told_scores(cards: tuple[Scorecard, Scorecard]) -> None:
    before, after = cards
    before.composite, after.composite = 94.049, 93.86
    told = shown_total(before, after)
    assert told is not None
    assert (str(told), signed(told), signed(0)) == ("-0.1", "−0.1", "0.0")
    before.composite = None
    assert shown_total(before, after) is None


@pytest.mark.parametrize(
    ("before", "after", "unit", "texts"),
    [
        (0.9041, 0.9038, "share", ("90.41%", "90.38%")),
        (0.9, 0.8, "share", ("90.0%", "80.0%")),
        (151.21, 151.24, "", ("151.21", "151.24")),
        (0.5, 0.5, "share", ("50.0%", "50.0%")),
        (None, 3.5, "", ("—", "3.50")),
    ],
)
def test_a_change_shows_the_decimals_that_tell_it(
    before: float | None, after: float | None, unit: str, texts: tuple[str, str]
) -> None:
    with override("en"):
        assert format_change(before, after, unit) == texts


def test_no_move_is_told_where_a_score_is_missing(cards: tuple[Scorecard, Scorecard]) -> None:
    before, after = cards
    before.status, before.composite = CardStatus.NOT_ASSESSED, None
    move = explain_move(before, after)
    assert (move.total, move.metrics, len(move.sentences)) == (None, (), 1)


def test_status_sentences(cards: tuple[Scorecard, Scorecard]) -> None:
    with override("en"):
        assert say_status(cards[1]) == "Score 53.0; too little evidence for an interval."
        cards[1].lower, cards[1].upper = 50.0, 56.5
        assert say_status(cards[1]) == "Score 53.0, with 90 % certainty between 50.0 and 56.5."


def test_earlier_cards_and_the_one_to_compare_with(cards: tuple[Scorecard, Scorecard]) -> None:
    first, second = cards
    assert list(selectors.earlier_cards_of(second)) == [first]
    assert selectors.previous_card_of(second) == selectors.card_to_compare(second) == first
    assert selectors.card_to_compare(first) is None
    assert [card.pk for card in selectors.history_of(second.provider_id)] == [second.pk, first.pk]


def test_a_rule_is_described_in_both_languages() -> None:
    rule = load_model(small_model())
    with override("en"):
        told = describe_rule(rule)
    assert [part.weight for part in told["capabilities"]] == [0.4, 0.6]
    metric = told["capabilities"][1].metrics[0]
    assert (metric.formula, metric.direction) == ("(refunded_orders) / (orders)", "lower is better")
    assert (metric.evidence, metric.window) == ("30 (Orders)", "30 days, else 60")
    assert (told["settlement"], told["merchant_share"]) == ("", "")


@pytest.mark.parametrize(
    ("settled", "language", "settlement"),
    [
        ((), "en", "the last 14 days still settle and do not count"),
        (
            ("orders", "gmv_minor"),
            "en",
            "the last 14 days still settle and do not count in metrics of: Orders, GMV",
        ),
        (("orders",), "zh-hans", "最近14天仍在结算，不计入以下数据的指标：成交订单数"),
    ],
)
def test_a_rule_says_what_still_settles(settled: tuple[str, ...], language: str, settlement: str) -> None:
    rule = load_model(small_model())
    rule = replace(rule, window=replace(rule.window, settlement_lag=14, settled=settled))
    with override(language):
        assert describe_rule(rule)["settlement"] == settlement


def test_a_rule_says_what_one_merchant_may_carry() -> None:
    rule = replace(load_model(small_model()), integrity=Integrity(0.4))
    told = "one merchant counts for at most 40% of a provider's Orders; what is above does not count"
    with override("en"):
        assert describe_rule(rule)["merchant_share"] == told
