"""The rule lab's comparison: the same subjects scored by two rules, who moves, and how groups fare.

A `Side` is one rule's result. NaN is "not assessed" (or not ranked, or no level).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.intervals import rank_within

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Side:
    """Score, place and level per subject, in one order of subjects that both sides share."""

    score: Floats
    place: Floats
    level: Floats

    @property
    def assessed(self) -> Flags:
        return ~np.isnan(self.score)


@dataclass(frozen=True)
class Moves:
    """Per subject. `score`, `place` and `level` are changes (place positive for the better), NaN unless both sides know
    the value; `gained` and `lost` say who is assessed by one side alone; `affected` is who notices the difference."""

    score: Floats
    place: Floats
    level: Floats
    gained: Flags
    lost: Flags
    affected: Flags


@dataclass(frozen=True)
class Effect:
    """What the change does to one group of subjects: counts, and moves of those whom both sides assess."""

    key: str
    size: int
    compared: int
    gained: int
    lost: int
    affected: int
    winners: int
    losers: int
    mean_score: float | None
    median_score: float | None
    mean_place: float | None
    median_place: float | None


def compare_sides(before: Side, after: Side, *, least: float) -> Moves:
    """Who moves. Affected is who changes level, becomes assessed or is so no longer, or whose score moves by at least
    `least` points."""
    score, level = after.score - before.score, after.level - before.level
    gained, lost = after.assessed & ~before.assessed, before.assessed & ~after.assessed
    noticed = (np.abs(np.nan_to_num(score)) >= least) | (np.nan_to_num(level) != 0)
    return Moves(
        score=score,
        place=before.place - after.place,
        level=level,
        gained=gained,
        lost=lost,
        affected=gained | lost | noticed,
    )


def count_transitions(before: Floats, after: Floats, levels: int) -> NDArray[np.int64]:
    """Subjects by level before (rows) and after (columns); the last row and column are those without a level."""

    def place(level: Floats) -> NDArray[np.int64]:
        return np.where(np.isnan(level), levels, np.nan_to_num(level) - 1).astype(np.int64)

    size = levels + 1
    return np.bincount(place(before) * size + place(after), minlength=size * size).reshape(size, size)


def measure_effect(key: str, members: Flags, moves: Moves) -> Effect:
    """The change as one group sees it. Winners and losers: whose score rises or falls by more than rounding."""
    known = members & ~np.isnan(moves.score)
    score = moves.score[known]
    place = moves.place[members & ~np.isnan(moves.place)]
    return Effect(
        key=key,
        size=int(members.sum()),
        compared=int(known.sum()),
        gained=int((members & moves.gained).sum()),
        lost=int((members & moves.lost).sum()),
        affected=int((members & moves.affected).sum()),
        winners=int((score > 1e-6).sum()),
        losers=int((score < -1e-6).sum()),
        mean_score=centre(score, np.mean),
        median_score=centre(score, np.median),
        mean_place=centre(place, np.mean),
        median_place=centre(place, np.median),
    )


def centre(values: Floats, measure: object) -> float | None:
    """Mean or median; None of nothing."""
    return float(measure(values)) if len(values) else None  # type: ignore[operator]


def place_of(score: Floats, ranked: Flags) -> Floats:
    """Place by score among the `ranked`, 1 for the highest; equal scores share the best place; NaN for the others."""
    return rank_within(np.where(ranked, score, np.nan), np.zeros(len(score), dtype=np.int64))


def place_correlation(first: Floats, second: Floats) -> float | None:
    """Spearman's correlation: that of the places which the two scores give those who have both; None below three."""
    known = ~np.isnan(first) & ~np.isnan(second)
    if known.sum() < 3:
        return None
    places = [middle_places(column[known]) for column in (first, second)]
    apart = [place - place.mean() for place in places]
    scale = float(np.sqrt((apart[0] ** 2).sum() * (apart[1] ** 2).sum()))
    return float((apart[0] * apart[1]).sum()) / scale if scale > 0 else None


def middle_places(values: Floats) -> Floats:
    """Places from 1 for the highest; equal values share the middle of theirs."""
    ordered = np.sort(-values)
    left = np.searchsorted(ordered, -values, side="left")
    right = np.searchsorted(ordered, -values, side="right")
    return np.asarray((left + right + 1) / 2)


def histogram(values: Floats, bins: int = 20) -> tuple[list[float], list[int]]:
    """Edges and counts of the known values, in `bins` of equal width; one bin when all are equal, none of nothing."""
    known = values[np.isfinite(values)]
    if not len(known):
        return [], []
    if known.min() == known.max():
        return [float(known.min()), float(known.max())], [len(known)]
    counts, edges = np.histogram(known, bins=bins)
    return edges.tolist(), counts.tolist()


def share_of(flags: Sequence[bool] | Flags) -> float:
    """The share of true ones; 0 of nothing."""
    array = np.asarray(flags)
    return float(array.mean()) if array.size else 0.0
