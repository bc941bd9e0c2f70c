"""The forecast of a breach: exact lines, both directions, and what forecasts nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from engine.forecast import LEAST_DAYS, forecast_breach, trend_of

DAYS = np.arange(-27.0, 1.0)


def forecast(*rows: np.ndarray, at_most: bool = True, limit: float = 1.0, horizon: float = 30.0) -> list[float]:
    return list(forecast_breach(trend_of(DAYS, np.vstack(rows)), limit=limit, at_most=at_most, horizon=horizon))


@pytest.mark.parametrize(("slope", "now", "left"), [(0.05, 0.5, 10.0), (0.01, 0.75, 25.0), (0.1, 0.9, 1.0)])
def test_a_line_is_followed_exactly(slope: float, now: float, left: float) -> None:
    rising = now + slope * DAYS
    assert_allclose(forecast(rising), [left], rtol=1e-9)
    assert_allclose(forecast(2.0 - rising, at_most=False), [left], rtol=1e-9)


def test_the_wrong_direction_forecasts_nothing() -> None:
    rising = 0.5 + 0.05 * DAYS
    assert_array_equal(forecast(-rising, 2.0 - rising), [np.nan, np.nan])
    assert_array_equal(forecast(rising + 3.0, at_most=False), [np.nan])


def test_beyond_the_limit_and_still_drifting_is_now() -> None:
    assert forecast(1.2 + 0.05 * DAYS) == [0.0]
    assert forecast(0.8 - 0.05 * DAYS, at_most=False) == [0.0]


def test_the_horizon_itself_counts() -> None:
    row = 0.25 + 0.025 * DAYS
    assert_allclose(forecast(row, horizon=30.0), [30.0], rtol=1e-9)
    assert_array_equal(forecast(row, horizon=29.99), [np.nan])


def test_what_stands_still_forecasts_nothing() -> None:
    assert_array_equal(forecast(np.full(28, 0.99), np.full(28, 0.0)), [np.nan, np.nan])


def test_noise_forecasts_nothing() -> None:
    zigzag = 0.9 + 0.05 * np.where(np.arange(28) % 2, 1.0, -1.0)
    assert_array_equal(forecast(zigzag, zigzag[::-1]), [np.nan, np.nan])


def test_a_trend_behind_noise_is_found() -> None:
    zigzag = 0.01 * np.where(np.arange(28) % 2, 1.0, -1.0)
    (left,) = forecast(0.5 + 0.02 * DAYS + zigzag)
    assert 23.0 < left < 27.0


def test_a_line_needs_its_days() -> None:
    row = 0.5 + 0.05 * DAYS
    few, enough = row.copy(), row.copy()
    few[: 28 - LEAST_DAYS + 1] = np.nan
    enough[: 28 - LEAST_DAYS] = np.nan
    found = forecast(few, enough, np.full(28, np.nan))
    assert_array_equal(np.isnan(found), [True, False, True])
    assert_allclose(found[1], 10.0, rtol=1e-9)


def test_gaps_do_not_bend_a_line() -> None:
    row = 0.5 + 0.05 * DAYS
    row[[3, 4, 11, 27]] = np.nan
    assert_allclose(forecast(row), [10.0], rtol=1e-9)


def test_no_days_and_no_providers() -> None:
    assert forecast_breach(trend_of(DAYS, np.empty((0, 28))), limit=1.0, at_most=True, horizon=30.0).shape == (0,)
    assert_array_equal(
        forecast_breach(trend_of(np.empty(0), np.empty((2, 0))), limit=1.0, at_most=True, horizon=30.0),
        [np.nan, np.nan],
    )


MATRICES = arrays(
    np.float64,
    (5, 28),
    elements=st.one_of(st.just(np.nan), st.integers(0, 400).map(lambda value: value / 256)),
)


@settings(max_examples=60, deadline=None)
@given(MATRICES, st.permutations(range(5)), st.booleans())
def test_each_provider_is_forecast_by_itself(values: np.ndarray, order: list[int], at_most: bool) -> None:
    whole = np.array(forecast(*values, at_most=at_most))
    assert_array_equal(forecast(*values[order], at_most=at_most), whole[order])
    assert_array_equal([forecast(row, at_most=at_most)[0] for row in values], whole)


@settings(max_examples=60, deadline=None)
@given(MATRICES, st.integers(-8, 8), st.booleans())
def test_moving_measure_and_limit_together_changes_nothing(values: np.ndarray, by: int, at_most: bool) -> None:
    here = np.array(forecast(*values, at_most=at_most))
    there = np.array(forecast(*(values + by), at_most=at_most, limit=1.0 + by))
    # A row whose t-value or day stands exactly on an edge may fall either way by rounding.
    same = np.isnan(here) == np.isnan(there)
    assert same.mean() >= 0.8
    assert_allclose(here[same], there[same], rtol=1e-6, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(MATRICES, st.booleans())
def test_what_is_forecast_lies_within_the_horizon(values: np.ndarray, at_most: bool) -> None:
    found = np.array(forecast(*values, at_most=at_most))
    known = found[np.isfinite(found)]
    assert ((known >= 0) & (known <= 30)).all()
