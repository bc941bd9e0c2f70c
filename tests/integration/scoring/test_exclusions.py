"""What a run leaves out, what it writes about that, and that both are part of its identity."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.roles import Role
from providers.registry.models import Provider
from scoring.capabilities.enums import ExclusionReason
from scoring.capabilities.exclusion_models import Exclusion
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.replay import replay_run
from scoring.facts.related_models import RelatedMerchant
from scoring.facts.related_services import end_related, record_related
from tests.factories.accounts import make_staff
from tests.factories.disputes import make_fake_orders, run_recomputations
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, make_facts, make_published_model, make_run, small_model, work

pytestmark = pytest.mark.django_db


def strict_model(*, share: float = 1.0, lag: int = 0, settled: str = "") -> str:
    """The small model with limits on what counts."""
    window = f"half_life = 0.0\nsettlement_lag = {lag}\n" + (f'settled = ["{settled}"]\n' if settled else "")
    return small_model().replace("half_life = 0.0\n", f"{window}\n[integrity]\nmerchant_share = {share}\n")


def relate(provider: Provider, merchant: str) -> RelatedMerchant:
    officer = make_staff(Role.CONDUCT_OFFICER)
    return record_related(provider_id=provider.pk, merchant=merchant, note="The owner's brother.", by=officer)


def entries(run: ScoreRun, provider: Provider) -> list[tuple[object, ...]]:
    rows = Exclusion.objects.filter(run=run, provider=provider).order_by("reason", "merchant")
    return [(one.reason, one.merchant, one.rows, one.orders, one.gmv_minor) for one in rows]


def test_facts_of_a_related_merchant_are_left_out_and_told() -> None:
    make_published_model()
    provider = make_provider(status="admitted")
    make_facts(
        [
            {"provider": provider.code, "merchant": "M1", **work(500, 10, 40), "gmv_minor": 700},
            {"provider": provider.code, "merchant": "M2", **work(100, 50, 10), "gmv_minor": 300},
            {"provider": provider.code, "merchant": "M2", "day": DAY - timedelta(days=80), "orders": 5},
        ]
    )
    before = make_run()
    assert entries(before, provider) == []
    pair = relate(provider, "M2")
    after = make_run()
    assert (after.related_ids, after.input_digest != before.input_digest) == ([pair.pk], True)
    assert entries(after, provider) == [(ExclusionReason.RELATED, "M2", 1, 100, 300)]
    assert Exclusion.objects.get().grounds == ["known_to_staff"]
    card = Scorecard.objects.get(run=after, provider=provider)
    assert card.raw == [0.5, 0.1, 0.8]
    assert replay_run(after).equal


def test_a_pair_that_has_ended_counts_again_and_the_earlier_run_still_replays() -> None:
    make_published_model()
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, "merchant": "M1", **work(500, 10, 40)}])
    pair = relate(provider, "M1")
    run = make_run()
    assert Scorecard.objects.get(run=run).reason == "no_facts"
    end_related(related_id=pair.pk, by=make_staff(Role.CONDUCT_OFFICER), note="They only share a name.")
    again = make_run()
    assert (again.related_ids, Scorecard.objects.get(run=again).composite) == ([], 71.0)
    assert replay_run(run).equal
    assert run.result_digest != again.result_digest


def test_one_merchants_share_is_capped_and_told() -> None:
    make_published_model(strict_model(share=0.4))
    provider = make_provider(status="admitted")
    make_facts(
        [
            {"provider": provider.code, "merchant": "M1", **work(500, 8, 40, orders=80), "gmv_minor": 1001},
            {"provider": provider.code, "merchant": "M2", **work(100, 2, 40, orders=20), "gmv_minor": 50},
        ]
    )
    run = make_run()
    # Half of all that M1 brought counts: 350 of 1,500 exposures' clicks, 6 of 60 orders refunded.
    card = Scorecard.objects.get(run=run)
    assert card.evidence == pytest.approx([1500.0, 60.0, 75.0], abs=1e-9)
    assert card.raw[1] == pytest.approx(0.1, abs=1e-12)
    assert entries(run, provider) == [(ExclusionReason.SHARE, "M1", 1, 40, 500)]
    assert Exclusion.objects.get().counted == 0.5
    assert replay_run(run).equal


def test_what_must_settle_waits_and_is_told() -> None:
    make_published_model(strict_model(lag=14, settled="orders"))
    provider = make_provider(status="admitted")
    make_facts(
        [
            {"provider": provider.code, "day": DAY, **work(500, 90, 40), "gmv_minor": 900},
            {"provider": provider.code, "day": DAY - timedelta(days=14), **work(100, 20, 10)},
        ]
    )
    run = make_run()
    card = Scorecard.objects.get(run=run)
    # Clicks and promises of both days count, orders and their refunds of the settled one alone.
    assert card.raw == [0.3, 0.2, 0.5]
    assert card.evidence == [2000.0, 100.0, 100.0]
    assert entries(run, provider) == [(ExclusionReason.UNSETTLED, "", 1, 100, 900)]


def test_fake_orders_are_taken_away_and_told() -> None:
    make_published_model()
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, **work(500, 10, 40), "gmv_minor": 5000}])
    before = make_run()
    make_fake_orders(provider, orders=50, gmv_minor=2500, refunded_orders=5)
    run_recomputations()
    before.refresh_from_db()
    after = before.superseded_by
    assert entries(after, provider) == [(ExclusionReason.FAKE_ORDERS, "M000001", 1, 50, 2500)]
    assert Scorecard.objects.get(run=after).evidence == [1000.0, 50.0, 50.0]
    assert Scorecard.objects.get(run=after).raw[1] == pytest.approx(0.1)
    assert replay_run(after).equal


def test_fake_orders_of_a_related_merchant_are_told_once() -> None:
    make_published_model()
    provider = make_provider(status="admitted")
    make_facts(
        [
            {"provider": provider.code, **work(500, 10, 40)},
            {"provider": provider.code, "merchant": "M2", **work(1, 1, 1)},
        ]
    )
    make_fake_orders(provider, orders=50)
    relate(provider, "M000001")
    run = make_run()
    # The pair's facts are left out whole; the portal counted 100 orders of them before any was ruled fake.
    assert entries(run, provider) == [(ExclusionReason.RELATED, "M000001", 2, 50, 0)]


def test_exclusions_are_of_those_who_are_scored_alone() -> None:
    make_published_model(strict_model(lag=14))
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, **work(500, 10, 40)}, {"provider": "GONE", **work(1, 1, 1)}])
    run = make_run()
    assert [one.provider_id for one in Exclusion.objects.filter(run=run)] == [provider.pk]


def test_runs_of_the_first_form_replay_as_they_were() -> None:
    """A run from before exclusions were kept: neither its digests nor its ledger know them."""
    make_published_model(strict_model(lag=14))
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, "day": DAY - timedelta(days=age), **work(500, 10, 40)} for age in (3, 20)])
    run = make_run()
    old = ScoreRun(
        scoring_model=run.scoring_model,
        as_of=run.as_of,
        batch_ids=run.batch_ids,
        seed=run.seed,
        digest_form=1,
        pk=run.pk,
    )
    found = replay_run(old)
    assert found.input_digest != run.input_digest
    assert found.result_digest != run.result_digest
    assert replay_run(run).equal


def test_exclusions_are_final() -> None:
    make_published_model(strict_model(lag=14))
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, **work(500, 10, 40)}])
    run = make_run()
    for change in (lambda: Exclusion.objects.update(rows=0), lambda: Exclusion.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            change()
    for fault in ({"reason": "weather"}, {"rows": -1}, {"counted": 1.5}, {}):
        values = {"reason": "unsettled", "rows": 1, "orders": 1, "gmv_minor": 1, **fault}
        with pytest.raises(IntegrityError), transaction.atomic():
            Exclusion.objects.create(run=run, provider=provider, **values)
    with pytest.raises(InternalError), transaction.atomic():
        ScoreRun.objects.filter(pk=run.pk).update(related_ids=[7])
