"""Stability intervals of places: exact cases, invariance, and what is refused."""

import numpy as np
import pytest

from engine.errors import EngineError
from engine.stability import stability_ranks


def test_certain_scores_do_not_move_and_equal_ones_share_their_place() -> None:
    sets = stability_ranks(subject=list("abcd"), score=[9.0, 5.0, 5.0, 1.0], se=[0, 0, 0, 0], seed=1)
    assert (sets.lower.tolist(), sets.upper.tolist()) == ([1, 2, 2, 4], [1, 2, 2, 4])


def test_who_is_close_moves_and_who_is_far_stays() -> None:
    sets = stability_ranks(subject=list("abc"), score=[50.0, 49.9, 10.0], se=[2, 2, 0.1], seed=1)
    assert (sets.lower.tolist(), sets.upper.tolist()) == ([1, 1, 3], [2, 2, 3])


def test_who_has_no_error_has_no_interval_and_who_has_no_score_none_either() -> None:
    sets = stability_ranks(
        subject=list("abcd"), score=[9.0, 8.0, 7.0, None], lower=[8.0, None, 6.0, None], se=[0, None, 0, None], seed=1
    )
    # b has no lower bound: it stands last of the three, as on the board.
    assert (sets.lower.tolist(), sets.upper.tolist()) == ([1, None, 2, None], [1, None, 2, None])


def test_row_order_does_not_matter_and_the_seed_does() -> None:
    generator = np.random.default_rng(3)
    score, se = generator.normal(50, 5, 40), np.full(40, 4.0)
    names = np.array([f"P{at:02d}" for at in range(40)])
    first = stability_ranks(subject=names, score=score, se=se, seed=7, draws=200)
    order = generator.permutation(40)
    turned = stability_ranks(subject=names[order], score=score[order], se=se[order], seed=7, draws=200)
    assert turned.lower.tolist() == first.lower[order].tolist()
    assert turned.upper.tolist() == first.upper[order].tolist()
    other = stability_ranks(subject=names, score=score, se=se, seed=8, draws=200)
    assert (other.lower.tolist(), other.upper.tolist()) != (first.lower.tolist(), first.upper.tolist())


def test_nobody_at_all() -> None:
    assert stability_ranks(subject=[], score=[], se=[], seed=1).lower.tolist() == []


def test_a_negative_error_is_refused() -> None:
    with pytest.raises(EngineError) as refusal:
        stability_ranks(subject=["a"], score=[1.0], se=[-1.0], seed=1)
    assert refusal.value.code == "negative_se"
