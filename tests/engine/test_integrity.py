"""What may count: settled days, one merchant's share, merchants left out; small sums worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compile import Sums, run_sums
from engine.decay import forward_weights, unit_weight
from engine.draws import run_draws
from engine.errors import EngineError
from engine.inputs import inputs_from_sums
from engine.intervals import bootstrap_intervals
from engine.model import ScoringModel
from engine.model_toml import load_model
from engine.reach import cut_points, first_lag, lag_of, reach_of
from engine.scoring import score
from engine.tables import Table, load_table, open_connection

AS_OF = date(2026, 3, 31)
TEXT = """
key = "integrity"
version = "1"
source = "facts"
columns = ["orders", "refunded", "clicks", "views"]
[window]
days = 30
wider_days = 90
half_life = 0.0
settlement_lag = 10
{settled}
{integrity}
[bootstrap]
replicates = {replicates}
[[capabilities]]
key = "all"
weight = 1.0
[[metrics]]
key = "click_rate"
capability = "all"
weight = 0.5
numerator = "clicks"
denominator = "views"
minimum_merchants = 1
normaliser = {{ kind = "goalposts", lower = 0.0, upper = 1.0 }}
[[metrics]]
key = "conversion"
capability = "all"
weight = 0.5
numerator = "orders"
denominator = "clicks"
minimum_merchants = 1
normaliser = {{ kind = "goalposts", lower = 0.0, upper = 1.0 }}
"""
SETTLED = 'settled = ["orders", "refunded"]'


def model_of(
    *, settled: str = SETTLED, share: float = 1.0, share_of: str = "orders", replicates: int = 0
) -> ScoringModel:
    integrity = f'[integrity]\nmerchant_share = {share}\nshare_of = "{share_of}"'
    return load_model(TEXT.format(settled=settled, integrity=integrity, replicates=replicates))


def facts(*rows: tuple[str, int, str | None, dict[str, int]]) -> Table:
    """Rows of provider, age in days, merchant and columns."""
    names = ("orders", "refunded", "clicks", "views")
    table: Table = {
        "provider": np.array([row[0] for row in rows], dtype=object),
        "day": np.array([np.datetime64(AS_OF - timedelta(days=row[1])) for row in rows]),
        "merchant": np.array([row[2] for row in rows], dtype=object),
    }
    return table | {name: np.array([row[3].get(name, 0) for row in rows], dtype=np.int64) for name in names}


def sums_of(model: ScoringModel, table: Table, **options: Any) -> Sums:
    with open_connection(threads=2) as connection:
        load_table(connection, "facts_table", table)
        return run_sums(connection, model, as_of=AS_OF, relation="facts_table", **options)


def test_a_metric_waits_for_settlement_with_all_of_its_formulas_or_with_none() -> None:
    model = model_of()
    click_rate, conversion = model.metrics
    assert (lag_of(model, click_rate), lag_of(model, conversion), first_lag(model)) == (0, 10, 0)
    assert (reach_of(model, click_rate), reach_of(model, conversion)) == ((30, 90), (40, 100))
    assert cut_points(model) == (0, 10, 30, 40, 90, 100)
    # The youngest day counts for clicks per view alone; the 11th for both; the 35th no longer for clicks per view.
    table = facts(
        ("P1", 0, "M1", {"views": 100, "clicks": 10, "orders": 9}),
        ("P1", 10, "M2", {"views": 100, "clicks": 20, "orders": 8}),
        ("P1", 35, "M3", {"views": 100, "clicks": 40, "orders": 4}),
    )
    near = inputs_from_sums(model, sums_of(model, table)).near
    assert near.numerator[0].tolist() == [30.0, 12.0]
    assert near.denominator[0].tolist() == [200.0, 60.0]
    assert near.evidence[0].tolist() == [200.0, 60.0]
    assert near.merchants[0].tolist() == [2.0, 2.0]


def test_a_merchant_of_unsettled_days_alone_is_no_evidence_for_what_must_settle() -> None:
    model = model_of()
    table = facts(("P1", 3, "M1", {"views": 9, "clicks": 3, "orders": 2}))
    near = inputs_from_sums(model, sums_of(model, table)).near
    assert near.merchants[0].tolist() == [1.0, 0.0]
    assert near.denominator[0].tolist() == [9.0, 0.0]


def test_without_a_list_of_columns_the_lag_holds_for_every_metric() -> None:
    model = model_of(settled="")
    assert [lag_of(model, metric) for metric in model.metrics] == [10, 10]
    assert cut_points(model) == (0, 30, 90)
    table = facts(("P1", 9, "M1", {"views": 7}), ("P1", 10, "M1", {"views": 5}), ("P1", 39, "M1", {"views": 3}))
    assert inputs_from_sums(model, sums_of(model, table)).near.denominator[0, 0] == 8.0


def test_weights_begin_when_the_wait_is_over() -> None:
    """Both metrics have the same half-life: the youngest day of each weighs one in it."""
    model = replace(model_of(), window=replace(model_of().window, half_life=5.0))
    table = facts(
        ("P1", 0, "M1", {"views": 64}), ("P1", 5, "M1", {"views": 64}), ("P1", 10, "M1", {"views": 64, "clicks": 64}),
        ("P1", 15, "M1", {"clicks": 64}),
    )  # fmt: skip
    sums = sums_of(model, table)
    near = inputs_from_sums(model, sums).near
    assert near.denominator[0].tolist() == pytest.approx([64 + 32 + 16, 64 + 32], rel=1e-5)
    assert near.evidence[0].tolist() == [3 * 64, 2 * 64]
    weights = forward_weights(AS_OF, np.arange(20), 5.0)
    assert weights[10] * unit_weight(AS_OF, 5.0, 10) == pytest.approx(1.0, rel=1e-5)
    assert len(sums.plan.keys) == 5  # three by half-life, two plain: the wait needs none of its own


def test_one_merchant_counts_up_to_its_share() -> None:
    # 80 of 100 orders come from M1: with a share of 0.4 half of all its facts count.
    model = model_of(share=0.4)
    table = facts(
        ("P1", 12, "M1", {"views": 1000, "clicks": 200, "orders": 80}),
        ("P1", 13, "M2", {"views": 100, "clicks": 30, "orders": 20}),
        ("P2", 13, "M2", {"views": 100, "clicks": 30, "orders": 20}),
        ("P2", 14, "M3", {"views": 100, "clicks": 30, "orders": 20}),
        ("P2", 14, "M4", {"views": 100, "clicks": 30, "orders": 20}),
    )
    sums = sums_of(model, table)
    assert sums.capped is not None
    assert {name: values.tolist() for name, values in sums.capped.spans.items()} == {
        "provider": ["P1"],
        "merchant": ["M1"],
        "span": [0],
        "amount": [80.0],
        "total": [100.0],
        "counted": [0.5],
    }
    near = inputs_from_sums(model, sums).near
    assert near.numerator[0].tolist() == [130.0, 60.0]
    assert near.denominator[0].tolist() == [600.0, 130.0]
    assert near.numerator[1].tolist() == [90.0, 60.0]
    assert near.merchants[0].tolist() == [2.0, 2.0]


def test_the_only_merchant_keeps_its_rates_and_loses_weight() -> None:
    model = model_of(share=0.4)
    table = facts(("P1", 12, "M1", {"views": 100, "clicks": 20, "orders": 10}))
    near = inputs_from_sums(model, sums_of(model, table)).near
    assert near.denominator[0].tolist() == pytest.approx([40.0, 8.0], abs=1e-12)
    assert near.numerator[0, 1] / near.denominator[0, 1] == pytest.approx(0.5, abs=1e-12)


def test_facts_without_a_merchant_are_never_capped_and_belong_to_the_total() -> None:
    model = model_of(share=0.4)
    table = facts(
        ("P1", 12, None, {"clicks": 50, "orders": 40}),
        ("P1", 12, "", {"clicks": 50, "orders": 40}),
        ("P1", 12, "M1", {"clicks": 20, "orders": 20}),
    )
    sums = sums_of(model, table)
    assert sums.capped is None
    assert inputs_from_sums(model, sums).near.numerator[0, 1] == 100.0


def test_the_share_is_taken_in_the_window_and_apart_from_it_before() -> None:
    model = model_of(share=0.5)
    table = facts(
        ("P1", 12, "M1", {"clicks": 10, "orders": 5}),
        ("P1", 12, "M2", {"clicks": 10, "orders": 5}),
        ("P1", 60, "M1", {"clicks": 90, "orders": 30}),
        ("P1", 60, "M2", {"clicks": 10, "orders": 10}),
    )
    sums = sums_of(model, table)
    assert sums.capped is not None
    assert (sums.capped.spans["span"].tolist(), sums.capped.spans["counted"].tolist()) == ([1], [pytest.approx(2 / 3)])
    inputs = inputs_from_sums(model, sums)
    assert inputs.near.numerator[0, 1] == 10.0
    assert inputs.wide.numerator[0, 1] == pytest.approx(10 + 20 + 10, abs=1e-9)


def test_pairs_that_are_left_out_count_nowhere() -> None:
    model = model_of()
    table = facts(
        ("P1", 12, "M1", {"views": 10, "clicks": 4, "orders": 2}),
        ("P1", 12, "M2", {"views": 10, "clicks": 5, "orders": 3}),
        ("P2", 12, "M1", {"views": 10, "clicks": 6, "orders": 1}),
        ("P3", 12, "M1", {"views": 10, "clicks": 6, "orders": 1}),
    )
    pairs = {"provider": np.array(["P1", "P3"], dtype=object), "merchant": np.array(["M1", "M1"], dtype=object)}
    sums = sums_of(model, table, left_out=pairs)
    assert sums.subjects.tolist() == ["P1", "P2"]
    near = inputs_from_sums(model, sums).near
    assert near.numerator[:, 1].tolist() == [3.0, 1.0]
    assert near.merchants[:, 1].tolist() == [1.0, 1.0]
    assert sums.fact_rows == 2


def test_rows_that_correct_are_added_like_any_others() -> None:
    model = model_of()
    table = facts(
        ("P1", 12, "M1", {"clicks": 40, "orders": 20}),
        ("P1", 12, "M1", {"orders": -15}),
    )
    assert inputs_from_sums(model, sums_of(model, table)).near.numerator[0, 1] == 5.0


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"settled": 'settled = ["gmv"]'}, "window.settled"),
        ({"settled": 'settled = ["orders", "orders"]'}, "window.settled"),
        ({"share": 0.0}, "integrity.merchant_share"),
        ({"share": 0.5, "share_of": "profit"}, "integrity.share_of"),
    ],
)
def test_what_a_model_may_not_say(options: dict[str, Any], field: str) -> None:
    with pytest.raises(EngineError) as raised:
        model_of(**options)
    assert raised.value.field == field


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["P1", "P2"]),
        st.integers(10, 80),
        st.sampled_from(["M1", "M2", "M3", None]),
        st.fixed_dictionaries(
            {"orders": st.integers(0, 50), "clicks": st.integers(0, 90), "views": st.integers(0, 900)}
        ),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.sampled_from([0.2, 0.4, 0.75]), st.randoms())
def test_no_merchant_carries_more_than_its_share_whatever_the_order_of_rows(
    rows: list[Any], share: float, random: Any
) -> None:
    model = model_of(share=share)
    sums = sums_of(model, facts(*rows))
    random.shuffle(rows)
    again = sums_of(model, facts(*rows))
    assert np.array_equal(sums.counted_bands(), again.counted_bands())
    # Spans of the conversion metric: the model's window ends 40 days back.
    got = inputs_from_sums(model, sums)
    for place, provider in enumerate(sums.subjects):
        own = [row for row in rows if row[0] == provider and row[1] < 40]
        total = sum(row[3]["orders"] for row in own)
        counted = 0.0
        for merchant in ("M1", "M2", "M3", None):
            orders = sum(row[3]["orders"] for row in own if row[2] == merchant)
            counted += orders if merchant is None else min(orders, share * total)
        assert got.near.numerator[place, 1] == pytest.approx(counted, abs=1e-9)


def test_intervals_take_what_counts() -> None:
    model = model_of(share=0.4, replicates=20)
    rows = [
        (f"P{number}", age, merchant, {"views": 100, "clicks": 20 + number, "orders": orders})
        for number in range(3)
        for age in (12, 20, 30)
        for merchant, orders in (("M1", 18), ("M2", 2))
    ]
    with open_connection(threads=2) as connection:
        load_table(connection, "facts_table", facts(*rows))
        sums = run_sums(connection, model, as_of=AS_OF, relation="facts_table")
        draws = run_draws(connection, sums, relation="facts_table")
    inputs = inputs_from_sums(model, sums)
    # Weeks add up to what the bands count.
    assert draws.values.sum(axis=1) == pytest.approx(sums.counted_bands().sum(axis=0), rel=1e-6)
    bounds = bootstrap_intervals(model, sums, inputs, draws)
    composite = score(model, inputs).composite
    assert np.all(bounds.lower <= composite)
    assert np.all(composite <= bounds.upper)
