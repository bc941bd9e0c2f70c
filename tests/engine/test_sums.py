"""The one statement over facts: exact sums, whatever the order of rows, threads or files."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.compile import run_sums
from engine.decay import WEIGHT_ONE, anchor_of, forward_weights, make_blocks, unit_weight
from engine.errors import EngineError
from engine.inputs import inputs_from_sums
from engine.model_toml import load_model
from engine.plan import compile_sums, plan_sums
from engine.tables import Table, load_table, open_connection, write_table

AS_OF = date(2026, 3, 31)
LAG = 14
LAST = np.datetime64(AS_OF - timedelta(days=LAG))

MODEL = load_model("""
key = "sums"
version = "1"
source = "facts"
columns = ["orders", "clicks", "gmv_minor", "refunded_gmv_minor"]
[window]
days = 90
wider_days = 200
half_life = 30.0
settlement_lag = 14
[bootstrap]
replicates = 0
[[capabilities]]
key = "all"
weight = 1.0
[[metrics]]
key = "conversion"
capability = "all"
weight = 0.25
numerator = "orders"
denominator = "clicks"
minimum_merchants = 2
[[metrics]]
key = "net"
capability = "all"
weight = 0.25
numerator = "gmv_minor - refunded_gmv_minor"
denominator = "orders"
half_life = 0
evidence = "if(orders > 2, 1, 0)"
[[metrics]]
key = "half"
capability = "all"
weight = 0.25
numerator = "orders / 2"
days = 30
[[metrics]]
key = "clicks"
capability = "all"
weight = 0.25
numerator = "clicks"
""")


def make_facts(rows: int = 3000, providers: int = 12, seed: int = 5) -> Table:
    """Random facts over 260 days, some younger than the lag and some older than the window."""
    rng = np.random.default_rng(seed)
    return {
        "provider": np.array([f"P{index:02}" for index in range(providers)], dtype=object)[
            rng.integers(0, providers, rows)
        ],
        "day": np.datetime64(AS_OF) - rng.integers(0, 260, rows).astype("timedelta64[D]"),
        "merchant": np.array(["M1", "M2", "M3"], dtype=object)[rng.integers(0, 3, rows)],
        "trader": np.array(["T1", None], dtype=object)[rng.integers(0, 2, rows)],
        "orders": rng.integers(0, 50, rows),
        "clicks": rng.integers(0, 900, rows),
        "gmv_minor": rng.integers(0, 10**9, rows),
        "refunded_gmv_minor": rng.integers(0, 10**8, rows),
    }


def totals_by_hand(facts: Table, days: int) -> dict[str, list[float]]:
    """Per provider, what the model's sums must be for a window of `days`."""
    result = {}
    ages = (LAST - facts["day"]).astype(int)
    last = AS_OF - timedelta(days=LAG)
    decay = forward_weights(last, np.arange(260), 30.0)
    unit = unit_weight(last, 30.0)
    for provider in sorted(set(facts["provider"])):
        rows = np.flatnonzero((facts["provider"] == provider) & (ages >= 0) & (ages < days))
        weights = [int(decay[age]) for age in ages[rows]]

        def exact(name: str, weights: list[int] = weights, rows: np.ndarray = rows) -> float:
            total = sum(int(value) * weight for value, weight in zip(facts[name][rows], weights, strict=True))
            return total * unit

        half = sum(
            round(int(value) / 2 * weight / WEIGHT_ONE * 10**6)
            for value, weight in zip(facts["orders"][rows], weights, strict=True)
        )
        result[provider] = [
            exact("orders"),
            exact("clicks"),
            float((facts["gmv_minor"][rows] - facts["refunded_gmv_minor"][rows]).sum()),
            float(facts["orders"][rows].sum()),
            float((facts["orders"][rows] > 2).sum()),
            half * unit * WEIGHT_ONE / 10**6,
            float(len(set(facts["merchant"][rows]))),
        ]
    return result


def run(facts: Table, *, threads: int = 2):
    with open_connection(threads=threads) as connection:
        load_table(connection, "facts_table", facts)
        return run_sums(connection, MODEL, as_of=AS_OF, relation="facts_table")


def test_sums_equal_those_by_hand() -> None:
    facts = make_facts()
    inputs = inputs_from_sums(MODEL, run(facts))
    near, wide, short = (totals_by_hand(facts, days) for days in (90, 200, 30))
    assert inputs.subjects.tolist() == sorted(set(facts["provider"]))
    for row, provider in enumerate(inputs.subjects):
        for spell, expected in ((inputs.near, near[provider]), (inputs.wide, wide[provider])):
            found = [
                spell.numerator[row, 0],
                spell.denominator[row, 0],
                spell.numerator[row, 1],
                spell.denominator[row, 1],
                spell.evidence[row, 1],
            ]
            np.testing.assert_allclose(found, expected[:5], rtol=1e-14)
            assert spell.merchants[row, 0] == expected[6]
        assert inputs.near.numerator[row, 2] == pytest.approx(short[provider][5], rel=1e-14)
        assert inputs.near.numerator[row, 3] == pytest.approx(near[provider][1], rel=1e-14)


def test_order_threads_and_files_change_nothing(tmp_path: Path) -> None:
    facts = make_facts()
    base = run(facts, threads=1)
    order = np.random.default_rng(1).permutation(len(facts["day"]))
    shuffled = {name: column[order] for name, column in facts.items()}
    half = {name: column[:1500] for name, column in shuffled.items()}
    rest = {name: column[1500:] for name, column in shuffled.items()}
    write_table(tmp_path / "a[1].parquet", half)
    write_table(tmp_path / "b.parquet", rest)
    with open_connection(threads=4) as connection:
        files = [tmp_path / "a[1].parquet", tmp_path / "b.parquet"]
        from_files = run_sums(connection, MODEL, as_of=AS_OF, files=files)
    for again in (run(shuffled, threads=4), from_files):
        assert again.bands.tobytes() == base.bands.tobytes()
        assert again.weeks.tobytes() == base.weeks.tobytes()
        assert again.subjects.tolist() == base.subjects.tolist()
        assert again.merchants.tolist() == base.merchants.tolist()
        assert again.fact_rows == base.fact_rows


def test_blocks_end_at_every_window_and_weeks_begin_on_mondays() -> None:
    last = AS_OF - timedelta(days=LAG)  # a Tuesday
    assert make_blocks(MODEL, last).edges == (0, 30, 90, 200)
    weekly = make_blocks(MODEL, last, weeks_within=200)
    assert weekly.edges[:7] == (0, 2, 9, 16, 23, 30, 37)
    assert {86, 90, 93, 198, 200} <= set(weekly.edges)
    assert weekly.edges[weekly.within(90)] == 90
    assert weekly.days_of(1) == (date(2026, 3, 9), date(2026, 3, 15))
    near = make_blocks(MODEL, last, weeks_within=90)
    assert near.edges[near.within(90) :] == (90, 200)


def test_weights_are_fixed_point_and_stay_while_the_window_moves() -> None:
    last = date(2026, 3, 17)
    weights = forward_weights(last, np.arange(91), 30.0)
    assert weights.dtype == np.int64
    np.testing.assert_allclose(weights * unit_weight(last, 30.0), 2.0 ** (-np.arange(91) / 30), rtol=5e-6)
    assert forward_weights(last, np.arange(10), None).tolist() == [1] * 10
    later = last + timedelta(days=1)
    assert anchor_of(later, 30.0) == anchor_of(last, 30.0)
    assert forward_weights(later, np.arange(1, 92), 30.0).tolist() == weights.tolist()
    for days in range(120):  # they never outgrow four times their first value, and one half-life halves
        day = last + timedelta(days=days)
        youngest = forward_weights(day, np.array([0, 30, 60]), 30.0)
        assert WEIGHT_ONE <= youngest[0] <= 4 * WEIGHT_ONE
        assert abs(youngest[0] - 2 * youngest[1]) <= 1
        assert abs(youngest[0] - 4 * youngest[2]) <= 2


def test_equal_sums_are_computed_once() -> None:
    plan = plan_sums(MODEL, AS_OF)
    assert [(key.formula.sql(table="facts"), key.half_life) for key in plan.keys] == [
        ('"facts"."orders"', 30.0),
        ('"facts"."clicks"', 30.0),
        ('"facts"."clicks"', None),
        ('"facts"."gmv_minor" - "facts"."refunded_gmv_minor"', None),
        ('"facts"."orders"', None),
        ('CASE WHEN "facts"."orders" > 2 THEN 1 ELSE 0 END', None),
        ('"facts"."orders" / NULLIF(2, 0)', 30.0),
    ]
    statement = compile_sums(plan, '"facts_table"')
    assert statement.count("GROUP BY") == 1
    assert plan.merchant_windows == ((0, 90), (0, 200))


def test_sums_are_exact_beyond_the_precision_of_floats() -> None:
    facts = make_facts(rows=200, providers=1)
    facts["gmv_minor"][:] = 4 * 10**12 + 1
    facts["refunded_gmv_minor"][:] = 4 * 10**12
    inputs = inputs_from_sums(MODEL, run(facts))
    ages = (LAST - facts["day"]).astype(int)
    assert inputs.wide.numerator[0, 1] == ((ages >= 0) & (ages < 200)).sum()


def test_sums_are_exact_where_doubles_are_not(tmp_path: Path) -> None:
    """Files whose columns are never negative are summed as doubles until a sum leaves their 53 bits."""
    facts = make_facts(rows=600, providers=2)
    facts["clicks"] = facts["clicks"] + 10**9 + 1
    for sign in (1, -1):  # a correction below 0 never takes the short way
        facts["orders"][0] *= sign
        write_table(tmp_path / "facts.parquet", facts)
        with open_connection() as connection:
            from_file = run_sums(connection, MODEL, as_of=AS_OF, files=[tmp_path / "facts.parquet"])
        assert from_file.bands.tobytes() == run(facts).bands.tobytes()
        assert int(from_file.bands[:, :, 1].max()) > 2**53


def test_no_facts_is_no_subjects() -> None:
    facts = make_facts(rows=5)
    facts["day"][:] = np.datetime64("2020-01-01")
    sums = run(facts)
    assert sums.fact_rows == 0
    assert inputs_from_sums(MODEL, sums).near.numerator.shape == (0, 4)


def test_refusals() -> None:
    facts = make_facts(rows=50)
    with pytest.raises(EngineError) as caught:
        run({name: column for name, column in facts.items() if name not in ("clicks", "merchant")})
    assert caught.value.code == "missing_columns"
    assert caught.value.params == {"columns": "clicks, merchant"}
    nobody = {**facts, "provider": np.array([None, *facts["provider"][1:]], dtype=object)}
    nobody["day"][:] = LAST
    with pytest.raises(EngineError) as caught:
        run(nobody)
    assert caught.value.code == "no_provider"
    huge = {**facts, "orders": np.full(50, 10**14)}
    with pytest.raises(EngineError) as caught:
        run(huge)
    assert caught.value.code == "fact_too_large"
    with pytest.raises(EngineError) as caught:
        run({**facts, "provider": np.full(50, "P00", dtype=object), "orders": np.full(50, 10**12)})  # only their sum is
    assert caught.value.code == "fact_too_large"
    with open_connection() as connection, pytest.raises(EngineError) as caught:
        run_sums(connection, MODEL, as_of=AS_OF, files=["/nowhere/x.parquet"])
    assert caught.value.code == "facts_unreadable"
    with pytest.raises(EngineError) as caught:
        compile_sums(plan_sums(MODEL, AS_OF), "facts", dialect="mysql")
    assert caught.value.code == "unknown_dialect"
