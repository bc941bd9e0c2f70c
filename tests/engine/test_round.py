"""Rounds of requests with different needs: rooms hold, one class is the flow's optimum, order decides nothing."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.flow import FlowRules, assign_by_flow
from engine.pairs import measure_gini
from engine.round import RoundResult, assign_in_classes

FLAT = FlowRules(tiers=((1.0, 0.0),), newcomer_places=0)


@st.composite
def worlds(draw: Any, largest: int = 3) -> dict[str, Any]:
    """Requests with needs up to `largest`, providers with some rooms taken, and pairs with their utility."""
    requests, providers = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    pairs = [pair for pair in product(range(requests), range(providers)) if draw(st.booleans())]
    capacity = draw(st.lists(st.integers(0, 6), min_size=providers, max_size=providers))
    return {
        "request": [request for request, _ in pairs],
        "provider": [provider for _, provider in pairs],
        "utility": [draw(st.integers(0, 20)) / 20 for _ in pairs],
        "rooms": draw(st.lists(st.integers(1, largest), min_size=requests, max_size=requests)),
        "capacity": capacity,
        "load": [draw(st.integers(0, rooms)) for rooms in capacity],
        "newcomer": draw(st.lists(st.booleans(), min_size=providers, max_size=providers)),
    }


def taken(world: dict[str, Any], result: RoundResult) -> list[int]:
    """Rooms that each provider gives in the round, counted from the assignment."""
    rooms = [0] * len(world["capacity"])
    for request, provider in enumerate(result.provider.tolist()):
        if provider is not None:
            rooms[provider] += world["rooms"][request]
    return rooms


@given(worlds())
def test_rooms_are_never_exceeded_and_only_pairs_are_matched(world: dict[str, Any]) -> None:
    result = assign_in_classes(**world)
    used = taken(world, result)
    assert all(u + load <= all_ for u, load, all_ in zip(used, world["load"], world["capacity"], strict=True))
    assert result.load.tolist() == [u + load for u, load in zip(used, world["load"], strict=True)]
    worth = dict(zip(zip(world["request"], world["provider"], strict=True), world["utility"], strict=True))
    matched = [(r, p) for r, p in enumerate(result.provider.tolist()) if p is not None]
    assert set(matched) <= set(worth)
    assert result.units == sum(round(worth[pair] * 10**6) for pair in matched)
    assert [result.own_units[r] for r, _ in matched] == [round(worth[pair] * 10**6) for pair in matched]
    assert (result.matched, result.gini) == (len(matched), measure_gini(result.load[result.capacity > 0]))


@given(worlds(largest=1))
def test_one_class_is_the_optimum_of_the_flow(world: dict[str, Any]) -> None:
    result = assign_in_classes(**world)
    plain = {name: column for name, column in world.items() if name != "rooms"}
    flow = assign_by_flow(requests=len(world["rooms"]), **plain)
    assert result.classes[1].objective_units == flow.objective_units
    assert (result.units, result.provider.tolist()) == (flow.units, flow.provider.tolist())
    assert (result.load.tolist(), result.gini, result.idle) == (flow.load.tolist(), flow.gini, flow.idle)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_requests_changes_nothing(world: dict[str, Any], random: Any) -> None:
    requests = len(world["rooms"])
    stands = list(range(requests))  # request r stands at stands[r]
    random.shuffle(stands)
    rooms, key = [0] * requests, [0] * requests
    for request, place in enumerate(stands):
        rooms[place], key[place] = world["rooms"][request], request
    order = list(range(len(world["request"])))
    random.shuffle(order)
    moved = world | {
        "request": [stands[world["request"][k]] for k in order],
        "provider": [world["provider"][k] for k in order],
        "utility": [world["utility"][k] for k in order],
        "rooms": rooms,
    }
    first, second = assign_in_classes(**world), assign_in_classes(**moved, key=key)
    found = second.provider.tolist()
    assert [found[place] for place in stands] == first.provider.tolist()
    assert second.units == first.units


@given(worlds())
def test_each_class_is_the_optimum_of_the_rooms_that_larger_ones_left(world: dict[str, Any]) -> None:
    """Without tiers: no class could have done better by itself, told by trying every assignment of small classes."""
    result = assign_in_classes(**world, rules=FLAT)
    spare = [all_ - load for all_, load in zip(world["capacity"], world["load"], strict=True)]
    worth = dict(zip(zip(world["request"], world["provider"], strict=True), world["utility"], strict=True))
    for size in sorted(set(world["rooms"]), reverse=True):
        members = [r for r, rooms in enumerate(world["rooms"]) if rooms == size]
        best = best_of([{p: u for (r, p), u in worth.items() if r == m} for m in members], [s // size for s in spare])
        assert result.classes[size].units == best
        for member in members:
            provider = result.provider.tolist()[member]
            if provider is not None:
                spare[provider] -= size


def best_of(rows: list[dict[int, float]], places: list[int]) -> int:
    """The greatest total in millionths, by trying everything."""
    if not rows:
        return 0
    best = best_of(rows[1:], places)
    for provider, utility in rows[0].items():
        if places[provider]:
            left = [count - (p == provider) for p, count in enumerate(places)]
            best = max(best, round(utility * 10**6) + best_of(rows[1:], left))
    return best


def test_the_largest_need_goes_first() -> None:
    """One provider with 3 rooms: the request for 3 gets them, though two small ones would be worth more together."""
    result = assign_in_classes(
        request=[0, 1, 2], provider=[0, 0, 0], utility=[0.9, 0.9, 0.5], rooms=[1, 2, 3], capacity=[3], rules=FLAT
    )
    assert result.provider.tolist() == [None, None, 0]
    assert [(reason.code, reason.params) for reason in result.why_not(0)] == [
        ("flow.full", {"provider": 0, "utility": 0.9, "own_utility": 0.0, "capacity": 3, "least_utility": None})
    ]
    assert (result.load.tolist(), result.mean, result.idle_before, result.idle) == ([3], 0.5, 1, 0)


def test_a_newcomer_has_its_reserve_once_in_a_round() -> None:
    """The newcomer takes a request for two rooms by its bonus; for one room it has none left."""
    result = assign_in_classes(
        request=[0, 0, 1, 1],
        provider=[0, 1, 0, 1],
        utility=[0.60, 0.58, 0.60, 0.58],
        rooms=[2, 1],
        capacity=[10, 10],
        newcomer=[False, True],
        rules=FlowRules(tiers=((1.0, 0.0),), newcomer_places=1, newcomer_bonus=0.05),
    )
    assert result.provider.tolist() == [1, 0]


def test_more_load_than_capacity_counts_as_full() -> None:
    result = assign_in_classes(request=[0], provider=[0], utility=[0.5], rooms=[1], capacity=[2], load=[5])
    assert (result.provider.tolist(), result.load.tolist(), result.mean) == ([None], [2], None)


def test_nothing_to_match() -> None:
    result = assign_in_classes(request=[], provider=[], utility=[], rooms=[], capacity=[2, 0])
    assert (result.provider.tolist(), result.units, result.matched, result.idle) == ([], 0, 0, 1)


@pytest.mark.parametrize("rooms", [[0], [-1], [1.5], [[1]]])
def test_needs_are_whole_numbers_from_one(rooms: Any) -> None:
    with pytest.raises(EngineError) as refusal:
        assign_in_classes(request=[0], provider=[0], utility=[0.5], rooms=rooms, capacity=[1])
    assert (refusal.value.code, refusal.value.field) == ("bad_rooms", "rooms")


def test_unequal_columns_are_refused() -> None:
    with pytest.raises(EngineError) as refusal:
        assign_in_classes(request=[0], provider=[0], utility=np.array([0.5, 0.6]), rooms=[1], capacity=[1])
    assert refusal.value.field == "utility"
