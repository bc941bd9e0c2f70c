"""Whole numbers shared out in whole numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.allocate import allocate
from engine.errors import EngineError


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1, 1], [5, 5]),
        (10, [3, 3, 3], [4, 3, 3]),
        (-7, [10, 5, 0], [-5, -2, 0]),
        (5, [0, 0], [3, 2]),
        (0, [4, 4], [0, 0]),
        (10**18, [1, 2], [333333333333333333, 666666666666666667]),
    ],
)
def test_by_hand(total: int, weights: list[int], parts: list[int]) -> None:
    assert allocate(total, np.array(weights, dtype=np.int64)).tolist() == parts


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**12), min_size=1, max_size=30))
def test_parts_sum_and_lie_within_one_of_their_share(total: int, weights: list[int]) -> None:
    parts = allocate(total, np.array(weights, dtype=np.int64)).tolist()
    assert sum(parts) == total
    shares = weights if any(weights) else [1] * len(weights)
    whole = sum(shares)
    assert all(abs(part * whole - total * share) < whole for part, share in zip(parts, shares, strict=True))
    if -whole <= total:
        assert all(share + part >= 0 for share, part in zip(shares, parts, strict=True))


def test_refusals() -> None:
    with pytest.raises(EngineError) as nothing:
        allocate(1, np.array([], dtype=np.int64))
    assert nothing.value.code == "nothing_to_share_among"
    with pytest.raises(EngineError) as negative:
        allocate(1, np.array([2, -1]))
    assert negative.value.code == "negative_weight"
