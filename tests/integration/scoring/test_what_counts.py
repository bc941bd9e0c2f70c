"""Previews, the rule lab and outlooks rest on what a run rests on: corrections count, related merchants do not."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from providers.registry.models import Provider
from scoring.capabilities.arrays import standpoint_of
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.outlook import OWN, look_ahead, own_facts
from scoring.capabilities.preview import preview_metric
from tests.factories.disputes import make_fake_orders
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, work
from tests.integration.scoring.test_exclusions import relate, strict_model
from tests.integration.scoring.test_lab import try_it

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> ScoreRun:
    """A run with a correction, a related merchant, a capped one, and orders that have not settled."""
    make_published_model(strict_model(share=0.6, lag=5, settled="orders"))
    for number in range(3):
        provider = make_provider(status="admitted")
        make_facts(
            [
                {"provider": provider.code, "merchant": merchant, "day": DAY - timedelta(days=age), **work(*numbers)}
                for age in (2, 8, 20)
                for merchant, numbers in (
                    ("M000001", (300 + 50 * number, 8, 30)),
                    ("M2", (100, 2 + number, 20)),
                    ("M3", (700, 30, 3)),
                )
            ]
        )
        relate(provider, "M3")
        make_fake_orders(provider, day=DAY - timedelta(days=8), orders=25)
    return make_run()


def test_the_lab_finds_the_scores_of_the_run(run: ScoreRun) -> None:
    result = try_it(run.scoring_model, run, replicates=3).results.get()
    assert result.affected_count == 0
    assert {move.score_change for move in result.moves.all()} == {0.0}
    assert result.summary["reproduced"] is True


def test_the_preview_finds_the_values_of_the_run(run: ScoreRun) -> None:
    rule = run.scoring_model.rule
    cards = Scorecard.objects.filter(run=run)
    for index, metric in enumerate(rule.metrics):
        found = preview_metric(rule, metric)
        raw = sorted(card.raw[index] for card in cards)
        assert (found.assessed, found.raw.quartiles[1]) == (3, pytest.approx(raw[1], abs=1e-12))
        assert found.raw.edges[0] == pytest.approx(raw[0], abs=1e-9)


def test_an_outlook_rests_on_what_counts(run: ScoreRun) -> None:
    card = Scorecard.objects.select_related("run__scoring_model", "provider").filter(run=run).first()
    assert card is not None
    standpoint = standpoint_of(card)
    assert standpoint is not None
    with own_facts(standpoint, run.scoring_model.rule, run.as_of) as connection:
        merchants, orders = connection.execute(f"SELECT list(DISTINCT merchant), sum(orders) FROM {OWN}").fetchall()[0]
    assert sorted(merchants) == ["M000001", "M2"]
    assert orders == sum(work(1, 1, 1)["orders"] for _ in range(6)) - 25
    assert Provider.objects.count() == 3


def test_an_outlook_says_what_the_run_of_that_day_finds(run: ScoreRun) -> None:
    cards = Scorecard.objects.select_related("run__scoring_model", "provider").filter(run=run).order_by("provider")
    standpoints = [standpoint_of(card) for card in cards]
    with override("en"):
        ahead = [look_ahead(standpoint) for standpoint in standpoints if standpoint is not None]
    quiet = [outlook.scenarios[0].days[0] for outlook in ahead]
    assert [day.days for day in quiet] == [7, 7, 7]
    later = Scorecard.objects.filter(
        run=make_run(as_of=DAY + timedelta(days=7), now=MORNING_AFTER + timedelta(days=7))
    ).order_by("provider")
    assert [day.composite for day in quiet] == pytest.approx([card.composite for card in later], abs=1e-9)
    assert [day.composite for day in quiet] != pytest.approx([card.composite for card in cards], abs=1e-3)
    assert ahead[0].fading[0] == "By Jul 7, 2025 the days from Jun 1, 2025 to Jun 7, 2025 leave the window of 30 days."
    assert ahead[0].fading[-1] == "Figures that still settle leave it 5 days later."


def test_an_outlook_changes_with_a_correction_and_a_related_merchant(run: ScoreRun) -> None:
    def outlook_of(card: Scorecard) -> float:
        standpoint = standpoint_of(card)
        assert standpoint is not None
        score = look_ahead(standpoint).scenarios[0].days[0].composite
        assert score is not None
        return score

    card = Scorecard.objects.select_related("run__scoring_model", "provider").filter(run=run).earliest("provider")
    before = outlook_of(card)
    make_fake_orders(card.provider, day=DAY - timedelta(days=20), orders=60)
    corrected = outlook_of(card)
    assert corrected < before
    relate(card.provider, "M2")
    assert outlook_of(card) != pytest.approx(corrected, abs=1e-3)
