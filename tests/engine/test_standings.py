"""Standings: places, ties, movement, lines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.standings import find_previous_places, measure_lines, rank_standings


def test_ties_share_a_place_and_the_next_place_is_skipped() -> None:
    standings = rank_standings(subject=["a", "b", "c", "d", "e"], score=[5, 4, 4, 3, None])
    assert standings.place.tolist() == [1, 2, 2, 4, None]
    assert standings.group_end.tolist() == [1, 3, 3, 4, None]
    assert standings.ranked.tolist() == [True, True, True, True, False]
    assert standings.ranked_count.tolist() == [4, 4, 4, 4, 4]


def test_the_chain_is_applied_in_order_and_the_deciding_key_is_named() -> None:
    standings = rank_standings(
        subject=["a", "b", "c", "d", "e"],
        lower=[50, 50, 50, 40, 50],
        score=[60, 70, 60, 99, 60],
        evidence=[10, 1, 30, 99, 10],
    )
    assert standings.order == ("lower", "score", "evidence")
    assert standings.place.tolist() == [3, 1, 2, 5, 3]
    assert [standings.decided_by_name(row) for row in (1, 2, 0, 4, 3)] == ["", "score", "evidence", "", "lower"]


def test_the_subject_orders_the_page_and_never_the_place() -> None:
    standings = rank_standings(subject=["z", "a", "m"], score=[1, 1, 2])
    assert standings.place.tolist() == [2, 2, 1]
    assert standings.display_order.tolist() == [2, 1, 0]


def test_a_key_can_run_upward_and_come_from_another_column() -> None:
    standings = rank_standings(
        subject=[1, 2, 3], score=[1, 1, 1], columns={"complaints": [3, 1, 2]}, order=("score", "complaints asc")
    )
    assert standings.place.tolist() == [3, 1, 2]


def test_noise_below_the_sixth_decimal_decides_nothing() -> None:
    standings = rank_standings(subject=["a", "b"], score=[0.1 + 0.2, 0.3])
    assert standings.place.tolist() == [1, 1]


def test_a_missing_key_of_a_ranked_row_is_worse_than_any_number() -> None:
    standings = rank_standings(subject=["a", "b", "c"], score=[9, 1, 9], lower=[None, 0, None])
    assert standings.place.tolist() == [2, 1, 2]


def test_movement_is_places_won_and_unknown_without_both_places() -> None:
    standings = rank_standings(subject=["a", "b", "c", "d"], score=[4, 3, 2, None], previous_place=[3, 2, None, 1])
    assert standings.movement.tolist() == [2, 0, None, None]
    assert standings.previous_place.tolist() == [3, 2, None, 1]


def test_previous_places_are_found_by_track_and_subject() -> None:
    before = rank_standings(subject=["a", "b", "a", "c"], track=["t", "t", "u", "u"], score=[1, 2, 3, None])
    places = find_previous_places(
        subject=["a", "a", "b", "c", "x"],
        track=["u", "t", "t", "u", "t"],
        before_subject=before.subject,
        before_track=before.track,
        before_place=before.place,
    )
    assert places.tolist() == [1, 2, 1, None, None]


def test_those_left_out_hold_no_place_and_close_the_gap() -> None:
    standings = rank_standings(subject=["a", "b", "c"], score=[3, 2, 1], left_out=[True, False, False])
    assert standings.place.tolist() == [None, 1, 2]


def test_an_empty_table_and_a_track_of_one() -> None:
    assert rank_standings(subject=[], score=[]).place.tolist() == []
    standings = rank_standings(subject=["a", "b"], track=["t", "u"], score=[1, None])
    assert standings.place.tolist() == [1, None]
    lines = measure_lines(standings, promote=1, relegate=1)
    assert lines.to_promotion[0] == 0 and np.isnan(lines.to_promotion[1])


def test_distances_to_the_lines_in_points_and_places() -> None:
    standings = rank_standings(subject=list("abcde"), score=[90, 80, 70, 60, 50], order=("score",))
    lines = measure_lines(standings, promote=2, relegate=1)
    assert lines.to_promotion.tolist() == [-10, 0, 10, 20, 30]
    assert lines.above_relegation.tolist() == [40, 30, 20, 10, 0]
    assert lines.places_to_promotion.tolist() == [-1, 0, 1, 2, 3]
    assert lines.places_above_relegation.tolist() == [4, 3, 2, 1, 0]


def test_lines_differ_by_track_and_are_unknown_where_nobody_moves() -> None:
    standings = rank_standings(subject=[1, 2, 3, 4], track=["t", "t", "u", "u"], score=[9, 5, 8, 6], order=("score",))
    lines = measure_lines(standings, promote={"t": 1}, relegate={"u": 5})
    assert lines.to_promotion[:2].tolist() == [0, 4] and np.isnan(lines.to_promotion[2:]).all()
    assert np.isnan(lines.above_relegation[:2]).all() and lines.above_relegation[2:].tolist() == [0, -2]
    assert lines.places_to_promotion.tolist() == [0, 1, None, None]


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"score": [1]}, "unequal_length", "score"),
        ({"score": ["x", "y"]}, "not_a_number", "score"),
        ({"score": [1, 2], "order": ("gmv",)}, "unknown_key", "order"),
        ({"score": [1, 2], "order": ("score up",)}, "bad_order", "order"),
        ({"score": [1, 2], "order": ("upper",)}, "no_key", "order"),
        ({"score": [1, 2], "subject": ["a", "a"]}, "repeated_subject", "subject"),
    ],
)
def test_bad_tables_are_refused_by_name(arguments: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(EngineError) as caught:
        rank_standings(**{"subject": ["a", "b"], **arguments})
    assert (caught.value.code, caught.value.field) == (code, field)


ROWS = st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(0, 6)), st.integers(0, 2)), max_size=30)


@given(ROWS, st.randoms(use_true_random=False))
def test_places_follow_the_definition_whatever_the_row_order(rows: list[tuple[int, int | None, int]], random) -> None:
    """A place is one more than the number of rows of the track that are strictly better."""
    numbered = [(index, *row) for index, row in enumerate(rows)]
    random.shuffle(numbered)
    standings = rank_standings(
        subject=[row[0] for row in numbered],
        track=[row[1] for row in numbered],
        score=[row[2] for row in numbered],
        evidence=[row[3] for row in numbered],
    )
    for row, place in zip(numbered, standings.place.tolist(), strict=True):
        if row[2] is None:
            assert place is None
            continue
        better = [other for other in numbered if other[1] == row[1] and other[2] is not None and other[2:] > row[2:]]
        assert place == len(better) + 1
