"""From facts to scorecards: small cases worked out by hand."""

import pytest

from providers.enums import Capability
from scoring.capabilities.enums import CardStatus, MetricReason, NotAssessed
from scoring.capabilities.models import Scorecard
from tests.factories.providers import make_external_provider, make_provider
from tests.factories.scoring import make_facts, make_published_model, make_run, work

pytestmark = pytest.mark.django_db

TRAFFIC = Capability.values.index("traffic_marketing")
SERVICE = Capability.values.index("service_fulfilment")


@pytest.fixture
def cards() -> dict[str, Scorecard]:
    """Four providers and an external one under the small model."""
    make_published_model()
    whole, weak, thin, silent = (
        make_provider(status="admitted", name=name) for name in ("甲公司", "乙公司", "丙公司", "丁公司")
    )
    outside = make_external_provider("LIVE-1")
    make_facts(
        [
            {"provider": whole.code, **work(500, 10, 40)},
            {"provider": weak.code, **work(200, 50, 25)},
            {"provider": thin.code, **work(300, 0, 45, orders=12)},
            {"provider": outside.code, **work(900, 0, 50)},
        ]
    )
    run = make_run()
    named = {"whole": whole, "weak": weak, "thin": thin, "silent": silent, "outside": outside}
    return {name: Scorecard.objects.get(run=run, provider=provider) for name, provider in named.items()}


def test_scores_are_those_worked_out_by_hand(cards: dict[str, Scorecard]) -> None:
    # 500 of 1,000 clicks: 50. 10 of 100 refunded: 90; 40 of 50 kept: 80; service 85. 0.4 * 50 + 0.6 * 85 = 71.
    whole = cards["whole"]
    assert whole.status == CardStatus.ASSESSED
    assert whole.composite == 71.0
    assert whole.capability_scores[TRAFFIC] == 50.0
    assert whole.capability_scores[SERVICE] == 85.0
    assert whole.raw == [0.5, 0.1, 0.8]
    assert whole.normalised == pytest.approx([50.0, 90.0, 80.0], abs=1e-9)
    assert whole.evidence == [1000.0, 100.0, 50.0]
    assert whole.weights == [1.0, 0.5, 0.5]
    assert whole.contributions == pytest.approx([50.0, 45.0, 40.0], abs=1e-9)
    assert whole.points == pytest.approx([20.0, 27.0, 24.0], abs=1e-9)
    assert (whole.level, cards["weak"].level) == (2, 1)
    assert cards["weak"].composite == 38.0


def test_a_metric_without_evidence_gives_its_weight_to_its_siblings(cards: dict[str, Scorecard]) -> None:
    # 12 orders are fewer than 30: the refund rate is not assessed. 0.4 * 30 + 0.6 * 90 = 66.
    thin = cards["thin"]
    assert thin.composite == 66.0
    assert thin.reasons == [MetricReason.ASSESSED, MetricReason.TOO_LITTLE_EVIDENCE, MetricReason.ASSESSED]
    assert thin.normalised[1] is None
    assert thin.weights == [1.0, None, 1.0]
    assert thin.points[1] is None
    assert thin.evidence[1] == 12.0
    assert thin.metrics_assessed == 2


def test_a_provider_without_facts_is_not_assessed_and_has_no_zero(cards: dict[str, Scorecard]) -> None:
    silent = cards["silent"]
    assert (silent.status, silent.reason) == (CardStatus.NOT_ASSESSED, NotAssessed.NO_FACTS)
    assert (silent.composite, silent.rank, silent.level) == (None, None, None)
    assert silent.capability_scores == [None] * 5
    assert silent.normalised == [None] * 3
    assert silent.reasons == [MetricReason.NO_DATA] * 3


def test_external_providers_are_scored_and_never_ranked(cards: dict[str, Scorecard]) -> None:
    outside = cards["outside"]
    assert outside.external
    assert outside.composite == pytest.approx(36.0 + 60.0, abs=1e-6)
    assert outside.rank is None
    assert [cards[name].rank for name in ("whole", "thin", "weak")] == [1, 2, 3]


def test_points_sum_to_the_composite(cards: dict[str, Scorecard]) -> None:
    for name in ("whole", "weak", "thin", "outside"):
        card = cards[name]
        parts = sum(value for value in card.points if value is not None)
        assert parts == pytest.approx(card.exact, abs=1e-9)
        capabilities = sum(value for value in card.capability_points if value is not None)
        assert capabilities == pytest.approx(card.exact, abs=1e-9)
        assert card.composite == pytest.approx(card.exact + card.gate_effect, abs=1e-6)
    run = cards["whole"].run
    assert (run.provider_count, run.assessed_count, run.fact_count) == (5, 4, 4)
