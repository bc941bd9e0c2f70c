"""Moves between levels, counted: exact tables, and that nobody is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.season_review import count_moves, order_by_change

MOVES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=60)


def test_each_goes_from_its_row_to_its_column_and_none_stands_last() -> None:
    matrix = count_moves(before=[1, 1, 2, 2, 0, 2], after=[1, 2, 2, 1, 2, 0], levels=2)
    assert matrix.tolist() == [[1, 1, 0], [1, 1, 1], [0, 1, 0]]
    assert count_moves(before=[], after=[], levels=1).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(("before", "after"), [([3], [1]), ([1], [-1]), ([1, 2], [1])])
def test_levels_out_of_range_are_refused(before: list[int], after: list[int]) -> None:
    with pytest.raises(ValueError, match="two levels"):
        count_moves(before=before, after=after, levels=2)


@given(MOVES)
def test_rows_and_columns_add_up_to_who_was_and_is_there(moves: list[tuple[int, int]]) -> None:
    before, after = [one[0] for one in moves], [one[1] for one in moves]
    matrix = count_moves(before=before, after=after, levels=4)
    assert matrix.sum(axis=1).tolist() == [*(before.count(level) for level in (1, 2, 3, 4)), before.count(0)]
    assert matrix.sum(axis=0).tolist() == [*(after.count(level) for level in (1, 2, 3, 4)), after.count(0)]
    assert (count_moves(before=after, after=before, levels=4) == np.transpose(matrix)).all()


def test_the_order_of_change_leaves_the_unknown_out() -> None:
    assert order_by_change([0, 3, None, -2, 3]) == [1, 4, 0, 3]
    assert order_by_change([]) == []
