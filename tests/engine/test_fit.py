"""Fit, screen and shortlist."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.fit import NEUTRAL, Candidates, FitWeights, Need, measure_fit
from engine.screen import FILTERS, screen_candidates
from engine.shortlist import choose_shortlist, explain_absence, pick_top, reasons_for_and_against

FULL = {
    "provider": ["p"],
    "capabilities": {"live": [80.0], "supply": [40.0]},
    "stage_engagements": [9],
    "category_engagements": [5],
    "category_kept": [0.8],
    "spare_rooms": [2],
    "room_capacity": [5],
    "invitations": [15],
    "answered": [15],
    "price_minor": [25_000],
}


def full(**changes: Any) -> Candidates:
    return Candidates(**{**FULL, **changes})


def test_every_contribution_by_hand() -> None:
    fit = measure_fit(Need({"live": 3, "supply": 1}, budget_minor=100_000), full())
    told = {name: round(float(column[0]), 9) for name, column in fit.contributions.items()}
    assert told == {
        "capability:live": 0.27,  # 0.45 * 3/4 * 0.80
        "capability:supply": 0.045,  # 0.45 * 1/4 * 0.40
        "stage_experience": 0.1125,  # 0.15 * 9 / (9 + 3)
        "category_record": 0.0975,  # 0.15 * (4 + 2.5) / (5 + 5)
        "trader_load": 0.04,  # 0.10 * 2/5
        "response_record": 0.0875,  # 0.10 * (15 + 2.5) / (15 + 5)
        "price": 0.0375,  # 0.05 * (1 - 25/100)
    }
    assert fit.total[0] == pytest.approx(sum(told.values()), abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"capabilities": {"live": [None], "supply": [40.0]}}, "capability:live"),
        ({"stage_engagements": None}, "stage_experience"),
        ({"category_engagements": [0]}, "category_record"),
        ({"category_kept": [None]}, "category_record"),
        ({"spare_rooms": None}, "trader_load"),
        ({"room_capacity": [0]}, "trader_load"),
        ({"invitations": [0], "answered": [0]}, "response_record"),
        ({"price_minor": [None]}, "price"),
    ],
)
def test_what_is_not_assessed_is_neutral_and_says_so(changes: dict[str, Any], name: str) -> None:
    fit = measure_fit(Need({"live": 1, "supply": 1}, budget_minor=100_000), full(**changes))
    assert np.isnan(fit.values[name][0])
    assert fit.contributions[name][0] == pytest.approx(NEUTRAL * fit.weights[name][0])
    _, cons = reasons_for_and_against(fit, 0, limit=9)
    told = {(reason.code, reason.params.get("capability", "")): reason for reason in cons}
    reason = told[f"{name.partition(':')[0]}.not_assessed", name.partition(":")[2]]
    assert reason.params["value"] is None and reason.met is False


def test_no_experience_is_evidence_and_not_neutral() -> None:
    fit = measure_fit(Need({"live": 1}), full(stage_engagements=[0]))
    assert fit.contributions["stage_experience"][0] == 0
    _, cons = reasons_for_and_against(fit, 0)
    assert cons[0].code == "stage_experience.weak" and cons[0].params["engagements"] == 0


def test_a_request_that_names_no_capability_weighs_all_alike() -> None:
    for need in (Need(), Need({"live": 0, "supply": 0})):
        fit = measure_fit(need, full())
        assert fit.contributions["capability:live"][0] == pytest.approx(0.45 * 0.5 * 0.8)
    bare = measure_fit(Need(), Candidates(provider=["p"]))
    assert bare.total[0] == pytest.approx(NEUTRAL)


def test_many_requests_at_once_equal_one_by_one() -> None:
    columns = {**FULL, "provider": ["p", "p"]} | {
        name: [value[0], value[0]] for name, value in FULL.items() if name not in ("provider", "capabilities")
    }
    columns["capabilities"] = {"live": [80.0, 80.0], "supply": [40.0, 40.0]}
    pairs = measure_fit(Need({"live": [3, 0], "supply": [1, 2]}, budget_minor=[100_000, None]), Candidates(**columns))
    first = measure_fit(Need({"live": 3, "supply": 1}, budget_minor=100_000), full())
    second = measure_fit(Need({"live": 0, "supply": 2}), full())
    assert pairs.total.tolist() == [first.total[0], second.total[0]]


COLUMN = st.lists(st.one_of(st.none(), st.floats(0, 20)), min_size=6, max_size=6)


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=6, max_size=6),
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
    COLUMN,
    COLUMN,
    COLUMN,
    COLUMN,
    COLUMN,
)
def test_fit_is_a_sum_between_zero_and_one(
    points: Any, kept: Any, stage: Any, done: Any, spare: Any, asked: Any, price: Any
) -> None:
    candidates = Candidates(
        provider=list(range(6)),
        capabilities={"a": points},
        stage_engagements=stage,
        category_engagements=done,
        category_kept=kept,
        spare_rooms=spare,
        room_capacity=[5] * 6,
        invitations=asked,
        answered=[None if count is None else count / 2 for count in asked],
        price_minor=price,
    )
    fit = measure_fit(Need({"a": 1}, budget_minor=10), candidates)
    assert np.abs(sum(fit.contributions.values()) - fit.total).max() <= 1e-9
    assert fit.total.min() >= 0 and fit.total.max() <= 1 + 1e-9
    for row in range(6):
        pros, cons = reasons_for_and_against(fit, row)
        assert len(pros) <= 3 and len(cons) <= 3 and (pros or cons)


@pytest.mark.parametrize(
    ("changes", "need", "excluded", "params"),
    [
        ({}, Need(), [], {}),
        ({"admitted": [False]}, Need(), ["status"], {}),
        ({"conduct_clear": [False]}, Need(), ["conduct"], {}),
        ({"documents_valid": [False]}, Need(), ["documents"], {}),
        ({"serves_category": [False]}, Need(), ["category"], {}),
        ({"serves_region": [False]}, Need(), ["region"], {}),
        ({}, Need(budget_minor=24_999), ["budget"], {"price_minor": 25_000.0, "budget_minor": 24_999.0}),
        ({}, Need(budget_minor=25_000), [], {}),
        ({"price_minor": None}, Need(budget_minor=1), [], {}),
        ({}, Need(rooms=3), ["capacity"], {"spare": 2.0, "rooms": 3.0}),
        ({}, Need(rooms=2), [], {}),
        ({"conflict_of_interest": [True]}, Need(), ["conflict_of_interest"], {}),
        ({"declined_before": [True]}, Need(), ["declined_before"], {}),
        ({"on_leave": [True]}, Need(), ["on_leave"], {}),
        ({"on_leave": [True], "admitted": [False]}, Need(), ["status", "on_leave"], {}),
    ],
)
def test_each_filter_excludes_with_its_reason(
    changes: dict[str, Any], need: Need, excluded: list[str], params: dict[str, float]
) -> None:
    screen = screen_candidates(need, full(**changes))
    assert [reason.code for reason in screen.reasons(0)] == [f"filter.{name}" for name in excluded]
    assert bool(screen.eligible[0]) is not bool(excluded)
    assert screen.counts() == {name: int(name in excluded) for name in FILTERS}
    if params:
        assert screen.reasons(0)[0].params == params


def ranked_fit(scores: list[float]) -> Any:
    names = [f"p{index}" for index in range(len(scores))]
    return measure_fit(Need({"a": 1}), Candidates(provider=names, capabilities={"a": scores}))


def test_the_top_is_cut_by_fit_and_then_by_provider() -> None:
    fit = ranked_fit([50, 90, 70, 70, 70, 10])
    assert pick_top(fit, np.ones(6, dtype=bool), limit=3).tolist() == [1, 2, 3]
    assert pick_top(fit, np.array([1, 0, 0, 1, 1, 1], dtype=bool), limit=9).tolist() == [3, 4, 0, 5]
    assert pick_top(fit, np.zeros(6, dtype=bool)).tolist() == []


@pytest.mark.parametrize(
    ("scores", "newcomers", "eligible", "size", "rows", "seats"),
    [
        ([90, 80, 70, 60, 50, 40], [], range(6), 5, [0, 1, 2, 3, 4], ["fit"] * 5),
        ([90, 80, 70, 60, 50, 40], [5], range(6), 5, [0, 1, 2, 3, 5], ["fit"] * 4 + ["newcomer"]),
        ([90, 80, 70, 60, 50, 40], [4, 5], range(6), 4, [0, 1, 2, 4], ["fit"] * 3 + ["newcomer"]),
        ([90, 80, 70, 60, 50, 40], [1], range(6), 3, [0, 1, 2], ["fit"] * 3),
        ([90, 80, 70, 60, 50, 40], [5], range(5), 3, [0, 1, 2], ["fit"] * 3),
        ([90, 80, 70], [2], range(3), 5, [0, 1, 2], ["fit"] * 3),
        ([90, 80, 70], [], [0, 2], 5, [0, 2], ["fit"] * 2),
        ([90, 80, 70], [], [], 5, [], []),
    ],
)
def test_the_shortlist_keeps_a_seat_for_a_newcomer(
    scores: list[float], newcomers: list[int], eligible: Any, size: int, rows: list[int], seats: list[str]
) -> None:
    fit = ranked_fit(scores)
    flags = np.isin(np.arange(len(scores)), newcomers)
    shortlist = choose_shortlist(fit, np.isin(np.arange(len(scores)), list(eligible)), flags, size=size)
    assert shortlist.rows.tolist() == rows
    assert list(shortlist.seats) == seats
    assert shortlist.short is (len(rows) < 3)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.booleans(), st.booleans()), min_size=1, max_size=20),
    st.integers(3, 5),
    st.integers(0, 3),
)
def test_shortlist_properties(rows: list[tuple[int, bool, bool]], size: int, reserved: int) -> None:
    points, newcomers, eligible = (np.array(column) for column in zip(*rows, strict=True))
    fit = ranked_fit([float(value) for value in points])
    shortlist = choose_shortlist(fit, eligible, newcomers, size=size, newcomer_seats=reserved)
    chosen = shortlist.rows
    assert len(chosen) == len(set(chosen.tolist())) == min(size, int(eligible.sum()))
    assert eligible[chosen].all()
    assert newcomers[chosen].sum() >= min(reserved, int((newcomers & eligible).sum()))
    left = np.setdiff1d(np.flatnonzero(eligible & ~newcomers), chosen)
    by_fit = [row for row, seat in zip(chosen.tolist(), shortlist.seats, strict=True) if seat == "fit"]
    assert not len(left) or not by_fit or points[left].max() <= min(points[row] for row in by_fit)


def test_why_a_provider_is_not_on_the_list() -> None:
    candidates = Candidates(
        provider=list("abcdef"),
        capabilities={"a": [90, 80, 70, 60, 50, 99]},
        newcomer=[False, False, False, False, True, False],
        on_leave=[False] * 5 + [True],
    )
    fit, screen = measure_fit(Need({"a": 1}), candidates), screen_candidates(Need(), candidates)
    shortlist = choose_shortlist(fit, screen.eligible, candidates.newcomer, size=3)
    assert shortlist.rows.tolist() == [0, 1, 4]
    assert explain_absence(fit, screen, shortlist, 0) == ()
    assert [r.code for r in explain_absence(fit, screen, shortlist, 5)] == ["filter.on_leave"]
    (reason,) = explain_absence(fit, screen, shortlist, 3)
    assert reason.code == "shortlist.fit"
    assert reason.params["position"] == 4
    assert reason.params["missing"] == pytest.approx(0.45 * 0.20)


def test_reasons_are_ordered_by_what_they_win_or_cost() -> None:
    fit = measure_fit(Need({"live": 3, "supply": 1}, budget_minor=100_000), full(invitations=[20], answered=[0]))
    pros, cons = reasons_for_and_against(fit, 0)
    assert [reason.code for reason in pros] == [
        "capability.strong",
        "stage_experience.strong",
        "category_record.strong",
    ]
    assert pros[0].params == {
        "capability": "live",
        "value": 0.8,
        "weight": pytest.approx(0.3375),
        "contribution": pytest.approx(0.27),
        "points": 80.0,
        "need": 0.75,
    }
    assert [reason.code for reason in cons] == ["response_record.weak", "capability.weak", "trader_load.weak"]


def test_somebody_without_a_weakness_still_shows_what_costs_most() -> None:
    fit = measure_fit(Need({"live": 1}, budget_minor=100_000), full(capabilities={"live": [90.0]}, spare_rooms=[3]))
    pros, cons = reasons_for_and_against(fit, 0)
    assert [reason.code for reason in cons] == ["category_record.weakest"]
    assert "category_record.strong" not in [reason.code for reason in pros]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: FitWeights(capability=0.5), "bad_fit_weights"),
        (lambda: FitWeights(capability=0.65, price=-0.15), "bad_fit_weights"),
        (lambda: FitWeights(stage_half=0), "bad_fit_weights"),
        (lambda: measure_fit(Need({"x": 1}), full()), "unknown_capability"),
        (lambda: measure_fit(Need({"live": -1}), full()), "bad_need"),
        (lambda: measure_fit(Need({"live": 1}), full(capabilities={"live": [101]})), "score_out_of_range"),
        (lambda: measure_fit(Need(), full(stage_engagements=[1, 2])), "unequal_length"),
        (lambda: choose_shortlist(ranked_fit([1]), np.array([True]), size=2), "bad_shortlist_size"),
        (lambda: choose_shortlist(ranked_fit([1]), np.array([True]), newcomer_seats=6), "bad_shortlist_size"),
    ],
)
def test_bad_input_is_refused(call: Any, code: str) -> None:
    with pytest.raises(EngineError) as caught:
        call()
    assert caught.value.code == code
