"""Previews, the rule lab and outlooks rest on what a run rests on: corrections count, related merchants do not."""

from datetime import timedelta

import pytest

from providers.registry.models import Provider
from scoring.capabilities.arrays import standpoint_of
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.outlook import OWN, own_facts
from scoring.capabilities.preview import preview_metric
from tests.factories.disputes import make_fake_orders
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, make_facts, make_published_model, make_run, work
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
