"""Odds of promotion, stay and relegation."""

import numpy as np
import pytest
from scipy.stats import norm

from engine.errors import EngineError
from engine.odds import outcome_odds


def test_two_rows_match_the_normal_distribution() -> None:
    odds = outcome_odds(subject=["a", "b"], score=[52.0, 50.0], se=[3.0, 4.0], promote=1, seed=7, draws=200_000)
    assert odds.in_top[0] == pytest.approx(norm.cdf(2 / 5), abs=0.005)
    assert odds.in_top.sum() == pytest.approx(1)


def test_the_three_odds_sum_to_one_and_certainty_is_exact() -> None:
    odds = outcome_odds(
        subject=list("abc"), score=[90.0, 70.0, 10.0], se=[0, 0, 0], promote=1, relegate=1, entry_threshold=60, seed=1
    )
    assert odds.promotion.tolist() == [1, 0, 0]
    assert odds.stay.tolist() == [0, 1, 0]
    assert odds.relegation.tolist() == [0, 0, 1]


def test_threshold_gates_and_protection_count() -> None:
    odds = outcome_odds(
        subject=list("abcd"),
        track=list("ttuu"),
        score=[50.0, 40.0, 90.0, 20.0],
        se=[5.0, 1.0, 0.0, 0.0],
        promote=1,
        relegate=1,
        entry_threshold=50.0,
        may_rise=[True, True, False, True],
        may_fall=[True, True, True, False],
        seed=3,
        draws=20_000,
    )
    assert odds.in_top[0] == pytest.approx(norm.cdf(10 / np.sqrt(26)), abs=0.01)
    assert odds.promotion[0] == pytest.approx(0.5, abs=0.01)
    assert (odds.in_top[2], odds.promotion[2], odds.stay[2]) == (1, 0, 1)
    assert (odds.relegation[3], odds.stay[3]) == (0, 1)


def test_ranking_by_the_lower_bound_keeps_each_rows_margin() -> None:
    odds = outcome_odds(subject=["a", "b"], score=[60.0, 58.0], lower=[50.0, 55.0], se=[0.1, 0.1], promote=1, seed=1)
    assert odds.in_top.tolist() == [0, 1]


def test_the_band_below_the_line_plays_off_and_the_four_sum_to_one() -> None:
    odds = outcome_odds(
        subject=list("abcd"),
        score=[90.0, 80.0, 55.0, 10.0],
        se=[0, 0, 0, 0],
        promote=1,
        play_off=2,
        relegate=1,
        entry_threshold=60,
        may_rise=[True, True, True, True],
        seed=1,
    )
    assert [odds.promotion.tolist(), odds.play_off.tolist(), odds.stay.tolist(), odds.relegation.tolist()] == [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
    ]
    tight = outcome_odds(subject=["a", "b"], score=[52.0, 50.0], se=[3.0, 4.0], promote=1, play_off=5, seed=7)
    assert (tight.promotion + tight.play_off).tolist() == [1, 1]
    assert (tight.promotion + tight.play_off + tight.stay + tight.relegation).tolist() == pytest.approx([1, 1])


def test_who_has_no_lower_bound_stands_last_as_on_the_board() -> None:
    odds = outcome_odds(
        subject=list("abc"), score=[60.0, 90.0, 50.0], lower=[55.0, None, 45.0], se=[0, 0, 0], promote=1, seed=1
    )
    assert odds.in_top.tolist() == [1, 0, 0]


def test_row_order_does_not_matter_and_the_seed_does() -> None:
    first = outcome_odds(subject=["a", "b", "c"], score=[3, 2, 1], se=[1, 1, 1], promote=1, seed=5)
    turned = outcome_odds(subject=["c", "a", "b"], score=[1, 3, 2], se=[1, 1, 1], promote=1, seed=5)
    other = outcome_odds(subject=["a", "b", "c"], score=[3, 2, 1], se=[1, 1, 1], promote=1, seed=6)
    assert first.in_top.tolist() == turned.in_top[[1, 2, 0]].tolist()
    assert first.in_top.tolist() != other.in_top.tolist()


def test_bootstrap_replicates_are_counted_as_they_are() -> None:
    replicates = np.array([[9.0, 1.0, 5.0, np.nan], [5.0, 6.0, 4.0, 2.0], [1.0, 0.0, 1.0, 1.0]])
    odds = outcome_odds(
        subject=["a", "b", "c"], score=[5, 5, None], replicates=replicates, promote={0: 1}, relegate={0: 1}, seed=0
    )
    assert odds.in_top[:2].tolist() == [0.5, 0.5]
    assert odds.relegation[:2].tolist() == [0.5, 0.5]
    assert np.isnan(odds.in_top[2])


@pytest.mark.parametrize(
    "spread",
    [{}, {"se": [1], "replicates": [[1.0]]}, {"replicates": [1.0]}, {"se": [-1]}],
)
def test_odds_need_one_valid_spread(spread: dict[str, object]) -> None:
    with pytest.raises(EngineError):
        outcome_odds(subject=["a"], score=[1], seed=1, **spread)
