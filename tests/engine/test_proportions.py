"""Wilson's interval: its equation, published figures and what must hold for any count."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from engine.proportions import wilson_interval

COUNTS = st.integers(1, 10_000).flatmap(lambda begun: st.tuples(st.integers(0, begun), st.just(begun)))


def test_known_intervals() -> None:
    share, lower, upper = wilson_interval([0, 10, 81, 3], [10, 10, 263, 0])
    assert_allclose(share[:3], [0.0, 1.0, 81 / 263])
    assert_allclose(lower[:2], [0.0, 1 / (1 + 1.959963984540054**2 / 10)])
    assert_allclose(upper[:2], [1 - lower[1], 1.0])
    # Newcombe (Statistics in Medicine 17, 1998), 81 of 263: 0.2553 to 0.3662.
    assert_allclose([lower[2], upper[2]], [0.2553, 0.3662], atol=5e-5)
    assert np.isnan([share[3], lower[3], upper[3]]).all()


@given(COUNTS)
def test_the_ends_solve_the_equation_of_the_score_test(counts: tuple[int, int]) -> None:
    done, begun = counts
    share, lower, upper = (float(column[0]) for column in wilson_interval([done], [begun]))
    z = 1.959963984540054
    assert 0 <= lower <= share <= upper <= 1 + 1e-12
    for end in (lower, upper):
        assert_allclose((share - end) ** 2, z**2 * end * (1 - end) / begun, atol=1e-9)


@given(COUNTS)
def test_the_same_share_of_more_is_surer(counts: tuple[int, int]) -> None:
    done, begun = counts
    _, few, _ = wilson_interval([done], [begun])
    _, many, _ = wilson_interval([2 * done], [2 * begun])
    assert many[0] >= few[0] - 1e-12
