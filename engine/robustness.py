"""How much a result owes to the choice of weights, and how much to chance.

Both draw replicates of the composite and ask of each provider how often it keeps its level and its place among the
first; `flip_shares` asks of pairs how often their order turns round. Seeded: the same seed gives the same numbers.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.compile import Sums
from engine.draws import Draws
from engine.groups import resolve_groups
from engine.inputs import Inputs
from engine.intervals import Replica
from engine.lab import Side, place_of
from engine.model import ScoringModel
from engine.reweigh import Recomposer, Weights, shift_each_weight

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Step = Callable[[int, int], None]
CHUNK = 8
TAIL = 0.05
DISTANCES = (1, 5, 10, 25, 50, 100, 250, 500)


@dataclass(frozen=True)
class Robustness:
    """Per subject, NaN where not ranked: the share of replicates in which it keeps its level, in which it is among the
    first `top`, and the places between which it is in 90 % of them. Per replicate: the correlation of the places with
    the result, the share of subjects that keep their level, and the share of the first `top` that stay."""

    top: int
    level_kept: Floats
    top_kept: Floats
    place_lower: Floats
    place_upper: Floats
    correlation: Floats
    level_share: Floats
    top_share: Floats


@dataclass(frozen=True)
class WeightEffect:
    """One weight shifted up and down: by how many places subjects move on average, and the share that change level."""

    name: str
    mean_places: float
    level_changed: float


def nothing(done: int, total: int) -> None:
    """Nobody watches."""


def vary_weights(
    recomposer: Recomposer,
    base: Side,
    ranked: Flags,
    weights: Weights,
    *,
    top: int,
    threads: int = 1,
    step: Step = nothing,
) -> Robustness:
    """The result under each draw of weights. `base` is the result itself; `step(done, total)` may raise to stop."""

    def compute(first: int) -> tuple[Floats, Floats]:
        return recomposer.recompose(weights.part(first, min(first + CHUNK, len(weights))))

    draws = gather(compute, range(0, len(weights), CHUNK), threads, step)
    return judge(base, ranked, draws, top)


def shake_facts(
    model: ScoringModel,
    sums: Sums,
    inputs: Inputs,
    draws: Draws,
    base: Side,
    ranked: Flags,
    *,
    replicates: int,
    seed: int,
    top: int,
    threads: int = 1,
    step: Step = nothing,
) -> tuple[Robustness, list[tuple[int, float]]]:
    """The result when blocks of facts are drawn anew (the Poisson bootstrap of `engine.intervals`), and how often the
    order of two subjects turns round by how many places they stand apart."""
    groups = resolve_groups(model.peers, inputs.extras, len(inputs.subjects))
    replica = Replica(model, sums, inputs, draws, groups, (seed, 2))

    def compute(index: int) -> tuple[Floats, Floats]:
        ((composite, level, _capability),) = replica.scores(range(index, index + 1))
        return composite[:, np.newaxis], level[:, np.newaxis]

    composites: list[Floats] = []

    def keep() -> Iterator[tuple[Floats, Floats]]:
        for composite, level in gather(compute, range(replicates), threads, step):
            composites.append(composite.astype(np.float32))
            yield composite, level

    robust = judge(base, ranked, keep(), top)
    return robust, flip_shares(base.place, np.concatenate(composites, axis=1) if composites else None)


def shift_weights(recomposer: Recomposer, base: Side, ranked: Flags, share: float) -> list[WeightEffect]:
    """Which weights matter: each one raised and lowered by `share`, the strongest effect first."""
    names, weights = shift_each_weight(recomposer.model, share)
    effects = []
    for index, name in enumerate(names):
        composite, level = recomposer.recompose(weights.part(2 * index, 2 * index + 2))
        moves = [np.abs(place_of(composite[:, side], ranked) - base.place) for side in (0, 1)]
        known = ~np.isnan(base.level)
        changed = [float((level[known, side] != base.level[known]).mean()) if known.any() else 0.0 for side in (0, 1)]
        effects.append(WeightEffect(name, mean_of(np.concatenate(moves)), (changed[0] + changed[1]) / 2))
    return sorted(effects, key=lambda effect: (-effect.mean_places, effect.name))


def gather(
    compute: Callable[[int], tuple[Floats, Floats]], keys: range, threads: int, step: Step
) -> Iterator[tuple[Floats, Floats]]:
    """The results of `compute` in the order of `keys`, `threads` at a time; between them `step`, in this thread."""
    order = list(keys)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for first in range(0, len(order), threads):
            step(first, len(order))
            yield from pool.map(compute, order[first : first + threads])


def judge(base: Side, ranked: Flags, draws: Iterator[tuple[Floats, Floats]], top: int) -> Robustness:
    """What becomes of each subject over all draws; composites and levels come as subjects x draws."""
    rows = np.flatnonzero(ranked & base.assessed)
    place, level = base.place[rows], base.level[rows]
    is_top = place <= top
    places: list[NDArray[np.float32]] = []
    kept, correlation, level_share, top_share = np.zeros(len(rows)), [], [], []
    for composite, levels in draws:
        for draw in range(composite.shape[1]):
            own = place_of(composite[rows, draw], np.ones(len(rows), dtype=np.bool_))
            places.append(own.astype(np.float32))
            same = levels[rows, draw] == level
            kept += same
            level_share.append(float(same.mean()) if len(rows) else np.nan)
            top_share.append(float((own[is_top] <= top).mean()) if is_top.any() else np.nan)
            correlation.append(pearson(place, own))
    count = max(1, len(places))
    stacked = np.stack(places) if places else np.empty((0, len(rows)), dtype=np.float32)

    def spread(values: Floats) -> Floats:
        found = np.full(len(ranked), np.nan)
        found[rows] = values
        return found

    low, high = bounds(stacked)
    has_levels = ~np.isnan(level)
    return Robustness(
        top=top,
        level_kept=spread(np.where(has_levels, kept / count, np.nan)),
        top_kept=spread((stacked <= top).sum(axis=0) / count),
        place_lower=spread(low),
        place_upper=spread(high),
        correlation=np.array(correlation),
        level_share=np.array(level_share) if has_levels.any() else np.full(len(places), np.nan),
        top_share=np.array(top_share),
    )


def bounds(places: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The places between which a column lies in 90 % of the draws; a draw without a place counts as the last."""
    if not len(places):
        return np.full(places.shape[1], np.nan), np.full(places.shape[1], np.nan)
    filled = np.where(np.isnan(places), np.float32(places.shape[1]), places)
    cuts = [int(np.floor(TAIL * (len(filled) - 1))), int(np.ceil((1 - TAIL) * (len(filled) - 1)))]
    ordered = np.partition(filled, cuts, axis=0)
    return ordered[cuts[0]].astype(np.float64), ordered[cuts[1]].astype(np.float64)


def pearson(first: Floats, second: Floats) -> float:
    """The correlation of two lists of places over those who have both; NaN below three."""
    known = ~np.isnan(first) & ~np.isnan(second)
    if known.sum() < 3:
        return float("nan")
    one, other = first[known] - first[known].mean(), second[known] - second[known].mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale > 0 else float("nan")


def flip_shares(place: Floats, composites: NDArray[np.float32] | None) -> list[tuple[int, float]]:
    """For subjects that stand so many places apart: the share of replicates in which the lower one scores higher.

    `composites` is subjects x replicates. Pairs of equal place, and replicates in which one is not assessed, do not
    count.
    """
    rows = np.flatnonzero(~np.isnan(place))
    if composites is None or len(rows) < 2:
        return []
    ordered = composites[rows[np.argsort(place[rows], kind="stable")]]
    standing = np.sort(place[rows])
    found = []
    for distance in DISTANCES:
        if distance >= len(rows):
            break
        above, below = ordered[:-distance], ordered[distance:]
        apart = (standing[distance:] > standing[:-distance])[:, np.newaxis]
        both = ~np.isnan(above) & ~np.isnan(below) & apart
        if both.any():
            found.append((distance, float(((below > above) & both).sum() / both.sum())))
    return found


def mean_of(values: Floats) -> float:
    """The mean of the known values; 0 of nothing."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0
