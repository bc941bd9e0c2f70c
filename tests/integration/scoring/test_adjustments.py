"""Orders ruled fake: entered whole or not at all, never below zero; and single facts as the provider sees them."""

from datetime import timedelta
from typing import Any

import duckdb
import pytest
from django.db import IntegrityError, transaction

from accounts.models import Notice
from accounts.roles import Role
from common.exceptions import DomainError, InvalidInput, NotPermitted
from providers.registry.models import Provider
from scoring.facts import adjustment_selectors, storage
from scoring.facts.adjustment_models import Adjustment, AdjustmentLine
from scoring.facts.adjustment_services import FakeOrders, enter_fake_orders
from scoring.facts.models import FactBatch
from scoring.facts.rows import Slice, list_facts, read_rows
from scoring.facts.selectors import counting_between, daily_totals
from scoring.facts.sources import digest_file
from scoring.facts.sweeping import sweep
from scoring.measures.compute import read_measures
from tests.factories.accounts import make_staff
from tests.factories.disputes import LATER, make_fake_orders
from tests.factories.providers import make_provider, owner_of, unchanged
from tests.factories.scoring import DAY, make_facts, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Provider:
    provider = make_provider(status="admitted")
    make_facts(
        [
            {"provider": provider.code, "trader": "T1", **work(500, 10, 40, orders=60), "gmv_minor": 6000},
            {"provider": provider.code, "trader": "T2", **work(500, 10, 40, orders=40), "gmv_minor": 2000},
            {"provider": "P999999", **work(1, 1, 1)},
        ]
    )
    return provider


def test_fake_orders_are_taken_from_the_traders_of_the_day_in_proportion(provider: Provider) -> None:
    adjustment = make_fake_orders(provider, orders=10, gmv_minor=801)
    lines = adjustment.lines.order_by("column", "trader")
    assert [(line.column, line.trader, line.before, line.delta) for line in lines] == [
        ("gmv_minor", "T1", 6000, -601),
        ("gmv_minor", "T2", 2000, -200),
        ("orders", "T1", 60, -6),
        ("orders", "T2", 40, -4),
    ]
    assert (adjustment.day_from, adjustment.day_to, adjustment.line_count, adjustment.provider_count) == (
        DAY,
        DAY,
        4,
        1,
    )
    assert digest_file(adjustment.file) == adjustment.file_digest
    with duckdb.connect() as connection:
        names = "provider, day, merchant, trader, orders, gmv_minor, clicks"
        found = connection.execute(f"SELECT {names} FROM '{adjustment.file}' ORDER BY trader").fetchall()
    assert found == [
        (provider.code, DAY, "M000001", "T1", -6, -601, 0),
        (provider.code, DAY, "M000001", "T2", -4, -200, 0),
    ]
    notice = Notice.objects.get(kind="adjustment.fake_orders")
    assert (notice.organisation_id, notice.parameters["orders"]) == (provider.organisation_id, 10)


def test_the_same_lines_give_the_same_file(provider: Provider) -> None:
    first, second = make_fake_orders(provider, trader="T1"), make_fake_orders(provider, trader="T1")
    assert first.file_digest == second.file_digest
    assert first.path != second.path
    assert list_facts(Slice(provider.code, DAY, DAY, trader="T1"), ["orders"]).totals == (40,)


def test_the_sweep_leaves_what_the_catalogue_knows(provider: Provider) -> None:
    adjustment = make_fake_orders(provider)
    stray = storage.root() / storage.ADJUSTMENTS / "stray.parquet"
    stray.write_bytes(b"x")
    assert sweep(now=LATER).files >= 1
    assert (adjustment.file.exists(), stray.exists()) == (True, False)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"provider": "P000000"}, "provider"),
        ({"merchant": " "}, "merchant"),
        ({"orders": 0}, "orders"),
        ({"gmv_minor": -1}, "orders"),
        ({"orders": 101}, "orders"),
        ({"gmv_minor": 8001}, "gmv_minor"),
        ({"day": DAY - timedelta(days=1)}, "orders"),
        ({"trader": "T3"}, "orders"),
    ],
)
def test_one_wrong_entry_refuses_all(provider: Provider, entry: dict[str, Any], field: str) -> None:
    good = FakeOrders(provider.code, "M000001", DAY, 1, 10)
    wrong = {"provider": provider.code, "merchant": "M000001", "day": DAY, "orders": 1, "gmv_minor": 1, **entry}
    files, officer = storage.stored_files(), make_staff(Role.CONDUCT_OFFICER)
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        enter_fake_orders(entries=[good, FakeOrders(**wrong)], reason="Bought back.", by=officer)
    assert refusal.value.field == field
    assert "2" in str(refusal.value.message)
    assert storage.stored_files() == files


def test_entries_that_touch_the_same_fact_are_refused(provider: Provider) -> None:
    entry, officer = FakeOrders(provider.code, "M000001", DAY, 1, 10), make_staff(Role.CONDUCT_OFFICER)
    with unchanged(), pytest.raises(InvalidInput):
        enter_fake_orders(entries=[entry, entry], reason="Twice.", by=officer)


def test_who_may_enter_them_and_why(provider: Provider) -> None:
    entry = FakeOrders(provider.code, "M000001", DAY, 1, 10)
    for person in (owner_of(provider), make_staff(Role.AUDITOR), make_staff(Role.APPEALS_OFFICER)):
        with unchanged(), pytest.raises(NotPermitted):
            enter_fake_orders(entries=[entry], reason="x", by=person)
    analyst = make_staff(Role.SCORING_ANALYST)
    for reason, entries, field in ((" ", [entry], "reason"), ("x", [], "entries"), ("x", [entry] * 501, "entries")):
        with unchanged(), pytest.raises(DomainError) as refusal:
            enter_fake_orders(entries=entries, reason=reason, by=analyst)
        assert refusal.value.field == field


def test_a_provider_sees_its_own_lines_alone(provider: Provider) -> None:
    other = make_provider(status="admitted")
    make_facts([{"provider": other.code, **work(1, 1, 1)}])
    entries = [FakeOrders(code, "M000001", DAY, 1, 0) for code in (provider.code, other.code)]
    adjustment = enter_fake_orders(entries=entries, reason="A ring.", by=make_staff(Role.CONDUCT_OFFICER))
    own = adjustment_selectors.lines_visible_to(owner_of(provider), adjustment)
    assert {line.provider for line in own} == {provider}
    assert adjustment_selectors.lines_visible_to(make_staff(Role.AUDITOR), adjustment).count() == own.count() + 1
    assert list(adjustment_selectors.visible_to(owner_of(other))) == [adjustment]
    assert not adjustment_selectors.visible_to(owner_of(make_provider())).exists()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "weather"},
        {"file_digest": "short"},
        {"day_to": DAY - timedelta(days=1)},
        {"line_count": 0},
        {"reason": ""},
        {"kind": "dispute", "reference": ""},
        {"kind": "fake_orders", "reference": "D000001"},
    ],
)
def test_the_database_holds_the_catalogue(fault: dict[str, Any]) -> None:
    values = {
        "kind": "fake_orders", "reason": "x", "day_from": DAY, "day_to": DAY, "line_count": 1, "provider_count": 1,
        "path": "adjustments/x", "file_digest": "a" * 64, "file_bytes": 1, "created_by": make_staff(), **fault,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Adjustment.objects.create(**values)


def test_the_database_holds_the_lines(provider: Provider) -> None:
    adjustment = make_fake_orders(provider)
    sound = {"column": "orders", "before": 5, "delta": -5, "day": DAY}
    for fault in ({"column": "profit"}, {"delta": 0}, {"delta": -6}, {"before": -1, "delta": 3}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AdjustmentLine.objects.create(adjustment=adjustment, provider=provider, **{**sound, **fault})
    AdjustmentLine.objects.create(adjustment=adjustment, provider=provider, **sound)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdjustmentLine.objects.create(adjustment=adjustment, provider=provider, **sound)


def test_single_facts_with_their_source(provider: Provider) -> None:
    adjustment = make_fake_orders(provider, trader="T1")
    batch = FactBatch.objects.get()
    facts = list_facts(Slice(provider.code, DAY - timedelta(days=5), DAY), ["orders", "gmv_minor"])
    assert (len(facts), facts.totals) == (3, (90, 8000))
    rows = [(row.trader, row.values, row.source) for row in facts[0:10]]
    assert sorted(rows, key=lambda row: (row[0], row[1])) == [
        ("T1", (-10, 0), adjustment),
        ("T1", (60, 6000), batch),
        ("T2", (40, 2000), batch),
    ]
    assert [len(facts[begin : begin + 2]) for begin in (0, 2, 4)] == [2, 1, 0]
    assert len(list_facts(Slice(provider.code, DAY, DAY, merchant="M2"), ["orders"])) == 0
    with pytest.raises(ValueError, match="profit"):
        read_rows(Slice(provider.code, DAY, DAY), ["profit"], limit=1)


def test_a_portal_without_facts_shows_none() -> None:
    facts = list_facts(Slice(make_provider().code, DAY, DAY), ["orders"])
    assert (len(facts), facts.totals, facts[0:5]) == (0, (0,), [])


def test_daily_totals_and_measures_take_corrections_in(provider: Provider) -> None:
    make_fake_orders(provider, orders=10, trader="T1")
    totals = daily_totals(provider.code, columns=["orders"], since=DAY, until=DAY)
    assert totals["orders"].tolist() == [90]
    measured = DAY + timedelta(days=20)
    columns = read_measures(measured, [provider.code], counting_between(DAY, measured))
    assert (columns["orders_90d"].tolist(), columns["refund_rate_90d"].tolist()) == ([90.0], [20 / 90])
