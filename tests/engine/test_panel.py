"""Panels: consensus by hand, kappa against hand-computed tables and a brute-force count."""

from itertools import permutations, product
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.panel import LEVELS, MISSING, Judgement, estimate_kappa, kappa_of, settle

ORDER = ("reject", "return", "admit")
levels = st.tuples(*[st.one_of(st.none(), st.integers(0, LEVELS - 1))] * 5)
judgements = st.builds(Judgement, levels, st.sampled_from(ORDER))


@pytest.mark.parametrize(
    ("first", "second", "margin", "scores", "how"),
    [
        ((3, 2, 1, 0, 4), (3, 2, 1, 0, 4), 1, (3.0, 2.0, 1.0, 0.0, 4.0), "consensus"),
        ((3, 2, 1, 0, 4), (2, 2, 2, 1, 4), 1, (2.5, 2.0, 1.5, 0.5, 4.0), "margin"),
        ((3, 2, 1, 0, 4), (1, 2, 1, 0, 4), 2, (2.0, 2.0, 1.0, 0.0, 4.0), "margin"),
        ((None,) * 5, (None,) * 5, 1, (None,) * 5, "consensus"),
        ((3, None, 1, 0, 4), (2, None, 1, 0, 4), 1, (2.5, None, 1.0, 0.0, 4.0), "margin"),
    ],
)
def test_two_that_settle(first: tuple, second: tuple, margin: int, scores: tuple, how: str) -> None:
    found = settle([Judgement(first, "admit"), Judgement(second, "admit")], margin=margin, order=ORDER)
    assert found is not None
    assert (found.scores, found.recommendation, found.how) == (scores, "admit", how)


@pytest.mark.parametrize(
    ("first", "second", "margin"),
    [
        (Judgement((3, 2, 1, 0, 4), "admit"), Judgement((1, 2, 1, 0, 4), "admit"), 1),
        (Judgement((3, 2, 1, 0, 4), "admit"), Judgement((3, 2, 1, 0, 4), "return"), 1),
        (Judgement((3, 2, 1, 0, 4), "admit"), Judgement((3, 2, 1, None, 4), "admit"), 4),
        (Judgement((3, 2, 1, 0, 4), "admit"), Judgement((3, 2, 1, 1, 4), "admit"), 0),
    ],
)
def test_two_that_ask_for_a_third(first: Judgement, second: Judgement, margin: int) -> None:
    assert settle([first, second], margin=margin, order=ORDER) is None
    assert settle([second, first], margin=margin, order=ORDER) is None


def test_the_median_of_three() -> None:
    three = [
        Judgement((4, 4, None, None, None), "admit"),
        Judgement((0, 1, 3, None, 2), "reject"),
        Judgement((2, None, 2, 1, None), "return"),
    ]
    for order in permutations(three):
        found = settle(list(order), margin=1, order=ORDER)
        assert found is not None
        assert (found.scores, found.recommendation, found.how) == ((2.0, 2.5, 2.5, None, None), "return", "third")


@given(st.tuples(judgements, judgements, judgements))
def test_three_always_settle_between_the_extremes(three: tuple[Judgement, ...]) -> None:
    found = settle(three, margin=1, order=ORDER)
    assert found is not None
    words = [one.recommendation for one in three]
    assert max(words.count(word) for word in ORDER) < 2 or words.count(found.recommendation) >= 2
    for place, score in enumerate(found.scores):
        given_levels = [one.levels[place] for one in three if one.levels[place] is not None]
        assert score == (float(median(given_levels)) if len(given_levels) > 1 else None)


def test_kappa_of_a_table_by_hand() -> None:
    """3 x 3, n = 20: observed disagreement (7 x 1/4 + 1) / 20, expected (188 x 1/4 + 78) / 400."""
    table = [[5, 2, 1], [1, 4, 2], [0, 2, 3]]
    rows, columns = (8, 7, 5), (6, 8, 6)
    expected = sum(rows[i] * columns[j] * ((i - j) / 2) ** 2 for i, j in product(range(3), repeat=2)) / 400
    assert expected == pytest.approx(0.3125, abs=1e-12)
    assert float(kappa_of(table)) == pytest.approx(1 - 0.1375 / 0.3125, abs=1e-12)


def test_kappa_at_its_ends() -> None:
    assert float(kappa_of(np.diag([3, 1, 4, 1, 5]))) == 1.0
    assert float(kappa_of(np.outer([2, 1, 3, 1, 3], [1, 4, 1, 2, 2]))) == pytest.approx(0.0, abs=1e-12)
    assert float(kappa_of([[0, 5], [5, 0]])) == pytest.approx(-1.0, abs=1e-12)
    assert np.isnan(kappa_of([[7, 0], [0, 0]]))
    assert np.isnan(kappa_of(np.zeros((5, 5))))


@pytest.mark.parametrize("seed", range(5))
def test_kappa_equals_a_count_over_all_pairs(seed: int) -> None:
    """The expected disagreement is the mean over every pairing of any first with any second rating."""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, LEVELS, size=(2, 40))
    observed = float(((first - second) ** 2).mean())
    expected = float(np.mean([(one - other) ** 2 for one, other in product(first.tolist(), second.tolist())]))
    assert estimate_kappa(first, second, seed=1).value == pytest.approx(1 - observed / expected, abs=1e-12)


def test_estimate() -> None:
    rng = np.random.default_rng(7)
    first = rng.integers(0, LEVELS, size=(120, 5))
    second = np.clip(first + rng.integers(-1, 2, size=first.shape), 0, LEVELS - 1)
    second[0, 0] = first[1, 0] = MISSING
    first[2, 2] = second[2, 2] = MISSING
    found = estimate_kappa(first, second, seed=1)
    assert (found.pairs, found.unmatched, int(found.table.sum())) == (597, 2, 597)
    assert found.value is not None
    assert found.lower is not None
    assert found.upper is not None
    assert 0.7 < found.lower < found.value < found.upper < 1
    again = estimate_kappa(first, second, seed=1)
    assert (again.lower, again.upper) == (found.lower, found.upper)
    assert estimate_kappa(first, second, seed=2).lower != found.lower


def test_independent_ratings_agree_by_chance_alone() -> None:
    rng = np.random.default_rng(3)
    found = estimate_kappa(*rng.integers(0, LEVELS, size=(2, 4000)), seed=1)
    assert found.value == pytest.approx(0.0, abs=0.04)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < 0 < found.upper


@pytest.mark.parametrize(
    ("first", "second"),
    [([], []), ([MISSING, 2], [1, MISSING]), ([2, 2, 2], [2, 2, 2])],
)
def test_agreement_that_cannot_be_told(first: list[int], second: list[int]) -> None:
    found = estimate_kappa(np.array(first, dtype=int), np.array(second, dtype=int), seed=1)
    assert (found.value, found.lower, found.upper) == (None, None, None)


def test_one_panel_has_no_interval() -> None:
    found = estimate_kappa([[0, 4]], [[0, 4]], seed=1)
    assert (found.value, found.lower, found.upper, found.pairs) == (1.0, None, None, 2)
