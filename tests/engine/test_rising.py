"""Growth over a matched baseline: exact results, and what must hold for any field."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from engine.errors import EngineError
from engine.rising import measure_growth

SCORE = st.integers(0, 1000).map(lambda value: value / 10)
SIZE = st.integers(1, 10**7).map(float)
FIELD = st.lists(st.tuples(SCORE, SCORE, SIZE), min_size=1, max_size=40)


def columns(field: list[tuple[float, float, float]]) -> dict[str, np.ndarray]:
    table = np.array(field, dtype=np.float64).reshape(-1, 3)
    return {"start": table[:, 0], "end": table[:, 1], "size": table[:, 2]}


def test_the_change_is_told_against_those_who_started_alike() -> None:
    # Two groups far apart: the low ones gained 5 by themselves, the high ones lost 2.
    found = measure_growth(
        start=[20, 20, 20, 20, 80, 80, 80, 80],
        end=[25, 25, 25, 31, 78, 78, 78, 84],
        neighbours=3,
    )
    assert found.change.tolist() == [5, 5, 5, 11, -2, -2, -2, 4]
    assert found.peers.tolist() == [3] * 8
    assert found.baseline.tolist() == [7, 7, 7, 5, 0, 0, 0, -2]
    assert found.growth.tolist() == [-2, -2, -2, 6, -2, -2, -2, 6]


def test_size_decides_who_the_peers_are_and_nothing_else() -> None:
    same = {"start": [50.0] * 8, "end": [51, 51, 51, 55, 59, 59, 59, 55]}
    by_size = measure_growth(**same, size=[1, 1, 1, 1, 1000, 1000, 1000, 1000], neighbours=3)
    # 55 is a rise among the small, who gained 1, and a fall behind the large, who gained 9.
    assert (by_size.growth[3], by_size.growth[7]) == (4.0, -4.0)
    assert measure_growth(**same, neighbours=3).peers.tolist() == [7] * 8


def test_the_interval_adds_the_errors_of_both_scores_and_of_the_peers() -> None:
    found = measure_growth(
        start=[50.0] * 5,
        end=[56.0, 51, 53, 51, 53],
        start_se=[3.0] * 5,
        end_se=[4.0] * 5,
        confidence=0.6826894921370859,
    )
    # The peers' changes 1, 3, 1, 3 have the variance 4/3, their mean a third of it; 9 + 16 + 1/3.
    assert found.growth[0] == 4.0
    assert_allclose([found.lower[0], found.upper[0]], [4 - (25 + 1 / 3) ** 0.5, 4 + (25 + 1 / 3) ** 0.5], rtol=1e-12)


def test_who_has_no_start_no_end_or_too_few_peers_is_not_told() -> None:
    found = measure_growth(start=[50, np.nan, 50, 50, 50], end=[51, 60, np.nan, 52, 53])
    assert np.isnan(found.growth).all()
    assert found.peers.tolist() == [0] * 5
    found = measure_growth(start=[50, np.nan, 50, 50, 50], end=[51, 60, 54, 52, 53])
    assert found.peers.tolist() == [3, 0, 3, 3, 3]
    assert found.growth[[0, 2]].tolist() == [-2.0, 2.0]
    assert np.isnan(found.growth[1])
    assert measure_growth(start=[], end=[]).growth.tolist() == []


@pytest.mark.parametrize("bad", [{"neighbours": 0}, {"least_peers": 0}, {"confidence": 1.0}])
def test_numbers_out_of_range_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="at least one peer"):
        measure_growth(start=[1.0], end=[2.0], **bad)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="values where"):
        measure_growth(start=[1.0], end=[2.0, 3.0])


@settings(max_examples=100, deadline=None)
@given(FIELD, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(field: list[tuple[float, float, float]], random: object) -> None:
    order = list(range(len(field)))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight, mixed = measure_growth(**columns(field)), measure_growth(**columns([field[row] for row in order]))
    assert_allclose(mixed.growth, straight.growth[order], rtol=0, atol=0)
    assert mixed.peers.tolist() == straight.peers[order].tolist()


@settings(max_examples=100, deadline=None)
@given(FIELD, st.integers(-50, 50))
def test_what_moves_everybody_alike_cancels(field: list[tuple[float, float, float]], shock: int) -> None:
    given_ = columns(field)
    moved = measure_growth(**{**given_, "end": given_["end"] + shock})
    assert_allclose(moved.growth, measure_growth(**given_).growth, atol=2e-6)


@settings(max_examples=100, deadline=None)
@given(FIELD, st.sampled_from([0.5, 2.0, 100.0]))
def test_the_unit_of_size_changes_nothing(field: list[tuple[float, float, float]], factor: float) -> None:
    given_ = columns(field)
    scaled = measure_growth(**{**given_, "size": given_["size"] * factor})
    assert_allclose(scaled.growth, measure_growth(**given_).growth, atol=2e-6)


@settings(max_examples=100, deadline=None)
@given(st.lists(SCORE, min_size=4, max_size=40), st.integers(-20, 20))
def test_a_field_that_moves_as_one_has_no_growth(starts: list[float], step: int) -> None:
    start = np.array(starts)
    found = measure_growth(start=start, end=start + step)
    assert_allclose(found.growth, np.zeros(len(start)), atol=2e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SCORE, SCORE), min_size=4, max_size=30))
def test_with_everybody_as_peers_it_is_the_change_against_the_mean_of_the_others(
    field: list[tuple[float, float]],
) -> None:
    start, end = np.array(field).T
    found = measure_growth(start=start, end=end, neighbours=len(field))
    change = end - start
    others = (change.sum() - change) / (len(field) - 1)
    assert_allclose(found.growth, change - others, atol=2e-6)
    assert_allclose(found.growth.sum(), 0.0, atol=1e-4)
