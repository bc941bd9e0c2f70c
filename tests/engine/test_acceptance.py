"""Deferred acceptance: the published example, stability and optimality against every stable assignment."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.acceptance import AcceptanceResult, accept_deferred, find_blocking_pairs
from engine.errors import EngineError


def accept(
    likes: dict[str, list[str]], wants: dict[str, list[str]], capacity: dict[str, int]
) -> tuple[AcceptanceResult, dict[str, str | None]]:
    """Match by lists of names; a pair counts when each stands on the other's list."""
    requests, providers = list(likes), list(wants)
    pairs = [(r, p) for r in requests for p in likes[r] if r in wants[p]]
    result = accept_deferred(
        request=[requests.index(r) for r, _ in pairs],
        provider=[providers.index(p) for _, p in pairs],
        request_rank=[likes[r].index(p) + 1 for r, p in pairs],
        provider_rank=[wants[p].index(r) + 1 for r, p in pairs],
        requests=len(requests),
        capacity=[capacity[p] for p in providers],
    )
    named = {
        requests[number]: None if chosen is None else providers[chosen]
        for number, chosen in enumerate(result.provider.tolist())
    }
    return result, named


def test_the_published_resident_match() -> None:
    """The example by which the National Resident Matching Program explains its algorithm."""
    likes = {
        "Anderson": ["City"],
        "Chen": ["City", "Mercy"],
        "Ford": ["City", "General", "Mercy"],
        "Davis": ["Mercy", "City", "General"],
        "Eastman": ["City", "Mercy", "General"],
    }
    wants = {
        "Mercy": ["Chen", "Ford"],
        "City": ["Eastman", "Anderson", "Chen", "Davis", "Ford"],
        "General": ["Eastman", "Anderson", "Ford", "Davis"],
    }
    result, named = accept(likes, wants, {"Mercy": 2, "City": 2, "General": 2})
    assert named == {"Anderson": "City", "Eastman": "City", "Chen": "Mercy", "Ford": "General", "Davis": "General"}
    assert find_blocking_pairs(result) == []
    (reason,) = result.why_not(1)
    assert reason.code == "acceptance.preferred_others"
    assert reason.params == {
        "provider": 1,
        "rank": 1.0,
        "own_rank": 2.0,
        "their_rank": 3.0,
        "last_rank": 2.0,
        "capacity": 2,
    }
    assert (result.load.tolist(), result.idle) == ([1, 2, 2], 0)


@st.composite
def markets(draw: st.DrawFn) -> tuple[list[dict[int, int]], list[dict[int, int]], list[int]]:
    """Ranks without ties: of providers for each request, of requests for each provider; and the capacities."""
    requests, providers = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    edges = draw(st.sets(st.tuples(st.integers(0, requests - 1), st.integers(0, providers - 1))))
    likes: list[dict[int, int]] = [{} for _ in range(requests)]
    wants: list[dict[int, int]] = [{} for _ in range(providers)]
    for request in range(requests):
        mine = draw(st.permutations(sorted(p for r, p in edges if r == request)))
        likes[request] = {provider: rank for rank, provider in enumerate(mine, 1)}
    for provider in range(providers):
        mine = draw(st.permutations(sorted(r for r, p in edges if p == provider)))
        wants[provider] = {request: rank for rank, request in enumerate(mine, 1)}
    return likes, wants, draw(st.lists(st.integers(0, 3), min_size=providers, max_size=providers))


def run(market: Any) -> AcceptanceResult:
    likes, wants, capacity = market
    pairs = [(r, p) for r, ranks in enumerate(likes) for p in ranks]
    return accept_deferred(
        request=[r for r, _ in pairs],
        provider=[p for _, p in pairs],
        request_rank=[likes[r][p] for r, p in pairs],
        provider_rank=[wants[p][r] for r, p in pairs],
        requests=len(likes),
        capacity=capacity,
    )


def is_stable(assigned: list[int | None], market: Any) -> bool:
    """The definition, told the slow way."""
    likes, wants, capacity = market
    for request, ranks in enumerate(likes):
        for provider, rank in ranks.items():
            own = assigned[request]
            if own is not None and likes[request][own] <= rank:
                continue
            held = [wants[provider][other] for other, where in enumerate(assigned) if where == provider]
            if len(held) < capacity[provider] or any(theirs > wants[provider][request] for theirs in held):
                return False
    return True


@settings(deadline=None)
@given(markets())
def test_no_blocking_pair_and_no_better_stable_assignment_for_any_request(market: Any) -> None:
    likes, _, capacity = market
    result = run(market)
    assigned = result.provider.tolist()
    assert find_blocking_pairs(result) == [] and is_stable(assigned, market)
    assert (result.load <= np.array(capacity)).all()
    best = [len(capacity) + 1 if where is None else likes[r][where] for r, where in enumerate(assigned)]
    for other in product(*([None, *ranks] for ranks in likes)):
        fits = all(other.count(provider) <= size for provider, size in enumerate(capacity))
        if fits and is_stable(list(other), market):
            ranks = [len(capacity) + 1 if where is None else likes[r][where] for r, where in enumerate(other)]
            assert all(mine <= theirs for mine, theirs in zip(best, ranks, strict=True))
    for request, where in enumerate(assigned):
        own = best[request]
        above = {p for p, rank in likes[request].items() if where is None or rank < own}
        assert {reason.params["provider"] for reason in result.why_not(request)} == above


def test_a_blocking_pair_is_found_when_there_is_one() -> None:
    result, _ = accept({"a": ["x", "y"], "b": ["y"]}, {"x": ["a"], "y": ["a", "b"]}, {"x": 1, "y": 1})
    worse = AcceptanceResult(
        **{**result.__dict__, "own_rank": np.array([2.0, np.inf]), "last_rank": np.array([np.inf, 1])}
    )
    assert find_blocking_pairs(worse) == [(0, 0)]


def test_equal_ranks_are_decided_by_number_whatever_the_order() -> None:
    columns = {"request": [0, 1, 2], "provider": [0, 0, 0], "request_rank": [1, 1, 1], "provider_rank": [5, 5, 5]}
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        shuffled = {name: [values[at] for at in order] for name, values in columns.items()}
        assert accept_deferred(**shuffled, requests=3, capacity=[2]).provider.tolist() == [0, 0, None]


def test_empty_sides() -> None:
    nothing: dict[str, list[int]] = {"request": [], "provider": [], "request_rank": [], "provider_rank": []}
    assert accept_deferred(**nothing, requests=0, capacity=[]).provider.tolist() == []
    assert accept_deferred(**nothing, requests=2, capacity=[3]).provider.tolist() == [None, None]


def test_a_missing_rank_is_refused() -> None:
    with pytest.raises(EngineError) as caught:
        accept_deferred(request=[0], provider=[0], request_rank=[None], provider_rank=[1], requests=1, capacity=[1])
    assert (caught.value.code, caught.value.field) == ("missing_rank", "request_rank")
