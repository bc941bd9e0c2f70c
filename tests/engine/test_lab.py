"""Who moves between two rules: by hand, and what holds for any scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from engine.lab import (
    Side,
    compare_sides,
    count_transitions,
    histogram,
    measure_effect,
    place_correlation,
    place_of,
)

NONE = float("nan")
BEFORE = Side(np.array([80.0, 60.0, 40.0, NONE, 20.0]), np.array([1.0, 2, 3, NONE, 4]), np.array([3.0, 2, 1, NONE, 1]))
AFTER = Side(np.array([80.5, 50.0, 65.0, 30.0, NONE]), np.array([1.0, 3, 2, 4, NONE]), np.array([3.0, 2, 2, 1, NONE]))


def test_moves_by_hand() -> None:
    moves = compare_sides(BEFORE, AFTER, least=1.0)
    assert np.nan_to_num(moves.score, nan=-99).tolist() == [0.5, -10.0, 25.0, -99.0, -99.0]
    assert np.nan_to_num(moves.place, nan=-99).tolist() == [0.0, -1.0, 1.0, -99.0, -99.0]
    assert moves.gained.tolist() == [False, False, False, True, False]
    assert moves.lost.tolist() == [False, False, False, False, True]
    # The first moves by half a point and keeps its level: it would not notice.
    assert moves.affected.tolist() == [False, True, True, True, True]


def test_transitions_by_hand() -> None:
    found = count_transitions(BEFORE.level, AFTER.level, 3)
    assert found.tolist() == [[0, 1, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]]


def test_effect_on_a_group_by_hand() -> None:
    moves = compare_sides(BEFORE, AFTER, least=1.0)
    effect = measure_effect("small", np.array([False, True, True, True, True]), moves)
    assert (effect.size, effect.compared, effect.gained, effect.lost, effect.affected) == (4, 2, 1, 1, 4)
    assert (effect.winners, effect.losers, effect.mean_score, effect.median_place) == (1, 1, 7.5, 0.0)
    nobody = measure_effect("nobody", np.zeros(5, dtype=np.bool_), moves)
    assert (nobody.size, nobody.mean_score, nobody.median_place) == (0, None, None)


def test_places_share_the_best_of_equals() -> None:
    place = place_of(np.array([50.0, 70.0, NONE, 70.0, 90.0]), np.array([True, True, True, True, False]))
    assert np.nan_to_num(place, nan=-1).tolist() == [3.0, 1.0, -1.0, 1.0, -1.0]
    assert place_of(np.array([]), np.array([], dtype=np.bool_)).tolist() == []


def test_histogram_of_nothing_of_one_value_and_of_many() -> None:
    assert histogram(np.array([NONE])) == ([], [])
    assert histogram(np.array([2.0, 2.0, NONE])) == ([2.0, 2.0], [2])
    edges, counts = histogram(np.array([0.0, 1.0, 2.0, 3.0]), bins=2)
    assert (edges, counts) == ([0.0, 1.5, 3.0], [2, 2])


SCORES = arrays(np.float64, 12, elements=st.integers(0, 20).map(float))


@given(SCORES, SCORES)
def test_the_correlation_of_places_is_spearmans(first: np.ndarray, second: np.ndarray) -> None:
    found = place_correlation(first, second)
    if len(set(first)) > 1 and len(set(second)) > 1:
        assert found == pytest.approx(spearmanr(first, second).statistic, abs=1e-9)
    else:
        assert found is None


@given(SCORES)
def test_a_rule_against_itself_moves_nobody(scores: np.ndarray) -> None:
    side = Side(scores, place_of(scores, np.ones(12, dtype=np.bool_)), np.floor(scores / 7) + 1)
    moves = compare_sides(side, side, least=1.0)
    assert not moves.affected.any()
    assert np.trace(count_transitions(side.level, side.level, 4)) == 12
