"""The season lab's mathematics: verdicts again, redrawn seasons, churn, shares by group, reversals."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.season_lab import (
    ABSENT,
    RANKED,
    Churn,
    RaceField,
    count_verdicts,
    find_reversals,
    judge,
    measure_churn,
    measure_group,
    moves_of,
    redraw_verdicts,
    standard_errors,
)
from engine.season_rules import Quota, SettlementRules
from engine.settlement import OUTCOMES

ONE_EACH = SettlementRules(promote=Quota(count=1), relegate=Quota(count=1), newcomer_days=0)
ORDER = ("score",)


def make_field(scores: list[float | None], **columns: Any) -> RaceField:
    size = len(scores)
    score = np.array([np.nan if value is None else value for value in scores], dtype=np.float64)
    nobody, nothing = np.zeros(size, dtype=bool), np.full(size, np.nan)
    values: dict[str, Any] = {
        "subject": np.arange(size),
        "score": score,
        "lower": score - 2,
        "upper": score + 2,
        "evidence": np.ones(size),
        "days_admitted": nothing,
        "last_places": np.zeros(size),
        "promoted_last_season": nobody,
        "decisive_dispute": nobody,
        "relieved": nobody,
        "banned": nobody,
    }
    return RaceField(**{**values, **{name: np.asarray(value) for name, value in columns.items()}})


def test_a_track_is_judged_as_a_settlement_does() -> None:
    settled = judge(make_field([80, 70, None, 50, 60], banned=[False] * 4 + [True]), ONE_EACH, ORDER)
    assert settled.outcome.tolist() == ["promoted", "stay", "not_ranked", "relegated", "banned"]
    spared = judge(make_field([80, 50], relieved=[False, True]), ONE_EACH, ORDER)
    assert spared.outcome.tolist() == ["promoted", "stay"]


def test_odds_are_simulated_when_the_rules_ask() -> None:
    rules = SettlementRules(promote=Quota(count=1), relegate=Quota(count=0), promotion_odds=0.9)
    near = make_field([80, 79.9, 10])
    assert judge(near, rules, ORDER, errors=np.full(3, 5.0)).outcome.tolist() == ["play_off", "stay", "stay"]
    assert judge(near, rules, ORDER, errors=np.zeros(3)).outcome.tolist() == ["promoted", "stay", "stay"]
    with pytest.raises(EngineError):
        judge(near, rules, ORDER)


def test_intervals_give_back_their_errors() -> None:
    errors = standard_errors(np.array([80.2, np.nan]), np.array([84.12, 5.0]), 0.95)
    assert errors[0] == pytest.approx(1.0, abs=1e-4)
    assert np.isnan(errors[1])


def test_without_noise_every_verdict_is_kept_and_with_it_neighbours_swap_in_half_of_the_draws() -> None:
    field = make_field([80, 80.0001, 20, 10])
    outcome = judge(field, ONE_EACH, ORDER).outcome
    still = redraw_verdicts(field, ONE_EACH, ORDER, outcome, errors=np.full(4, np.nan), draws=20, seed=1)
    assert (still.kept.tolist(), still.up.tolist(), still.down.tolist()) == ([1] * 4, [0, 1, 0, 0], [0, 0, 0, 1])
    noisy = redraw_verdicts(field, ONE_EACH, ORDER, outcome, errors=np.full(4, 1.0), draws=4000, seed=1)
    assert noisy.kept[:2] == pytest.approx([0.5, 0.5], abs=0.03)
    assert noisy.kept[2:].tolist() == [1, 1]
    # Three tenths of two apart with errors of one each: the lower wins with the normal tail of 0.3 / sqrt(2).
    close = make_field([50.3, 50.0])
    found = redraw_verdicts(
        close, ONE_EACH, ORDER, judge(close, ONE_EACH, ORDER).outcome, errors=np.ones(2), draws=20_000, seed=2
    )
    assert found.up[1] == pytest.approx(0.416, abs=0.015)


def test_nothing_is_told_of_who_holds_no_place_or_without_draws() -> None:
    field = make_field([80, None, 40], banned=[False, False, True])
    outcome = judge(field, ONE_EACH, ORDER).outcome
    drawn = redraw_verdicts(field, ONE_EACH, ORDER, outcome, errors=np.ones(3), draws=10, seed=1)
    assert np.isnan(drawn.kept).tolist() == [False, True, True]
    assert np.isnan(redraw_verdicts(field, ONE_EACH, ORDER, outcome, errors=np.ones(3), draws=0, seed=1).kept).all()
    nobody = make_field([])
    assert len(redraw_verdicts(nobody, ONE_EACH, ORDER, outcome[:0], errors=np.ones(0), draws=5, seed=1).kept) == 0


def test_verdicts_are_counted_from_what_was_to_what_would_be() -> None:
    before = np.array(["promoted", "stay", "stay", ABSENT])
    after = np.array(["promoted", "promoted", ABSENT, "stay"])
    matrix = count_verdicts(before, after)
    names = [*OUTCOMES, ABSENT]
    told = {
        (names[row], names[column]): int(matrix[row, column]) for row, column in zip(*np.nonzero(matrix), strict=True)
    }
    assert told == {
        ("promoted", "promoted"): 1,
        ("stay", "promoted"): 1,
        ("stay", ABSENT): 1,
        (ABSENT, "stay"): 1,
    }


def test_churn_counts_those_who_hold_a_place() -> None:
    churn = measure_churn(np.array(["promoted", "relegated", "cleared_out", "play_off", "stay", "banned", ABSENT]))
    assert (churn, churn.share) == (Churn(5, 1, 1, 1, 1), 0.6)
    assert measure_churn(np.array([], dtype=str)).share is None


def test_a_group_is_measured_against_its_share_of_the_field() -> None:
    outcome = np.array(["promoted", "promoted", "stay", "relegated", "not_ranked"])
    small = np.array([True, False, True, False, True])
    up, down = np.array([0.8, 0.9, 0.1, 0.0, np.nan]), np.array([0.0, 0.0, 0.2, 0.6, np.nan])
    group = measure_group("small", small, outcome, up, down)
    assert (group.ranked, group.promoted, group.fallen) == (2, 1, 0)
    assert (group.of_field, group.of_promoted, group.of_fallen) == (0.5, 0.5, 0.0)
    assert (group.up_odds, group.down_odds) == pytest.approx((0.45, 0.1))
    nobody = measure_group("none", ~small, np.array(["not_ranked"] * 5), up, down)
    assert (nobody.of_field, nobody.of_promoted, nobody.up_odds) == (None, None, None)


@pytest.mark.parametrize(
    ("first", "then", "reversal"),
    [
        ("promoted", "relegated", 1.0),
        ("relegated", "promoted", 1.0),
        ("promoted", "cleared_out", 1.0),
        ("promoted", "stay", 0.0),
        ("promoted", "promoted", 0.0),
        ("relegated", "play_off", 0.0),
        ("stay", "relegated", None),
        ("promoted", "not_ranked", None),
        ("promoted", ABSENT, None),
        ("banned", "promoted", None),
    ],
)
def test_a_reversal_is_a_move_that_the_next_season_turns_round(first: str, then: str, reversal: float | None) -> None:
    found = find_reversals(moves_of(np.array([first])), moves_of(np.array([then])))
    assert (None if np.isnan(found[0]) else found[0]) == reversal


fields = st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60)
@given(scores=fields, error=st.floats(0, 20), seed=st.integers(0, 1000), up=st.integers(0, 4), down=st.integers(0, 4))
def test_shares_are_shares_and_quotas_bound_them(
    scores: list[float | None], error: float, seed: int, up: int, down: int
) -> None:
    rules = SettlementRules(promote=Quota(count=up), relegate=Quota(count=down), newcomer_days=0)
    field = make_field(scores)
    outcome = judge(field, rules, ORDER).outcome
    drawn = redraw_verdicts(field, rules, ORDER, outcome, errors=np.full(len(scores), error), draws=16, seed=seed)
    held = np.isin(outcome, RANKED)
    for shares in vars(drawn).values():
        assert (np.isnan(shares) == ~held).all()
        assert ((shares[held] >= 0) & (shares[held] <= 1)).all()
    # On average no more rise or fall than the quotas open, in each draw and so over all of them.
    assert np.nansum(drawn.up) <= up + 1e-9
    assert np.nansum(drawn.down) <= down + 1e-9
    assert (drawn.up[held] + drawn.down[held] <= 1 + 1e-9).all()
    same = drawn.kept[held & (outcome == "promoted")]
    assert (same == drawn.up[held & (outcome == "promoted")]).all()


@settings(deadline=None, max_examples=40)
@given(scores=fields, seed=st.integers(0, 1000), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(scores: list[float | None], seed: int, shuffle: Any) -> None:
    field = make_field(scores)
    order = list(range(len(scores)))
    shuffle.shuffle(order)
    rows, errors = np.array(order), np.linspace(0, 5, len(scores))
    straight = redraw_verdicts(
        field, ONE_EACH, ORDER, judge(field, ONE_EACH, ORDER).outcome, errors=errors, draws=8, seed=seed
    )
    mixed = field.take(rows)
    other = redraw_verdicts(
        mixed, ONE_EACH, ORDER, judge(mixed, ONE_EACH, ORDER).outcome, errors=errors[rows], draws=8, seed=seed
    )
    np.testing.assert_array_equal(straight.kept[rows], other.kept)


@given(parts=st.lists(st.tuples(st.sampled_from(RANKED), st.booleans()), min_size=1, max_size=30))
def test_the_shares_of_all_groups_together_are_the_whole(parts: list[tuple[str, bool]]) -> None:
    outcome, small = np.array([part[0] for part in parts]), np.array([part[1] for part in parts])
    odds = np.zeros(len(parts))
    groups = [measure_group("", members, outcome, odds, odds) for members in (small, ~small)]
    assert sum(group.of_field or 0 for group in groups) == pytest.approx(1)
    churn = measure_churn(outcome)
    assert sum(group.promoted for group in groups) == churn.promoted
    assert sum(group.fallen for group in groups) == churn.relegated + churn.cleared_out
    assert count_verdicts(outcome, outcome).trace() == len(parts)
