"""Cohorts: everybody once, no larger than allowed, nobody in a cohort of smaller ones."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.cohorts import cut_cohorts

SIZES = st.lists(st.one_of(st.integers(0, 5).map(float), st.just(float("nan"))), max_size=30)


def test_the_largest_race_together() -> None:
    cohorts = cut_cohorts([7, 3, 9, 5, 1], np.array([10.0, np.nan, 30.0, 10.0, 20.0]), 2)
    assert [part.tolist() for part in cohorts] == [[2, 4], [3, 0], [1]]


def test_a_field_that_fits_stays_as_it_is() -> None:
    assert [part.tolist() for part in cut_cohorts([7, 3], np.array([1.0, 2.0]), 2)] == [[0, 1]]
    assert [part.tolist() for part in cut_cohorts([7, 3, 5], np.zeros(3), None)] == [[0, 1, 2]]


@given(SIZES, st.integers(1, 8))
def test_cohorts_share_the_field_out(sizes: list[float], most: int) -> None:
    cohorts = cut_cohorts(np.arange(len(sizes)), np.array(sizes, dtype=np.float64), most)
    assert sorted(np.concatenate(cohorts).tolist()) == list(range(len(sizes)))
    assert max(len(part) for part in cohorts) <= most
    assert max(len(part) for part in cohorts) - min(len(part) for part in cohorts) <= 1
    if len(cohorts) > 1:
        known = np.nan_to_num(np.array(sizes))
        assert all(known[before].min() >= known[after].max() for before, after in pairwise(cohorts))
