"""Measures at rest: stored once, read in any order, as history; and signals gathered from every room."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.audit.selectors import entries_of
from common.exceptions import Conflict
from engine.forecast import trend_of
from providers.criteria.measure_models import MeasureRun, ProviderMeasures
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES, STALE_DAYS, collect_signals, measure_history, measure_trends
from providers.criteria.selectors import judge_providers
from providers.criteria.signals import SIGNAL_NAMES, SIGNALS
from providers.criteria.signals import collect_signals as collect_all
from providers.registry.services import declare_leave
from tests.factories.criteria import make_published_set
from tests.factories.providers import make_certified_trader, make_provider, make_trader, owner_of

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)
NAN = float("nan")


def store(ids: list[int], values: list[float], *, day: date = DAY, digest: str = "a") -> MeasureRun:
    columns = {name: np.array(values) for name in MEASURE_NAMES}
    return store_measures(day=day, provider_ids=np.array(ids), columns=columns, input_digest=digest)


def test_what_is_stored_is_read_in_the_order_asked_for() -> None:
    first, second, third = (make_provider().pk for _number in range(3))
    run = store([first, second], [0.5, NAN])
    assert [entry.action for entry in entries_of(run)] == ["measures.store"]
    row = ProviderMeasures.objects.get(provider=second)
    assert (row.gmv_90d, row.refund_rate_90d) == (None, None)
    found = collect_signals(np.array([third, second, first]), DAY)
    assert set(found) == set(MEASURE_NAMES)
    np.testing.assert_array_equal(found["refund_rate_90d"], [NAN, NAN, 0.5])
    np.testing.assert_array_equal(collect_signals(np.array([], dtype=np.int64), DAY)["gmv_90d"], [])


def test_the_same_inputs_are_stored_once() -> None:
    provider = make_provider().pk
    run = store([provider], [0.5])
    assert store([provider], [0.5]) == run
    later = store([provider], [0.7], digest="b")
    assert later != run
    assert collect_signals(np.array([provider]), DAY)["sla_rate_90d"].tolist() == [0.7]
    assert (MeasureRun.objects.count(), ProviderMeasures.objects.count()) == (2, 2)


def test_unknown_names_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="luck"):
        store_measures(day=DAY, provider_ids=np.array([1]), columns={"luck": np.array([1.0])}, input_digest="a")
    assert not MeasureRun.objects.exists()


def test_old_and_future_measures_say_nothing_about_today() -> None:
    provider = np.array([make_provider().pk])
    store(provider.tolist(), [0.5])
    for days, known in ((-1, False), (0, True), (STALE_DAYS, True), (STALE_DAYS + 1, False)):
        (value,) = collect_signals(provider, DAY + timedelta(days=days))["sla_rate_90d"]
        assert np.isnan(value) != known, days


def test_history_for_forecasts() -> None:
    ids = np.array([make_provider().pk, make_provider().pk])
    for number in range(4):
        store(ids.tolist(), [0.1 * number, NAN], day=DAY + timedelta(days=number))
    store(ids.tolist(), [0.9, 0.9], day=DAY + timedelta(days=3), digest="b")
    days, matrix = measure_history("complaint_rate_90d", ids, until=DAY + timedelta(days=3), days=3)
    assert days == [DAY + timedelta(days=number) for number in (1, 2, 3)]
    np.testing.assert_allclose(matrix, [[0.1, 0.2, 0.9], [NAN, NAN, 0.9]])


def test_signals_of_every_room() -> None:
    assert len(set(SIGNAL_NAMES)) == len(SIGNALS)
    assert all(signal.unit in ("count", "days", "share", "minor", "flag") for signal in SIGNALS)
    plain, busy = make_provider(), make_provider(status="probation")
    make_trader(busy)
    for level in ("certified", "gold"):
        make_certified_trader(busy, level=level)
    today = busy.registered_at.astimezone(UTC).date() + timedelta(days=30)
    declare_leave(provider_id=busy.pk, leave_from=today, leave_until=today, by=owner_of(busy), now=datetime.now(tz=UTC))
    found = collect_all(np.array([busy.pk, plain.pk]), today)
    assert set(found) == set(SIGNAL_NAMES)
    assert all(len(column) == 2 for column in found.values())
    assert found["traders_active"].tolist() == [3.0, 0.0]
    assert found["traders_certified"].tolist() == [2.0, 0.0]
    assert found["traders_senior"].tolist() == [1.0, 0.0]
    assert found["on_leave"].tolist() == [1.0, 0.0]
    assert found["days_since_registration"][0] in (29.0, 30.0)
    assert found["days_since_admission"][0] in (29.0, 30.0)
    assert np.isnan(found["days_since_admission"][1])
    assert np.isnan(found["gmv_90d"]).all()


def test_judging_many_takes_the_statements_of_one() -> None:
    make_published_set()
    providers = [make_provider() for _number in range(3)]
    store([provider.pk for provider in providers], [0.1, 0.2, 0.3])
    counts = []
    for ids in ([providers[0].pk], [provider.pk for provider in providers]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            judgement = judge_providers(np.array(ids), today=DAY, moment="night")
        counts.append(len(queries))
        assert judgement.verdicts.matrix.tolist() == [[2]] * len(ids)
        assert judgement.outcome_at(0) == "definite_fail"
        assert judgement.values_at(0, judgement.criteria[0]) == {"traders_active": 0.0}
    assert counts[0] == counts[1]
    assert counts[0] == 10


def test_without_criteria_nothing_is_judged() -> None:
    with pytest.raises(Conflict):
        judge_providers(np.array([1]), today=DAY, moment="door")


def test_the_database_reduces_days_to_the_trend_of_the_engine() -> None:
    first, second, third = (make_provider().pk for _number in range(3))
    for back, values in ((3, [0.1, 0.4]), (2, [0.2, NAN]), (2, [0.25, 0.5]), (0, [0.4, NAN])):
        store([second, first], values, day=DAY - timedelta(days=back), digest=str(values))
    ids = np.array([first, second, third])
    days, history = measure_history("complaint_rate_90d", ids, until=DAY, days=4)
    back_days = np.array([(day - DAY).days for day in days], dtype=np.float64)
    expected = trend_of(back_days, history)
    found = measure_trends(["complaint_rate_90d"], ids, until=DAY, days=4)["complaint_rate_90d"]
    assert found.count.tolist() == expected.count.tolist() == [2.0, 3.0, 0.0]
    for name in ("mean_x", "mean_y", "sxx", "sxy", "syy"):
        np.testing.assert_allclose(getattr(found, name)[:2], getattr(expected, name)[:2], rtol=0, atol=1e-12)
    assert measure_trends([], ids, until=DAY, days=4) == {}
    with pytest.raises(ValueError, match="not the measures"):
        measure_trends(["score"], ids, until=DAY, days=4)
