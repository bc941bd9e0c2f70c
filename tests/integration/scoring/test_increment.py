"""A night goes on from the sums of the night before, and gives what a full run gives."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from accounts.roles import Role
from providers.registry.models import Provider
from scoring.capabilities.enums import ExclusionReason
from scoring.capabilities.exclusion_models import Exclusion
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.replay import replay_run
from scoring.facts.enums import FactBatchStatus
from scoring.facts.models import FactBatch
from scoring.facts.related_services import end_related
from tests.factories.accounts import make_staff
from tests.factories.disputes import make_fake_orders
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, small_model, work
from tests.integration.scoring.test_exclusions import relate, strict_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Provider:
    shutil.rmtree(sums_folder(), ignore_errors=True)
    make_published_model(small_model(replicates=5))
    provider = make_provider(status="admitted")
    make_facts(
        [{"provider": provider.code, "day": DAY - timedelta(days=age), **work(50, 1, 40)} for age in (3, 33, 59)]
    )
    return provider


def sums_folder() -> Path:
    return Path(settings.FACTS_ROOT) / "sums"


def morning(night: int) -> tuple[date, datetime]:
    return DAY + timedelta(days=night), MORNING_AFTER + timedelta(days=night)


def run_night(night: int) -> ScoreRun:
    day, now = morning(night)
    return make_run(as_of=day, now=now)


def facts_of(night: int, provider: Provider, clicks: int = 80) -> FactBatch:
    return make_facts([{"provider": provider.code, "day": DAY + timedelta(days=night), **work(clicks, 2, 45)}])


def test_a_night_reads_the_days_that_move_alone_and_equals_a_full_run(provider: Provider) -> None:
    first = run_night(0)
    assert first.advanced_from is None
    other = make_provider(status="admitted")
    for night in (1, 2, 3):
        facts_of(night, other if night == 2 else provider)
        run = run_night(night)
        assert run.advanced_from == DAY + timedelta(days=night - 1)
        replay = replay_run(run)  # in full
        assert (replay.equal, replay.result_digest) == (True, run.result_digest)
    last = ScoreRun.objects.order_by("pk").last()
    assert last is not None
    assert Scorecard.objects.filter(run=last).count() == 2
    assert last.fact_count == 5  # of six rows the oldest has left the window
    assert sorted(path.name for path in next(sums_folder().iterdir()).iterdir()) == ["2025-07-02", "2025-07-03"]


def test_facts_that_come_late_or_change_are_summed_in_full(provider: Provider) -> None:
    run_night(0)
    facts_of(1, provider)
    make_facts([{"provider": provider.code, "day": DAY - timedelta(days=8), **work(10, 30, 5)}])  # late
    late = run_night(1)
    assert late.advanced_from is None
    batch = facts_of(2, provider)
    assert run_night(2).advanced_from == DAY + timedelta(days=1)
    FactBatch.objects.filter(pk=batch.pk).update(
        status=FactBatchStatus.SUPERSEDED, successor=facts_of(2, provider, clicks=20), superseded_at=MORNING_AFTER
    )
    facts_of(3, provider)
    corrected = run_night(3)
    assert corrected.advanced_from is None
    assert replay_run(corrected).equal
    facts_of(4, provider)
    assert run_night(4).advanced_from == DAY + timedelta(days=3)


def test_a_batch_over_both_nights_counts_once(provider: Provider) -> None:
    make_facts([{"provider": provider.code, "day": DAY + timedelta(days=night), **work(70, 2, 45)} for night in (0, 1)])
    run_night(0)
    run = run_night(1)
    assert run.advanced_from == DAY
    assert replay_run(run).equal


def test_lost_or_broken_sums_cost_time_and_nothing_else(provider: Provider) -> None:
    run_night(0)
    (saved,) = sums_folder().glob("*/*/sums.npz")
    saved.write_bytes(saved.read_bytes()[:200])
    facts_of(1, provider)
    run = run_night(1)
    assert run.advanced_from is None
    assert replay_run(run).equal
    shutil.rmtree(sums_folder())
    facts_of(2, provider)
    assert run_night(2).advanced_from is None


def test_sums_that_cannot_be_kept_do_not_fail_the_run(provider: Provider) -> None:
    sums_folder().parent.mkdir(parents=True, exist_ok=True)
    sums_folder().write_text("in the way")
    try:
        assert run_night(0).assessed_count == 1
    finally:
        sums_folder().unlink()


def test_a_run_of_a_past_day_leaves_the_newest_sums(provider: Provider) -> None:
    for night in (5, 6):
        facts_of(night, provider)
        run_night(night)
    past = run_night(2)
    assert past.advanced_from is None
    names = sorted(path.name for path in next(sums_folder().iterdir()).iterdir())
    assert names == ["2025-07-05", "2025-07-06"]


def test_a_night_with_every_limit_equals_a_full_run() -> None:
    """Metrics that wait, a capped merchant, a related one, and orders ruled fake in the windows."""
    shutil.rmtree(sums_folder(), ignore_errors=True)
    make_published_model(strict_model(share=0.4, lag=3, settled="orders").replace("replicates = 0", "replicates = 5"))
    provider = make_provider(status="admitted")
    make_facts(
        [
            {"provider": provider.code, "day": DAY - timedelta(days=age), "merchant": merchant, **work(90, 3, 40)}
            for age in (0, 2, 5, 9, 31, 58)
            for merchant in ("M000001", "M2", "M3", "M4")[: 1 + age % 4]
        ]
    )
    make_fake_orders(provider, day=DAY - timedelta(days=9), orders=20)
    related = relate(provider, "M2")
    assert run_night(0).advanced_from is None
    for night in range(1, 4):
        make_facts(
            [
                {"provider": provider.code, "day": DAY + timedelta(days=night), "merchant": name, **work(70, 5, 30)}
                for name in ("M000001", "M3")
            ]
        )
        run = run_night(night)
        assert run.advanced_from == DAY + timedelta(days=night - 1)
        assert replay_run(run).equal  # in full, what is left out included
        reasons = set(Exclusion.objects.filter(run=run).values_list("reason", flat=True))
        assert {ExclusionReason.SHARE, ExclusionReason.FAKE_ORDERS, ExclusionReason.UNSETTLED} <= reasons
    facts_of(4, provider)
    end_related(related_id=related.pk, by=make_staff(Role.CONDUCT_OFFICER), note="They only share a name.")
    other = run_night(4)
    assert (other.advanced_from, replay_run(other).equal) == (None, True)


def test_a_correction_of_a_shared_day_is_summed_in_full(provider: Provider) -> None:
    run_night(0)
    facts_of(1, provider)
    make_fake_orders(provider, day=DAY - timedelta(days=3), orders=2)
    corrected = run_night(1)
    assert (corrected.advanced_from, replay_run(corrected).equal) == (None, True)
    facts_of(2, provider)
    again = run_night(2)
    assert (again.advanced_from, replay_run(again).equal) == (DAY + timedelta(days=1), True)
    # A correction of the day that has just come does not touch what the saved sums hold.
    facts_of(3, provider)
    make_fake_orders(provider, day=DAY + timedelta(days=3), orders=2, now=morning(3)[1])
    own = run_night(3)
    assert (own.advanced_from, replay_run(own).equal) == (DAY + timedelta(days=2), True)
