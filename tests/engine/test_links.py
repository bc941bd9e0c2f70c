"""Ways through the network, against brute force."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.links import Steps, join_reasons, noisy_or, strongest_ways

NODES = 6
EDGES = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 1.0])),
    max_size=14,
).map(lambda edges: [edge for edge in edges if edge[0] != edge[1]])
ENDS = st.lists(st.booleans(), min_size=NODES, max_size=NODES).map(lambda ends: np.array([False, *ends[1:]]))


def steps_of(edges: list[tuple[int, int, float]]) -> Steps:
    one, other, strength = (np.array([edge[at] for edge in edges]) for at in range(3))
    return join_reasons(one.astype(np.int64), other.astype(np.int64), strength.astype(np.float64))


def brute_force(edges: list[tuple[int, int, float]], ends: np.ndarray, most: int) -> list[float]:
    """Every simple way from node 0, tried one by one."""
    doubt: dict[frozenset[int], float] = {}
    for one, other, strength in edges:
        pair = frozenset((one, other))
        doubt[pair] = doubt.get(pair, 1.0) * (1 - strength)
    best = [1.0] + [0.0] * (NODES - 1)
    for length in range(1, most + 1):
        for rest in permutations(range(1, NODES), length):
            way = (0, *rest)
            if any(ends[node] for node in way[:-1]):
                continue
            value = 1.0
            for pair in pairwise(way):
                value *= 1 - doubt.get(frozenset(pair), 1.0)
            best[way[-1]] = max(best[way[-1]], value)
    return best


def test_reasons_add_up_to_less_than_their_sum() -> None:
    assert noisy_or(np.array([0.5, 0.5])) == 0.75
    assert noisy_or(np.array([])) == 0.0
    assert noisy_or(np.array([1.0, 0.3])) == 1.0


def test_reasons_between_the_same_two_are_joined_whatever_their_direction() -> None:
    steps = steps_of([(2, 1, 0.5), (1, 2, 0.5), (0, 1, 0.25)])
    assert (steps.one.tolist(), steps.other.tolist(), steps.strength.tolist()) == ([0, 1], [1, 2], [0.25, 0.75])


def test_a_way_is_the_product_of_its_steps() -> None:
    ways = strongest_ways(steps_of([(0, 1, 0.5), (1, 2, 0.5), (0, 2, 0.2)]), ends=np.zeros(3, bool), start=0, most=3)
    assert ways.strength.tolist() == [1.0, 0.5, 0.25]
    assert ways.paths == {0: (0,), 1: (0, 1), 2: (0, 1, 2)}


def test_the_shorter_way_wins_a_draw() -> None:
    ways = strongest_ways(steps_of([(0, 1, 0.5), (1, 2, 0.5), (0, 2, 0.25)]), ends=np.zeros(3, bool), start=0, most=3)
    assert ways.paths[2] == (0, 2)


def test_no_way_leads_on_from_an_end() -> None:
    ends = np.array([False, True, False])
    ways = strongest_ways(steps_of([(0, 1, 0.9), (1, 2, 0.9)]), ends=ends, start=0, most=3)
    assert ways.strength.tolist() == [1.0, 0.9, 0.0]


def test_nothing_shared_leads_nowhere() -> None:
    ways = strongest_ways(steps_of([]), ends=np.zeros(2, bool), start=0, most=3)
    assert (ways.strength.tolist(), ways.paths) == ([1.0, 0.0], {0: (0,)})


@given(EDGES, ENDS, st.integers(1, 4))
def test_against_brute_force(edges: list[tuple[int, int, float]], ends: np.ndarray, most: int) -> None:
    steps = steps_of(edges)
    ways = strongest_ways(steps, ends=ends, start=0, most=most)
    assert ways.strength.tolist() == pytest.approx(brute_force(edges, ends, most))
    joint = {
        (int(one), int(other)): strength
        for one, other, strength in zip(steps.one, steps.other, steps.strength, strict=True)
    }
    for node, path in ways.paths.items():
        assert (path[0], path[-1], len(path) <= most + 1, len(set(path)) == len(path)) == (0, node, True, True)
        value = np.prod([joint[min(pair), max(pair)] for pair in pairwise(path)])
        assert value == pytest.approx(ways.strength[node])
