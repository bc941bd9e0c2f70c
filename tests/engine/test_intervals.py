"""Bootstrap intervals: seeded, wider for those with less evidence, and never for those not assessed."""

from dataclasses import replace
from datetime import date

import numpy as np

from engine.compile import Sums, run_sums
from engine.draws import Draws, run_draws
from engine.inputs import Inputs, inputs_from_sums
from engine.intervals import bootstrap_intervals, interval_table, poisson_table, rank_within
from engine.model import ScoringModel
from engine.model_toml import load_model
from engine.scoring import score
from engine.tables import Table, load_table, open_connection

MODEL = load_model("""
key = "intervals"
version = "1"
source = "facts"
columns = ["orders", "clicks"]
[window]
half_life = 0
[bootstrap]
replicates = 80
seed = 11
confidence = 0.9
[[capabilities]]
key = "selling"
weight = 1.0
[[metrics]]
key = "conversion"
capability = "selling"
weight = 1.0
numerator = "orders"
denominator = "clicks"
minimum = 100
normaliser = { kind = "goalposts", lower = 0.0, upper = 1.0 }
""")


def facts(providers: int = 10, days: int = 80, busy: int = 5) -> Table:
    """Providers with a daily chance of 50 %; the first `busy` of them have 40 times the clicks of the rest, the last
    has next to none."""
    rng = np.random.default_rng(3)
    index = np.repeat(np.arange(providers), days)
    clicks = np.where(index < busy, 400, 10)
    clicks[index == providers - 1] = 1
    return {
        "provider": np.array([f"P{number}" for number in index], dtype=object),
        "day": np.datetime64("2026-03-31") - np.tile(np.arange(days), providers).astype("timedelta64[D]"),
        "orders": rng.binomial(clicks, 0.5),
        "clicks": clicks,
    }


def prepare(model: ScoringModel = MODEL, table: Table | None = None) -> tuple[Sums, Inputs, Draws]:
    with open_connection() as connection:
        load_table(connection, "facts_table", table or facts())
        sums = run_sums(connection, model, as_of=date(2026, 3, 31), relation="facts_table")
        draws = run_draws(connection, sums, relation="facts_table")
    return sums, inputs_from_sums(model, sums), draws


def test_intervals_hold_the_estimate_and_follow_the_evidence() -> None:
    sums, inputs, draws = prepare()
    intervals, scores = bootstrap_intervals(MODEL, sums, inputs, draws), score(MODEL, inputs)
    assert np.isnan(scores.composite[9])
    assert np.isnan([intervals.lower[9], intervals.upper[9], intervals.rank_lower[9], intervals.rank_upper[9]]).all()
    lower, upper, point = intervals.lower[:9], intervals.upper[:9], scores.composite[:9]
    assert ((lower <= point) & (point <= upper)).all()
    width = upper - lower
    assert width[:5].max() < width[5:].min()
    np.testing.assert_allclose(intervals.capability_lower[:, 0], intervals.lower, atol=1e-6)
    assert (intervals.rank_lower[:9] <= intervals.rank_upper[:9]).all()
    assert intervals.rank_lower[:9].min() == 1
    assert intervals.assessed[:9].min() > 0.9


def test_noise_of_the_others_does_not_push_a_score_out_of_its_interval() -> None:
    """One provider is the same every day, the others are few and noisy: by percentile, their replicates spread out and
    the plain quantiles of its replicates lie on one side of its score."""
    percentile = replace(MODEL.metrics[0], normaliser=replace(MODEL.metrics[0].normaliser, kind="percentile"))
    model = replace(MODEL, metrics=(percentile,), bootstrap=replace(MODEL.bootstrap, replicates=200))
    table = facts(providers=40, busy=0)
    steady = table["provider"] == "P0"
    table["clicks"] = np.where(steady, 400, table["clicks"])
    table["orders"] = np.where(steady, 216, table["orders"])
    sums, inputs, draws = prepare(model, table)
    intervals, point = bootstrap_intervals(model, sums, inputs, draws), score(model, inputs).composite
    known = ~np.isnan(intervals.lower)
    assert known.sum() == 39
    assert ((intervals.lower <= point) & (point <= intervals.upper))[known].all()
    places = rank_within(point, np.zeros(40, dtype=np.int64))
    assert ((intervals.rank_lower <= places) & (places <= intervals.rank_upper))[known].all()


def test_the_seed_decides() -> None:
    sums, inputs, draws = prepare()
    first = interval_table(MODEL, bootstrap_intervals(MODEL, sums, inputs, draws))
    again = interval_table(MODEL, bootstrap_intervals(MODEL, sums, inputs, draws))
    other = interval_table(MODEL, bootstrap_intervals(MODEL, sums, inputs, draws, seed=12))
    assert {name: column.tobytes() for name, column in first.items()} == {
        name: column.tobytes() for name, column in again.items()
    }
    assert first["lower"].tobytes() != other["lower"].tobytes()


def test_blocks_prior_is_rescored() -> None:
    metric = replace(MODEL.metrics[0], prior=replace(MODEL.metrics[0].prior, kind="moments", noise="blocks"))
    model = replace(MODEL, metrics=(metric,))
    sums, inputs, draws = prepare(model)
    scores = score(model, inputs)
    kept = scores.shrunk.kept[:, 0]
    assert kept[:5].min() > kept[5:9].max() or (kept[:9] == 0).all()
    intervals = bootstrap_intervals(model, sums, inputs, draws, replicates=20)
    assert not np.isnan(intervals.lower[:9]).any()


def test_places_within_tracks() -> None:
    composite = np.array([10, 30, 30, np.nan, 5, 7], dtype=np.float32)
    tracks = np.array([0, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(rank_within(composite, tracks), [3, 1, 1, np.nan, 2, 1])


def test_draws_are_poisson() -> None:
    table = poisson_table()
    assert table.min() == 0
    assert abs(table.mean() - 1) < 1e-3
    assert abs(table.astype(float).var() - 1) < 2e-3
    assert abs((table == 0).mean() - np.exp(-1)) < 1e-4


def test_no_replicates_is_no_interval() -> None:
    sums, inputs, draws = prepare()
    intervals = bootstrap_intervals(MODEL, sums, inputs, draws, replicates=0)
    assert np.isnan(intervals.lower).all()
    assert np.isnan(intervals.rank_upper).all()


def test_threads_change_nothing() -> None:
    sums, inputs, draws = prepare()
    one = interval_table(MODEL, bootstrap_intervals(MODEL, sums, inputs, draws, replicates=30))
    two = interval_table(MODEL, bootstrap_intervals(MODEL, sums, inputs, draws, replicates=30, threads=2))
    assert {name: column.tobytes() for name, column in one.items()} == {
        name: column.tobytes() for name, column in two.items()
    }
