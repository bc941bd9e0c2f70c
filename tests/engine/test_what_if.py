"""Other values and other weights: the same answers as a full re-score, for every model and every input."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.inputs import inputs_from_table
from engine.marginal import capability_gains, efforts, next_steps, take_steps
from engine.model import Gate, Peers, ScoringModel
from engine.model_toml import load_model
from engine.peers import LINES, metric_distances
from engine.reweigh import Recomposer, own_weights
from engine.scoring import Scores, score
from engine.tables import Table
from engine.weights import compare, reweigh, with_weights
from engine.what_if import Basis, basis_of, narrow, rescore
from tests.engine.test_scoring_properties import FIXED_PRIORS, models, tables

GATES = (Gate("low", "m0 <= 0.3 and c1 > 10", at_most=40.0), Gate("level", "composite > 60", "level", at_most=2.0))


@st.composite
def worlds(draw: st.DrawFn, priors: st.SearchStrategy = FIXED_PRIORS) -> tuple[ScoringModel, Table]:
    """A model with levels, gates and sometimes peer groups, and a table for it."""
    model, table = draw(models(priors)), draw(tables())
    table["size"] = np.array(
        draw(st.lists(st.sampled_from("sl"), min_size=len(table["id"]), max_size=len(table["id"])))
    )
    model = replace(
        model,
        gates=draw(st.sampled_from([(), GATES])),
        composite=replace(model.composite, levels=(20.0, 50.0, 75.0)),
        peers=draw(st.sampled_from([Peers(), Peers(("size",), 2)])),
    )
    return model, table


def found(model: ScoringModel, table: Table) -> tuple[Scores, Basis]:
    inputs = inputs_from_table(model, table)
    scores = score(model, inputs)
    return scores, basis_of(scores, inputs)


def same(first: Scores, second: Scores) -> None:
    for name in ("composite", "level", "capability", "contribution", "points", "gate_effect", "metric_weight"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=0, atol=1e-9, err_msg=name)
    np.testing.assert_array_equal(first.bound, second.bound)


@settings(max_examples=50, deadline=None)
@given(world=worlds(), who=st.integers(0, 11))
def test_the_present_values_change_nothing(world: tuple[ScoringModel, Table], who: int) -> None:
    scores, basis = found(*world)
    who %= len(scores.subjects)
    values = {
        index: float(value) for index, value in enumerate(basis.raw[who]) if not np.isnan(basis.points[who, index])
    }
    np.testing.assert_array_equal(rescore(basis, who, values).composite, scores.composite)
    same(rescore(basis, who, {}), scores)


@settings(max_examples=80, deadline=None)
@given(
    world=worlds(),
    who=st.integers(0, 11),
    shares=st.lists(st.sampled_from([0.0, 0.2, 0.5, 1.0]), min_size=4, max_size=4),
)
def test_other_values_are_scored_as_a_full_run_scores_them(
    world: tuple[ScoringModel, Table], who: int, shares: list[float]
) -> None:
    model, table = world
    scores, basis = found(model, table)
    who %= len(scores.subjects)
    values = {index: share for index, share in enumerate(shares) if not np.isnan(basis.points[who, index])}
    answer = rescore(basis, who, values)
    for index, share in values.items():
        table[f"a{index}"][who] = share * table[f"b{index}"][who]
    whole, _basis = found(model, table)
    same(answer, whole)
    rows = np.flatnonzero(basis.groups.number == basis.groups.number[who])
    alone = rescore(narrow(basis, rows), int(np.flatnonzero(rows == who)[0]), values)
    np.testing.assert_allclose(alone.composite, whole.composite[rows], rtol=0, atol=1e-9)


@settings(max_examples=80, deadline=None)
@given(world=worlds(), who=st.integers(0, 11), metric=st.integers(0, 3), by=st.sampled_from([0.01, 0.1, 0.5]))
def test_a_better_value_never_lowers_the_score(
    world: tuple[ScoringModel, Table], who: int, metric: int, by: float
) -> None:
    model, table = world
    model = replace(model, gates=())  # a gate may hold a better value back, and is meant to
    scores, basis = found(model, table)
    who %= len(scores.subjects)
    assume(not np.isnan(scores.composite[who]) and not np.isnan(basis.points[who, metric]))
    sign = 1 if model.metrics[metric].direction == "higher" else -1
    answer = rescore(basis, who, {metric: float(basis.raw[who, metric]) + sign * by})
    assert answer.composite[who] >= scores.composite[who] - 1e-9


@settings(max_examples=50, deadline=None)
@given(world=worlds(), who=st.integers(0, 11))
def test_a_step_is_the_difference_of_two_full_scores(world: tuple[ScoringModel, Table], who: int) -> None:
    model, table = world
    scores, basis = found(model, table)
    who %= len(scores.subjects)
    steps = next_steps(basis, who)
    for taken in (steps.line, steps.effort):
        for index, target in enumerate(taken.target):
            if np.isnan(target):
                assert np.isnan(taken.composite[index])
                continue
            alone = rescore(basis, who, {index: float(target)})
            np.testing.assert_allclose(taken.composite[index], alone.composite[who], rtol=0, atol=1e-9)
            np.testing.assert_array_equal(taken.level[index], alone.level[who])


@settings(max_examples=50, deadline=None)
@given(world=worlds(), who=st.integers(0, 11))
def test_the_next_line_is_the_first_that_is_not_reached(world: tuple[ScoringModel, Table], who: int) -> None:
    scores, basis = found(*world)
    who %= len(scores.subjects)
    distances = metric_distances(basis, who)
    for index, metric in enumerate(basis.model.metrics):
        number, value = distances.next_line[index], distances.value[index]
        if np.isnan(value) or number < 0:
            continue
        sign = 1 if metric.direction == "higher" else -1
        assert number == len(LINES) or sign * distances.lines[number, index] > sign * value
        assert number == 0 or sign * distances.lines[number - 1, index] <= sign * value
        assert 1 <= distances.place[index] <= distances.count[index]


def test_what_is_not_assessed_gets_the_least_evidence_that_is_asked_for() -> None:
    model, table = plain_world()
    table["b0"][1], table["a0"][1] = 10.0, 5.0
    _scores, basis = found(model, table)
    assert np.isnan(basis.points[1, 0])
    answer = rescore(basis, 1, {0: 0.8})
    table["b0"][1], table["a0"][1] = 30.0, 24.0
    same(answer, found(model, table)[0])


PLAIN = """
key = "plain"
version = "1"
source = "table"
subject = ["id"]
columns = ["a0", "b0", "a1", "b1"]
[composite]
levels = [40.0, 60.0]
[[capabilities]]
key = "c0"
weight = 0.6
[[capabilities]]
key = "c1"
weight = 0.4
[[metrics]]
key = "m0"
capability = "c0"
weight = 1.0
numerator = "a0"
denominator = "b0"
unit = "share"
minimum = 30
normaliser = { kind = "goalposts", lower = 0.0, upper = 1.0 }
[[metrics]]
key = "m1"
capability = "c1"
weight = 1.0
numerator = "a1"
denominator = "b1"
unit = "share"
direction = "lower"
normaliser = { kind = "goalposts", lower = 0.0, upper = 1.0 }
"""


def plain_world() -> tuple[ScoringModel, Table]:
    """Scores 0.6 m0 + 0.4 (100 - m1), in per cent; `m0` asks for 30 of evidence."""
    table: Table = {
        "id": np.array(list("abcd"), dtype=object),
        "a0": np.array([30.0, 40.0, 50.0, 60.0]),
        "b0": np.full(4, 100.0),
        "a1": np.array([10.0, 20.0, 30.0, 40.0]),
        "b1": np.full(4, 100.0),
    }
    return load_model(PLAIN), table


def test_steps_worked_out_by_hand() -> None:
    scores, basis = found(*plain_world())
    assert scores.composite.tolist() == [54.0, 56.0, 58.0, 60.0]
    steps = next_steps(basis, 0)
    # The first quarter of 30, 40, 50 and 60 per cent is 37.5: 0.6 * 7.5 points more. Nobody is better at m1.
    assert steps.line.target[0] == pytest.approx(0.375)
    assert np.isnan(steps.line.target[1])
    assert steps.gain(steps.line)[0] == pytest.approx(4.5, abs=1e-6)
    # One effort is a tenth of the way from the first quarter to the best tenth: 37.5 to 57, and 32.5 down to 13.
    assert steps.effort.target.tolist() == pytest.approx([0.3195, 0.0805])
    assert steps.gain(steps.effort).tolist() == pytest.approx([60 * 0.0195, 40 * 0.0195], abs=1e-6)
    assert steps.order.tolist() == [0, 1]
    assert steps.distances.place.tolist() == [4, 1]
    assert capability_gains(basis, scores.capability[0]).tolist() == pytest.approx([0.6, 0.4])


def test_efforts_stay_within_a_share_and_need_peers_that_differ() -> None:
    model, table = plain_world()
    table["a0"][3], table["a1"][:] = 100.0, 20.0
    _scores, basis = found(model, table)
    target = efforts(basis, metric_distances(basis, 3))
    assert np.isnan(target).all()
    assert np.isnan(take_steps(basis, 3, target).composite).all()


def test_what_is_no_number_is_refused() -> None:
    _scores, basis = found(*plain_world())
    with pytest.raises(EngineError) as refused:
        rescore(basis, 0, {1: float("nan")})
    assert (refused.value.code, refused.value.field) == ("no_value", "m1")


@settings(max_examples=50, deadline=None)
@given(
    world=worlds(), split=st.floats(0.05, 0.95), inside=st.floats(0.05, 0.95), size=st.sampled_from([0.01, 1.0, 70.0])
)
def test_other_weights_are_scored_as_a_full_run_scores_them(
    world: tuple[ScoringModel, Table], split: float, inside: float, size: float
) -> None:
    model, table = world
    scores, basis = found(model, table)
    other = with_weights(
        model, {"c0": split * size, "c1": (1 - split) * size}, {"m0": inside * size, "m1": (1 - inside) * size}
    )
    assert sum(part.weight for part in other.capabilities) == pytest.approx(1)
    same(reweigh(basis, other), found(other, table)[0])
    same(reweigh(basis, model), scores)
    own = {part.key: part.weight * size for part in model.capabilities}
    same(reweigh(basis, with_weights(model, own, {})), scores)


def test_a_part_without_weight_is_left_out_and_is_no_zero() -> None:
    model, table = plain_world()
    table["b0"][1] = 10.0
    _scores, basis = found(model, table)
    answer = reweigh(basis, with_weights(model, {"c0": 1, "c1": 0}, {}))
    assert answer.composite.tolist()[::2] == [30.0, 50.0]
    assert np.isnan(answer.composite[1])
    assert np.isnan(answer.capability[:, 1]).all()


@pytest.mark.parametrize("weights", [{"c0": -1.0}, {"c0": 0.0, "c1": 0.0}, {"c0": float("nan")}])
def test_impossible_weights_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(EngineError) as refused:
        with_weights(plain_world()[0], weights, {})
    assert refused.value.code == "bad_weight"


def test_who_moves_when_weights_do() -> None:
    model, table = plain_world()
    _scores, basis = found(model, table)
    ranked = np.array([True, True, True, False])
    after = reweigh(basis, with_weights(model, {"c0": 0.2, "c1": 0.8}, {}))
    shift = compare(basis, after, np.zeros(4, dtype=np.int64), ranked)
    # 0.2 m0 + 0.8 (100 - m1) is 78, 72, 66, 60: the order of the first three turns round.
    assert after.composite.tolist() == [78.0, 72.0, 66.0, 60.0]
    np.testing.assert_array_equal(shift.place_before, [3, 2, 1, np.nan])
    np.testing.assert_array_equal(shift.climbed, [2, 0, -2, np.nan])
    assert (shift.moved, shift.correlation) == (2, pytest.approx(-1))
    assert shift.score_change.tolist() == [24.0, 16.0, 8.0, 0.0]
    assert shift.tiers.tolist() == [[0, 0], [3, 0], [1, 4]]


@settings(max_examples=50, deadline=None)
@given(world=worlds(), split=st.floats(0.05, 0.95), inside=st.floats(0.05, 0.95))
def test_one_set_of_weights_gives_what_many_at_once_give(
    world: tuple[ScoringModel, Table], split: float, inside: float
) -> None:
    model, table = world
    inputs = inputs_from_table(model, table)
    scores = score(model, inputs)
    other = with_weights(model, {"c0": split, "c1": 1 - split}, {"m0": inside, "m1": 1 - inside})
    one = reweigh(basis_of(scores, inputs), other)
    composite, level = Recomposer(scores, inputs).recompose(own_weights(other))
    np.testing.assert_allclose(composite[:, 0], one.composite, atol=1e-9)
    apart = (level[:, 0] != one.level) & ~np.isnan(one.level)
    # A score that lies on a limit may fall on either side of it by the last bit.
    edges = np.array([*model.composite.levels, 60.0, 40.0])
    assert all(np.abs(edges - value).min() < 1e-6 for value in one.composite[apart])
