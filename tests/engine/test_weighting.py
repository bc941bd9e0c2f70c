"""Entropy, CRITIC and TOPSIS against published and hand-checked numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.weighting import correlations, critic_weights, entropy_weights, topsis_closeness

# Hwang and Yoon (1981), Multiple Attribute Decision Making: the choice of a fighter aircraft. Speed, range, payload,
# cost, reliability and manoeuvrability of four aircraft; only cost is better when lower.
AIRCRAFT = np.array(
    [
        [2.0, 1500, 20000, 5.5, 5, 9],
        [2.5, 2700, 18000, 6.5, 3, 5],
        [1.8, 2000, 21000, 4.5, 7, 7],
        [2.2, 1800, 20000, 5.0, 5, 5],
    ]
)
BENEFIT = np.array([True, True, True, False, True, True])


def test_entropy_weights_of_the_published_example() -> None:
    # The book rounds its intermediate numbers to four digits.
    assert entropy_weights(AIRCRAFT) == pytest.approx([0.0649, 0.2055, 0.0133, 0.0829, 0.3570, 0.2764], abs=0.002)


def test_topsis_of_the_published_example() -> None:
    found = topsis_closeness(AIRCRAFT, np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.3]), BENEFIT)
    assert found == pytest.approx([0.643, 0.268, 0.613, 0.312], abs=0.001)


def test_critic_by_hand() -> None:
    # Scaled columns: (0, .5, 1), (1, .5, 0), (0, 1, 0.5). Deviations all 0.5. Correlations: r12 = -1, r13 = 0.5,
    # r23 = -0.5. Conflict: 2 + 0.5 = 2.5, 2 + 1.5 = 3.5, 0.5 + 1.5 = 2.0; together 8.
    values = np.array([[1.0, 9.0, 10.0], [2.0, 5.0, 30.0], [3.0, 1.0, 20.0]])
    found = critic_weights(values, np.array([True, True, True]))
    assert found == pytest.approx([2.5 / 8, 3.5 / 8, 2.0 / 8])
    turned = critic_weights(values, np.array([True, False, True]))
    assert turned == pytest.approx([0.25, 0.25, 0.5])  # now r12 = 1 and r23 = 0.5: conflict 0.5, 0.5, 1


def test_what_is_missing_moves_its_weight_and_counts_as_nothing_else() -> None:
    values = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan]])
    assert topsis_closeness(values, np.array([0.5, 0.5]), np.array([True, True])).tolist()[:2] == [0.0, 1.0]
    assert np.isnan(topsis_closeness(values, np.array([0.5, 0.5]), np.array([True, True]))[2])
    assert entropy_weights(values).tolist() == [1.0, 0.0]
    assert critic_weights(values, np.array([True, True])).tolist() == [1.0, 0.0]
    assert correlations(values).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_columns_without_spread_share_evenly() -> None:
    assert entropy_weights(np.ones((4, 2))).tolist() == [0.5, 0.5]
    assert critic_weights(np.ones((4, 2)), np.array([True, True])).tolist() == [0.5, 0.5]


TABLES = arrays(np.float64, (6, 3), elements=st.floats(0.5, 100).map(lambda value: round(value, 3)))


@given(TABLES)
def test_weights_sum_to_one_and_do_not_depend_on_the_order_of_rows(values: np.ndarray) -> None:
    benefit = np.array([True, False, True])
    for weigh in (entropy_weights, lambda table: critic_weights(table, benefit)):
        found = weigh(values)
        assert (found >= 0).all()
        assert found.sum() == pytest.approx(1.0)
        assert weigh(values[::-1]) == pytest.approx(found, abs=1e-6)


@given(TABLES)
def test_correlations_are_those_of_numpy(values: np.ndarray) -> None:
    if (values.std(axis=0) > 1e-3).all():
        assert correlations(values) == pytest.approx(np.corrcoef(values.T), abs=1e-6)


@given(TABLES, st.floats(0.1, 10))
def test_topsis_lies_in_0_to_1_and_units_do_not_matter(values: np.ndarray, unit: float) -> None:
    weights, benefit = np.array([0.5, 0.3, 0.2]), np.array([True, False, True])
    found = topsis_closeness(values, weights, benefit)
    assert ((found >= 0) & (found <= 1)).all()
    assert topsis_closeness(values * unit, weights, benefit) == pytest.approx(found, abs=1e-9)
