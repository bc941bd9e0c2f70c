"""Confidence sets for ranks: PISA's published sets, exact cases and coverage."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import EngineError
from engine.ranks import bound_ranks, find_true_top
from engine.tables import read_table

ROOT = Path(__file__).resolve().parents[2]
PISA = Path(os.environ.get("PADDOCK_SHARED_DATA", ROOT.parent / "shared" / "data")) / "pisa" / "pisa2018.csv"


@pytest.fixture(scope="module")
def pisa() -> dict[str, Any]:
    if not PISA.is_file():
        pytest.skip(f"no reference data at {PISA}; set PADDOCK_SHARED_DATA to its folder")
    return read_table(PISA)


@pytest.mark.shared_data
@pytest.mark.parametrize(("level", "countries"), [(0.95, 12), (0.90, 11)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_set_of_the_true_top_five_in_mathematics(
    pisa: dict[str, Any], level: float, countries: int, seed: int
) -> None:
    member = find_true_top(pisa["math_score"], pisa["math_se"], top=5, level=level, seed=seed)
    assert member.sum() == countries
    assert set(pisa["jurisdiction"][member]) >= {"Japan", "Korea", "Estonia", "Netherlands", "Poland"}


@pytest.mark.shared_data
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_rank_of_the_united_kingdom_is_seven_to_twenty_three(pisa: dict[str, Any], seed: int) -> None:
    sets = bound_ranks(pisa["math_score"], pisa["math_se"], level=0.95, seed=seed)
    row = pisa["jurisdiction"].tolist().index("United Kingdom")
    assert (sets.lower[row], sets.upper[row]) == (7, 23)


@pytest.mark.shared_data
def test_simultaneous_sets_hold_the_marginal_ones_and_the_place_itself(pisa: dict[str, Any]) -> None:
    score, se = pisa["math_score"], pisa["math_se"]
    marginal = bound_ranks(score, se, seed=1)
    together = bound_ranks(score, se, seed=1, simultaneous=True)
    place = 1 + (score[None, :] > score[:, None]).sum(axis=1)
    assert (together.lower <= marginal.lower).all() and (marginal.upper <= together.upper).all()
    assert (marginal.lower <= place).all() and (place <= marginal.upper).all()


@pytest.mark.parametrize("simultaneous", [False, True])
def test_far_apart_scores_have_one_rank_and_equal_ones_all(simultaneous: bool) -> None:
    apart = bound_ranks([300, 100, 200], [1, 1, 1], seed=1, simultaneous=simultaneous)
    assert apart.lower.tolist() == apart.upper.tolist() == [1, 3, 2]
    equal = bound_ranks([5, 5, 5], [1, 1, 1], seed=1, simultaneous=simultaneous)
    assert (equal.lower.tolist(), equal.upper.tolist()) == ([1, 1, 1], [3, 3, 3])


def test_scores_without_error_are_certain_and_equal_ones_tie() -> None:
    sets = bound_ranks([3, 1, 3], [0, 0, 0], seed=1)
    assert (sets.lower.tolist(), sets.upper.tolist()) == ([1, 3, 1], [2, 3, 2])


def test_who_is_not_assessed_is_not_ranked() -> None:
    sets = bound_ranks([30, None, 10], [1, None, 1], seed=1)
    assert (sets.lower.tolist(), sets.upper.tolist()) == ([1, None, 2], [1, None, 2])
    assert find_true_top([30, None, 10], [1, None, 1], top=1, seed=1).tolist() == [True, False, False]
    assert bound_ranks([7], [1], seed=1).upper.tolist() == [1]
    assert bound_ranks([], [], seed=1).lower.tolist() == []
    assert find_true_top([None], [None], top=1, seed=1, draws=100).tolist() == [False]


def test_the_top_is_never_smaller_than_asked() -> None:
    assert find_true_top([9, 8, 1], [0.1, 0.1, 0.1], top=2, seed=1).tolist() == [True, True, False]
    assert find_true_top([9, 8, 1], [50, 50, 50], top=1, seed=1).all()
    assert find_true_top([9, 8, 1], [0.1, 0.1, 0.1], top=5, seed=1).all()


def test_a_covariance_matrix_sharpens_what_moves_together() -> None:
    errors = np.array([[4.0, 3.9], [3.9, 4.0]])
    together = bound_ranks([12, 10], errors, seed=1)
    apart = bound_ranks([12, 10], [2, 2], seed=1)
    assert (together.lower.tolist(), together.upper.tolist()) == ([1, 2], [1, 2])
    assert (apart.lower.tolist(), apart.upper.tolist()) == ([1, 1], [2, 2])


def test_the_seed_makes_it_repeatable() -> None:
    score, se = np.linspace(0, 10, 12), np.full(12, 1.5)
    first, again = (bound_ranks(score, se, seed=4, draws=500) for _ in range(2))
    assert first.lower.tolist() == again.lower.tolist() and first.upper.tolist() == again.upper.tolist()


def test_simultaneous_sets_cover_all_true_ranks_as_often_as_they_promise() -> None:
    generator = np.random.default_rng(20)
    truth = np.array([0.0, 0.0, 1.0, 2.0, 2.5, 4.0])
    least = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    most = len(truth) - (truth[None, :] < truth[:, None]).sum(axis=1)
    covered = tops = 0
    for seed in range(300):
        estimate = truth + generator.standard_normal(len(truth))
        sets = bound_ranks(estimate, np.ones(len(truth)), level=0.9, seed=seed, simultaneous=True, draws=400)
        covered += bool((sets.lower <= least).all() and (sets.upper >= most).all())
        tops += bool(find_true_top(estimate, np.ones(len(truth)), top=2, level=0.9, seed=seed, draws=400)[4:].all())
    assert covered >= 0.87 * 300 and tops >= 0.87 * 300


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"se": [1]}, "bad_se"),
        ({"se": [1, -1]}, "bad_se"),
        ({"se": [1, None]}, "bad_se"),
        ({"se": [1, 1], "level": 1.0}, "bad_level"),
        ({"se": [1, 1], "draws": 10}, "bad_level"),
    ],
)
def test_bad_input_is_refused(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(EngineError) as caught:
        bound_ranks([1, 2], seed=1, **arguments)
    assert caught.value.code == code
