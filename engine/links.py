"""The strongest way through a network of parties that share something, in a bounded number of steps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Steps:
    """Undirected steps without repetition: `one` < `other`, and the joint strength of all that the two share."""

    one: Ints
    other: Ints
    strength: Floats


@dataclass(frozen=True)
class Ways:
    """The strongest way from the start to each node: `strength` 0 where none leads, and the nodes on the way."""

    strength: Floats
    paths: dict[int, tuple[int, ...]]


def noisy_or(strengths: Floats) -> float:
    """The joint strength of independent reasons: one minus the chance that all of them mislead."""
    return float(1.0 - np.prod(1.0 - strengths))


def join_reasons(one: Ints, other: Ints, strength: Floats) -> Steps:
    """Many reasons between the same two parties as one step each, by `noisy_or`; the direction does not matter."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    pairs, index = np.unique(np.column_stack((low, high)), axis=0, return_inverse=True)
    doubt = np.ones(len(pairs))
    np.multiply.at(doubt, index.reshape(-1), 1.0 - strength)
    return Steps(pairs[:, 0], pairs[:, 1], 1.0 - doubt)


def strongest_ways(steps: Steps, *, ends: Bools, start: int, most: int) -> Ways:
    """The strongest way from `start` to every node in at most `most` steps; no way leads on from a node of `ends`.

    `ends` has one entry for each node. A way is as strong as the product of its steps, so each step more makes it
    weaker. Of equally strong ways the shorter wins, then the one through the lower numbers.
    """
    sources = np.concatenate((steps.one, steps.other))
    targets = np.concatenate((steps.other, steps.one))
    weights = np.concatenate((steps.strength, steps.strength))
    order = np.lexsort((sources, targets))
    order = order[~ends[sources[order]]]
    sources, targets, weights = sources[order], targets[order], weights[order]
    best = np.zeros(len(ends))
    best[start] = 1.0
    paths: dict[int, tuple[int, ...]] = {start: (start,)}
    for _ in range(most):
        reached = best[sources] * weights
        better = np.flatnonzero(reached > best[targets])
        gained: dict[int, tuple[float, tuple[int, ...]]] = {}
        for edge in better:
            source, target, value = int(sources[edge]), int(targets[edge]), float(reached[edge])
            if value > gained.get(target, (0.0, ()))[0]:
                gained[target] = (value, (*paths[source], target))
        for target, (value, path) in gained.items():
            best[target], paths[target] = value, path
    return Ways(best, paths)
