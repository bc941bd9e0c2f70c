"""Measures from live facts: exact sums and rates over the settled window, repeats, unknowns."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from common.jobs.services import enqueue
from providers.criteria.measure_models import MeasureRun, ProviderMeasures
from providers.criteria.measures import MEASURE_NAMES, collect_signals
from providers.registry.status_services import clear_out_provider
from scoring.measures.compute import measure_providers
from scoring.measures.tasks import MEASURE, measure
from tests.factories.accounts import make_staff
from tests.factories.facts import fact_row, make_batch
from tests.factories.providers import make_external_provider, make_provider

pytestmark = pytest.mark.django_db

DAY = date(2024, 6, 30)
LAST = DAY - timedelta(days=14)  # the newest settled day
FIRST = LAST - timedelta(days=89)


@pytest.fixture(autouse=True)
def facts_root(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.FACTS_ROOT = tmp_path / "facts"
    with translation.override("en"):
        yield


def measured(pk: int) -> dict[str, Any]:
    return ProviderMeasures.objects.values(*MEASURE_NAMES).get(provider=pk)


def test_sums_and_rates_over_the_settled_window(tmp_path: Path) -> None:
    busy, idle = make_provider(), make_provider()
    outside = make_external_provider("X1")
    rows = [
        fact_row(busy.code, FIRST - timedelta(days=1), orders=900, gmv_minor=1, merchant="M000009"),
        fact_row(
            busy.code, FIRST, orders=60, gmv_minor=5000, refunded_orders=6, refunded_gmv_minor=500, complaints=1,
            shipments=50, on_time_shipments=45, sla_total=10, sla_hits=8, live_minutes=90,
        ),
        fact_row(busy.code, LAST, orders=40, gmv_minor=3000, merchant="M000002", live_minutes=30, refunded_orders=4),
        fact_row(busy.code, LAST + timedelta(days=1), orders=70, refunded_orders=70, merchant="M000003"),
        fact_row(busy.code, LAST + timedelta(days=10), live_minutes=5),
        fact_row(busy.code, DAY, viewers=5),
        fact_row(busy.code, DAY + timedelta(days=1), live_minutes=5),
        fact_row(outside.code, LAST, orders=5),
    ]  # fmt: skip
    make_batch(tmp_path / "facts.csv", rows)
    run = measure_providers(DAY)
    assert (run.measured_on, run.provider_count) == (DAY, 2)
    assert measured(busy.pk) == {
        "gmv_90d": 7500,
        "orders_90d": 100.0,
        "refund_rate_90d": 0.1,
        "complaint_rate_90d": 0.01,
        "on_time_rate_90d": 0.9,
        "sla_rate_90d": 0.8,
        "live_hours_90d": 2.0,
        "merchants_90d": 2.0,
        "days_since_last_work": 4.0,
    }
    counts = {"gmv_90d": 0, "orders_90d": 0.0, "live_hours_90d": 0.0, "merchants_90d": 0.0}
    assert measured(idle.pk) == dict.fromkeys(MEASURE_NAMES) | counts


def test_a_repeat_changes_nothing_and_new_facts_do(tmp_path: Path) -> None:
    provider = make_provider()
    make_batch(tmp_path / "one.csv", [fact_row(provider.code, LAST, orders=5)], source="one")
    first = measure_providers(DAY)
    assert measure_providers(DAY) == first
    make_batch(tmp_path / "two.csv", [fact_row(provider.code, LAST, orders=7)], source="two")
    second = measure_providers(DAY)
    assert second != first
    assert MeasureRun.objects.count() == 2
    assert collect_signals(np.array([provider.pk]), DAY)["orders_90d"].tolist() == [12.0]


def test_without_facts_everything_is_unknown() -> None:
    provider = make_provider(status="probation")
    cleared = make_provider(status="probation")
    clear_out_provider(provider_id=cleared.pk, by=make_staff("conduct_officer"), note="Fake orders.")
    assert measure_providers(DAY).provider_count == 1
    assert measured(provider.pk) == dict.fromkeys(MEASURE_NAMES)


def test_as_a_job() -> None:
    make_provider()
    job = enqueue(MEASURE, day=DAY.isoformat())
    measure(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.result) == ("done", {"day": DAY.isoformat(), "providers": 1})
