"""Each step of scoring on numbers small enough to check by hand."""

import numpy as np
import pytest

from engine.aggregate import weighted_mean
from engine.errors import EngineError
from engine.evidence import NO_DATA, OK, REASONS, TOO_FEW_CAPABILITIES, TOO_FEW_MERCHANTS, TOO_FEW_METRICS, TOO_LITTLE
from engine.groups import resolve_groups
from engine.inputs import Inputs, Spell, inputs_from_table
from engine.ledger import ledger_table, scorecard_table, scores_digest
from engine.model import Metric, Normaliser, Peers, Rounding
from engine.model_toml import load_model
from engine.normalise import points_of
from engine.rounding import round_values
from engine.scoring import score
from engine.shrinkage import Group, Prior

NAN = np.nan


def points(values: list[float], direction: str = "higher", **normaliser: object) -> list[float]:
    metric = Metric("m", "c", 1.0, "x", direction=direction, normaliser=Normaliser(**normaliser))
    return points_of(np.array(values, dtype=float), metric, 100.0).tolist()


def test_percentile_takes_mid_ranks() -> None:
    assert points([10, 20, 20, 40]) == [12.5, 50, 50, 87.5]
    assert points([10, 20, 20, 40], "lower") == [87.5, 50, 50, 12.5]
    assert points([7]) == [50]


def test_z_and_robust_z() -> None:
    assert points([1, 3], kind="z", spread=2.0) == [25, 75]
    assert points([1, 3], "lower", kind="z", spread=2.0) == [75, 25]
    assert points([5, 5, 5], kind="z") == [50, 50, 50]
    assert points([0.1] * 10, kind="z") == [50] * 10
    assert points([1, 2, 3, 4, 1000], kind="robust_z", spread=1.4826022185056018**-1) == [0, 0, 50, 100, 100]
    assert points([5, 5, 5, 9], kind="robust_z") == [50, 50, 50, 100]


def test_min_max_goalposts_thresholds_identity() -> None:
    assert points([2, 4, 10], kind="min_max") == [0, 25, 100]
    assert points([3, 3], kind="min_max") == [50, 50]
    assert points([-5, 0, 5, 10, 20], kind="goalposts", lower=0.0, upper=10.0) == [0, 0, 50, 100, 100]
    assert points([0, 5, 10], "lower", kind="goalposts", lower=0.0, upper=10.0) == [100, 50, 0]
    assert points([-1, 1, 10, 100, 1000], kind="goalposts", lower=1.0, upper=100.0, log=True) == [0, 0, 50, 100, 100]
    stars = {"kind": "thresholds", "cuts": (10.0, 20.0)}
    assert points([9, 10, 15, 20, 21], **stars, points=(1.0, 2.0, 3.0)) == [1, 2, 2, 3, 3]
    assert points([9, 10, 15, 20, 21], "lower", **stars, points=(3.0, 2.0, 1.0)) == [3, 3, 2, 2, 1]
    assert points([1.5, -2], kind="identity") == [1.5, -2]


@pytest.mark.parametrize(
    ("value", "step", "mode", "expected"),
    [
        (2.5, 1.0, "half_up", 3.0),
        (-2.5, 1.0, "half_up", -3.0),
        (2.5, 1.0, "half_even", 2.0),
        (3.5, 1.0, "half_even", 4.0),
        (2.4999999999999996, 1.0, "half_up", 3.0),
        (2.499999, 1.0, "half_up", 2.0),
        (0.33 * 4 + 0.30 * 1 + 0.22 * 2 + 0.15 * 2.933333333333333, 0.5, "half_up", 2.5),
        (3.25, 0.5, "half_up", 3.5),
        (3.24, 0.5, "half_up", 3.0),
        (51.1333275656, 1e-6, "half_up", 51.133328),
        (1234.0, 100.0, "half_up", 1200.0),
    ],
)
def test_rounding(value: float, step: float, mode: str, expected: float) -> None:
    assert round_values(np.array([value, NAN]), Rounding(step, mode))[0] == expected
    assert np.isnan(round_values(np.array([NAN]), Rounding(step, mode))[0])


def test_weight_of_what_is_missing_moves_to_siblings() -> None:
    parts = np.array([[80.0, 60.0, 40.0], [80.0, NAN, 40.0], [NAN, NAN, 40.0]])
    mean = weighted_mean(parts, np.array([0.5, 0.3, 0.2]), minimum=2, aggregation="arithmetic", log_floor=0, scale=100)
    np.testing.assert_allclose(mean.value, [66.0, (40 + 8) / 0.7, NAN])
    np.testing.assert_allclose(mean.weight, [[0.5, 0.3, 0.2], [5 / 7, 0, 2 / 7], [0, 0, 0]])
    np.testing.assert_allclose(mean.contribution[1], [400 / 7, NAN, 80 / 7])
    assert np.isnan(mean.contribution[2]).all()


def test_geometric_contributions_sum() -> None:
    parts = np.array([[80.0, 20.0], [50.0, 50.0], [1.0, 1.0], [0.2, 100.0], [0.0, 90.0]])
    weights = np.array([0.5, 0.5])
    mean = weighted_mean(parts, weights, minimum=2, aggregation="geometric", log_floor=1.0, scale=100)
    np.testing.assert_allclose(mean.value, [40.0, 50.0, 1.0, 10.0, np.sqrt(90.0)])
    np.testing.assert_allclose(mean.contribution.sum(axis=1), mean.value, atol=1e-12)
    assert (mean.contribution >= 0).all()
    assert mean.contribution[0, 0] > mean.contribution[0, 1]
    bare = weighted_mean(parts, weights, minimum=2, aggregation="geometric", log_floor=0.0, scale=100)
    assert bare.value[4] == 0
    assert bare.contribution[4].tolist() == [0, 0]
    np.testing.assert_allclose(bare.contribution.sum(axis=1), bare.value, atol=1e-12)


def estimate(prior: Prior, numerator: np.ndarray, denominator: np.ndarray, between: tuple[float, float] | None):
    """Mean, K and share kept of one metric of one group, all of whose subjects are known."""
    one = np.ones((len(numerator), 1))
    noise = (
        None if between is None else tuple(np.where(np.arange(len(one))[:, np.newaxis] == 0, x, 0.0) for x in between)
    )
    group = Group(one > 0, numerator[:, np.newaxis], denominator[:, np.newaxis], noise)
    mean, k, kept = group.estimate([Metric("m", "c", 1.0, "a", "b", prior=prior)])
    return mean[0], k.ravel()[0], kept.ravel()


def test_moments_by_hand() -> None:
    numerator, denominator = np.array([10.0, 40.0, 5.0]), np.array([100.0, 100.0, 100.0])
    mean, k, kept = estimate(Prior("moments", noise="binomial"), numerator, denominator, None)
    m = 55 / 300
    noise = m * (1 - m)
    apart = 100 * ((0.1 - m) ** 2 + (0.4 - m) ** 2 + (0.05 - m) ** 2)
    between = (apart - 2 * noise) / (300 - 100)
    assert mean == pytest.approx(m)
    assert k == pytest.approx(noise / between)
    np.testing.assert_allclose(kept, 100 / (100 + noise / between))


def test_priors_at_their_edges() -> None:
    same = np.array([10.0, 10.0, 10.0]), np.array([100.0, 100.0, 100.0])
    mean, k, kept = estimate(Prior("moments", noise="binomial"), *same, None)
    assert (mean, k, kept.tolist()) == (0.1, np.inf, [0.0] * 3)
    assert estimate(Prior("moments", noise="binomial"), same[0][:2], same[1][:2], None)[2].tolist() == [1.0] * 2
    assert estimate(Prior("moments", noise="blocks"), *same, (0.0, 0.0))[2].tolist() == [1.0] * 3
    mean, k, kept = estimate(Prior("fixed", k=300.0), np.array([10.0, 50.0]), np.array([100.0, 100.0]), None)
    assert (mean, k) == (0.3, 300.0)
    np.testing.assert_allclose(kept, [0.25, 0.25])
    assert estimate(Prior("efron_morris", noise="binomial"), *same, None)[2].tolist() == [1.0] * 3


def test_small_groups_fall_back() -> None:
    columns = {
        "track": np.array(["a", "a", "a", "a", "b", "c"], dtype=object),
        "size": np.array(["s", "s", "m", None, "s", "s"], dtype=object),
    }
    assert resolve_groups(Peers(("track", "size"), 1), columns, 6).names == ("a | ", "a | m", "a | s", "b | s", "c | s")
    groups = resolve_groups(Peers(("track", "size"), 2), columns, 6)
    assert [groups.names[number] for number in groups.number] == ["a | s", "a | s", "a", "a", "", ""]
    assert groups.sizes[groups.number].tolist() == [2, 2, 2, 2, 2, 2]
    assert resolve_groups(Peers(), {}, 3).names == ("",)
    with pytest.raises(EngineError) as caught:
        resolve_groups(Peers(("track",)), {}, 3)
    assert caught.value.code == "missing_columns"


WINDOWED = load_model("""
key = "windowed"
version = "1"
source = "facts"
extras = ["standing"]
[window]
days = 90
wider_days = 365
[composite]
minimum_capabilities = 2
levels = [40.0, 60.0, 80.0]
[[capabilities]]
key = "first"
weight = 0.5
minimum_metrics = 2
floor = 60.0
[[capabilities]]
key = "second"
weight = 0.5
[[metrics]]
key = "rate"
capability = "first"
weight = 0.5
numerator = "orders"
denominator = "clicks"
factor = 100.0
evidence = "orders"
minimum = 30
minimum_merchants = 2
normaliser = { kind = "goalposts", lower = 0.0, upper = 100.0 }
[[metrics]]
key = "amount"
capability = "first"
weight = 0.5
numerator = "orders"
evidence = "orders"
minimum = 30
normaliser = { kind = "goalposts", lower = 0.0, upper = 100.0 }
[[metrics]]
key = "plain"
capability = "second"
weight = 1.0
numerator = "clicks"
normaliser = { kind = "goalposts", lower = 0.0, upper = 200.0 }
[[gates]]
key = "floor"
when = "second >= 50"
at_least = 55.0
[[gates]]
key = "standing"
when = "standing <= 2"
target = "level"
at_most = 2.0
""")


def spell(rows: list[list[float]]) -> Spell:
    """Rows of orders, clicks, merchants."""
    orders, clicks, merchants = np.array(rows).T
    one, many = np.ones(len(rows)), np.full(len(rows), np.inf)
    return Spell(
        numerator=np.stack([orders, orders, clicks], axis=1),
        denominator=np.stack([clicks, one, one], axis=1),
        evidence=np.stack([orders, orders, many], axis=1),
        merchants=np.stack([merchants, many, many], axis=1),
    )


def test_windows_widen_before_giving_up() -> None:
    inputs = Inputs(
        subjects=np.array(list("ABCDE"), dtype=object),
        near=spell([[60, 100, 3], [10, 20, 2], [60, 100, 1], [10, 20, 1], [0, 0, 0]]),
        wide=spell([[90, 200, 5], [40, 100, 2], [80, 100, 1], [20, 40, 9], [0, 0, 0]]),
        extras={"standing": np.array([1.0, NAN, 5.0, 5.0, 1.0])},
    )
    scores = score(WINDOWED, inputs)
    assert scores.chosen.reason[:, 0].tolist() == [OK, OK, TOO_FEW_MERCHANTS, TOO_LITTLE, NO_DATA]
    assert scores.chosen.days[:, 0].tolist() == [90, 365, 365, 365, 365]
    assert scores.chosen.raw[:2, 0].tolist() == [60.0, 40.0]
    # sums without a denominator never widen
    assert scores.chosen.reason[:, 1].tolist() == [OK, TOO_LITTLE, OK, TOO_LITTLE, TOO_LITTLE]
    assert scores.chosen.days[:, 1].tolist() == [90] * 5
    assert scores.capability_reason[:, 0].tolist() == [OK, *[TOO_FEW_METRICS] * 4]
    assert scores.reason.tolist() == [OK, *[TOO_FEW_CAPABILITIES] * 4]
    assert scores.capability[0].tolist() == [60, 50]
    assert not scores.below_floor[0, 0]
    assert scores.composite[0] == 55.0
    assert not scores.bound.any()  # 55 is no less than the floor, and its level is 2 by itself
    assert scores.level[0] == 2.0
    assert np.isnan(scores.composite[1:]).all()
    assert np.isnan(scores.level[1:]).all()
    assert scores.bottleneck.tolist() == [1, 1, 1, 1, 1]


def test_gates_on_the_level_and_missing_columns() -> None:
    rows = [[90, 100, 3], [90, 100, 3]]
    inputs = Inputs(
        subjects=np.array(["A", "B"], dtype=object),
        near=spell(rows),
        wide=spell(rows),
        extras={"standing": np.array([2.0, NAN])},
    )
    scores = score(WINDOWED, inputs)
    assert scores.composite.tolist() == [70.0, 70.0]
    assert scores.level.tolist() == [2.0, 3.0]
    assert scores.bound.tolist() == [[False, True], [False, False]]
    with pytest.raises(EngineError) as caught:
        score(WINDOWED, Inputs(inputs.subjects, inputs.near, inputs.wide, {}))
    assert caught.value.code == "gate_input"
    assert caught.value.field == "gates[1].when"


TABLE = load_model("""
key = "plain"
version = "1"
source = "table"
subject = ["id"]
columns = ["x", "y"]
[[capabilities]]
key = "all"
weight = 1.0
[[metrics]]
key = "ratio"
capability = "all"
weight = 1.0
numerator = "x"
denominator = "y"
normaliser = { kind = "percentile" }
""")


def test_plain_tables() -> None:
    table = {
        "id": np.array(["b", "a", "c", "d"], dtype=object),
        "x": np.array([2, 1, 0, 5]),
        "y": np.array([2.0, 2.0, NAN, 0.0]),
    }
    inputs = inputs_from_table(TABLE, table)
    assert inputs.subjects.tolist() == ["a", "b", "c", "d"]
    assert inputs.order.tolist() == [1, 0, 2, 3]
    scores = score(TABLE, inputs)
    np.testing.assert_array_equal(scores.composite, [25, 75, NAN, NAN])
    cards, ledger = scorecard_table(scores), ledger_table(scores)
    assert cards["reason"].tolist() == [None, None, "too_few_capabilities", "too_few_capabilities"]
    assert ledger["reason"].tolist() == [None, None, "no_data", "no_data"]
    assert ledger["window_days"].tolist() == [0, 0, 0, 0]
    assert set(REASONS) >= {name for name in ledger["reason"] if name}
    assert scores_digest(scores) == scores_digest(score(TABLE, inputs))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"y": None}, "missing_columns"),
        ({"y": np.array(["2", "two"], dtype=object)}, "not_numeric"),
        ({"id": np.array(["a", "a"], dtype=object)}, "repeated_subject"),
    ],
)
def test_tables_that_cannot_be_scored(change: dict[str, object], code: str) -> None:
    table = {"id": np.array(["a", "b"], dtype=object), "x": np.array([1, 2]), "y": np.array([1, 2])}
    table = {name: column for name, column in {**table, **change}.items() if column is not None}
    with pytest.raises(EngineError) as caught:
        inputs_from_table(TABLE, table)
    assert caught.value.code == code
