"""Batch rounds: the optimum against two oracles, and capacity, reserve and reasons as properties."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from engine.errors import EngineError
from engine.flow import FlowResult, FlowRules, assign_by_flow
from engine.pairs import measure_gini

FLAT = FlowRules(tiers=((1.0, 0.0),), newcomer_places=0)


def assign(
    utilities: list[list[float | None]], capacity: list[int], rules: FlowRules = FLAT, **more: Any
) -> FlowResult:
    pairs = [(r, p, u) for r, row in enumerate(utilities) for p, u in enumerate(row) if u is not None]
    request, provider, utility = zip(*pairs, strict=True) if pairs else ((), (), ())
    return assign_by_flow(
        request=request,
        provider=provider,
        utility=utility,
        requests=len(utilities),
        capacity=capacity,
        rules=rules,
        **more,
    )


def seat_costs(capacity: int, load: int, newcomer: bool, rules: FlowRules) -> list[int]:
    """Cost of every free place of one provider, told the slow way."""
    costs = []
    for place in range(load + 1, capacity + 1):
        if newcomer and place <= rules.newcomer_places:
            costs.append(-round(rules.newcomer_bonus * 10**6))
            continue
        for share, penalty in rules.tiers:
            if place <= np.ceil(share * capacity - 1e-9):
                costs.append(round(penalty * 10**6))
                break
    return costs


def best_objective(utilities: list[list[int | None]], seats: list[list[int]], unmatched: int) -> int:
    """Brute force: every assignment, request by request, kept by what each provider has taken."""
    best = {(0,) * len(seats): 0}
    for row in utilities:
        following: dict[tuple[int, ...], int] = {}
        for loads, value in best.items():
            options = [(loads, value + unmatched)]
            for provider, utility in enumerate(row):
                if utility is not None and loads[provider] < len(seats[provider]):
                    taken = (*loads[:provider], loads[provider] + 1, *loads[provider + 1 :])
                    options.append((taken, value + utility - seats[provider][loads[provider]]))
            for key, total in options:
                following[key] = max(total, following.get(key, total))
        best = following
    return max(best.values())


def best_by_scipy(utilities: list[list[int | None]], seats: list[list[int]], unmatched: int) -> int:
    """The same optimum as a full matching: a column for each place, and a private one for staying without."""
    places = [(provider, cost) for provider, costs in enumerate(seats) for cost in costs]
    shift = 10**8  # scipy reads 0 as "no edge"; every request takes exactly one column, so the shift is taken off again
    data, rows, columns = [], [], []
    for request, row in enumerate(utilities):
        for column, (provider, cost) in enumerate(places):
            if row[provider] is not None:
                data.append(shift + row[provider] - cost)
                rows.append(request)
                columns.append(column)
        data.append(shift + unmatched)
        rows.append(request)
        columns.append(len(places) + request)
    matrix = csr_matrix((data, (rows, columns)), shape=(len(utilities), len(places) + len(utilities)), dtype=float)
    chosen = min_weight_full_bipartite_matching(matrix, maximize=True)
    return round(matrix[chosen].sum()) - shift * len(utilities)


UTILITY = st.one_of(st.none(), st.integers(0, 20).map(lambda value: value / 20))
RULES = st.builds(
    FlowRules,
    tiers=st.sampled_from([((1.0, 0.0),), ((0.5, 0.0), (1.0, 0.1)), ((0.6, 0.0), (0.8, 0.05), (1.0, 0.15))]),
    newcomer_places=st.integers(0, 2),
    newcomer_bonus=st.sampled_from([0.0, 0.05, 0.3]),
    unmatched=st.sampled_from([0.0, 0.25]),
)
PROVIDER = st.tuples(st.integers(0, 5), st.integers(0, 2), st.booleans())


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[list[float | None]], list[tuple[int, int, bool]], FlowRules]:
    providers = draw(st.lists(PROVIDER, min_size=1, max_size=4))
    row = st.lists(UTILITY, min_size=len(providers), max_size=len(providers))
    return draw(st.lists(row, min_size=1, max_size=8)), providers, draw(RULES)


@settings(max_examples=300, deadline=None)
@given(rounds())
def test_the_optimum_equals_brute_force_and_scipy(case: Any) -> None:
    utilities, providers, rules = case
    capacity, load, newcomer = (list(column) for column in zip(*providers, strict=True))
    result = assign(utilities, capacity, rules, load=load, newcomer=newcomer)
    units = [[None if value is None else round(value * 10**6) for value in row] for row in utilities]
    seats = [seat_costs(*provider, rules) for provider in providers]
    unmatched = round(rules.unmatched * 10**6)
    assert result.objective_units == best_objective(units, seats, unmatched)
    assert result.objective_units == best_by_scipy(units, seats, unmatched)

    given_out = np.zeros(len(providers), dtype=int)
    total = 0
    for request, provider in enumerate(result.provider.tolist()):
        if provider is not None:
            assert utilities[request][provider] is not None, "only pairs that passed the filters"
            given_out[provider] += 1
            total += units[request][provider]
    assert total == result.units
    assert (result.load == np.array(load) + given_out).all()
    assert all(count == 0 or full <= size for count, full, size in zip(given_out, result.load, capacity, strict=True))

    for request, provider in enumerate(result.provider.tolist()):
        own = unmatched if provider is None else units[request][provider]
        better = {p for p, value in enumerate(units[request]) if value is not None and value > own}
        reasons = result.why_not(request)
        assert {reason.params["provider"] for reason in reasons} == better, "each better-liked one is explained"
        for reason in reasons:
            full = result.load[reason.params["provider"]] >= capacity[reason.params["provider"]]
            assert reason.code in (("flow.full", "flow.margin") if full else ("flow.load_tier", "flow.equal_total"))


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_matter(case: Any, random: Any) -> None:
    utilities, providers, rules = case
    pairs = [(r, p, u) for r, row in enumerate(utilities) for p, u in enumerate(row) if u is not None]
    results = []
    for _ in range(2):
        request, provider, utility = zip(*pairs, strict=True) if pairs else ((), (), ())
        result = assign_by_flow(
            request=request,
            provider=provider,
            utility=utility,
            requests=len(utilities),
            capacity=[p[0] for p in providers],
            rules=rules,
        )
        results.append(result.provider.tolist())
        assert [None if k is None else pairs[k][:2] for k in result.pair.tolist()] == [
            None if p is None else (r, p) for r, p in enumerate(result.provider.tolist())
        ]
        random.shuffle(pairs)
    assert results[0] == results[1]


def test_the_total_counts_and_not_the_first_come() -> None:
    result = assign([[0.9, 0.8], [0.9, 0.1]], [1, 1])
    assert result.provider.tolist() == [1, 0]
    assert (result.units, result.utility) == (1_700_000, 1.7)
    (reason,) = result.why_not(0)
    assert reason.code == "flow.full"
    assert reason.params == {"provider": 0, "utility": 0.9, "own_utility": 0.8, "capacity": 1, "least_utility": 0.9}


def test_margin_tells_that_the_total_would_lose_more() -> None:
    result = assign([[0.9, 0.8], [0.7, None]], [1, 1])
    assert result.provider.tolist() == [1, 0]
    (reason,) = result.why_not(0)
    assert (reason.code, reason.params["least_utility"]) == ("flow.margin", 0.7)


def test_the_load_tier_spreads_the_work() -> None:
    rules = FlowRules(tiers=((0.5, 0.0), (1.0, 0.2)), newcomer_places=0)
    result = assign([[0.9, 0.8], [0.9, 0.8]], [2, 2], rules)
    assert sorted(result.provider.tolist()) == [0, 1]
    moved = result.provider.tolist().index(1)
    (reason,) = result.why_not(moved)
    assert (reason.code, reason.params["penalty"]) == ("flow.load_tier", 0.2)
    assert result.objective_units == 1_700_000
    assert (result.gini, result.idle) == (0.0, 0)


def test_places_taken_before_the_round_count_as_load() -> None:
    result = assign([[0.9, 0.5]], [1, 1], load=[1, 0])
    assert result.provider.tolist() == [1]
    (reason,) = result.why_not(0)
    assert (reason.code, reason.params["least_utility"]) == ("flow.full", None)


def test_a_newcomers_reserve_is_worth_its_bonus_and_no_more() -> None:
    rules = FlowRules(tiers=((1.0, 0.0),), newcomer_places=1, newcomer_bonus=0.1)
    assert assign([[0.80, 0.71], [0.80, 0.71]], [2, 2], rules, newcomer=[False, True]).load.tolist() == [1, 1]
    assert assign([[0.80, 0.69], [0.80, 0.69]], [2, 2], rules, newcomer=[False, True]).load.tolist() == [2, 0]


def test_unmatched_is_an_option() -> None:
    rules = FlowRules(tiers=((1.0, 0.0),), newcomer_places=0, unmatched=0.3)
    result = assign([[0.2], [0.4], [None]], [5], rules)
    assert result.provider.tolist() == [None, 0, None]
    assert result.objective_units == 1_000_000
    assert result.why_not(0) == ()


def test_empty_rounds() -> None:
    assert assign([], [3]).provider.tolist() == []
    assert assign([[], []], []).provider.tolist() == [None, None]
    assert assign([[0.5]], [0]).provider.tolist() == [None]


@pytest.mark.parametrize(
    ("load", "gini"), [([0, 0], 0.0), ([3, 3, 3], 0.0), ([0, 0, 0, 4], 0.75), ([1, 2, 3, 4], 0.25), ([], 0.0)]
)
def test_gini_of_known_loads(load: list[int], gini: float) -> None:
    assert measure_gini(load) == pytest.approx(gini)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: assign([[0.5]], [-1]), "bad_capacity"),
        (lambda: assign([[0.5]], [1.5]), "bad_capacity"),
        (lambda: assign([[float("nan")]], [1]), "bad_utility"),
        (lambda: assign([[2000.0]], [1]), "bad_utility"),
        (lambda: assign([[0.5]], [1], load=[1, 2]), "bad_capacity"),
        (
            lambda: assign_by_flow(request=[0, 0], provider=[0, 0], utility=[1, 1], requests=1, capacity=[1]),
            "repeated_pair",
        ),
        (lambda: assign_by_flow(request=[1], provider=[0], utility=[1], requests=1, capacity=[1]), "bad_pair"),
        (lambda: assign_by_flow(request=[0], provider=[0, 0], utility=[1], requests=1, capacity=[1]), "unequal_length"),
        (lambda: FlowRules(tiers=((0.5, 0.1), (1.0, 0.0))), "bad_tiers"),
        (lambda: FlowRules(tiers=((0.5, 0.0),)), "bad_tiers"),
        (lambda: FlowRules(tiers=()), "bad_tiers"),
        (lambda: FlowRules(newcomer_bonus=-1), "bad_reserve"),
    ],
)
def test_bad_rounds_are_refused(call: Any, code: str) -> None:
    with pytest.raises(EngineError) as caught:
        call()
    assert caught.value.code == code
