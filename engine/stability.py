"""Stability intervals: how far places move when the scores of one track are drawn again from their errors.

    sets = stability_ranks(subject=ids, score=score, se=standard_errors, lower=lower, level=0.95, seed=1)
    sets.lower, sets.upper      # whole places, 1 is the best; masked where not ranked or without a standard error

For tracks that are too large for the confidence sets of `engine.ranks`. They say where a place would lie if the facts
were collected again, and promise no more: unlike a confidence set they need not hold the true rank.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import FloatArray, as_floats
from engine.errors import EngineError
from engine.intervals import bounds, rank_within
from engine.ranks import RankSets

CELLS = 20_000_000  # places held at once, about 80 MB
FEWEST = 100


def stability_ranks(
    *,
    subject: ArrayLike,
    score: ArrayLike,
    se: ArrayLike,
    seed: int,
    lower: ArrayLike | None = None,
    level: float = 0.95,
    draws: int = 1000,
) -> RankSets:
    """Draw every score `draws` times around `score` with standard error `se`, rank each draw, and take the middle
    `level` of the places, laid around the place itself. Large tracks take fewer draws, at least 100.

    With `lower`, ranking is by the lower bound as in `engine.odds`. Row order does not matter. Raises EngineError for a
    negative standard error.
    """
    subjects = np.asarray(subject)
    size = len(subjects)
    points, errors = as_floats("score", score, size), as_floats("se", se, size)
    if (errors < 0).any():
        raise EngineError(
            "negative_se", "A standard error is negative.", field="se", remedy="Give standard errors of at least 0."
        )
    margin = np.zeros(size) if lower is None else np.nan_to_num(points - as_floats("lower", lower, size), nan=np.inf)
    rows = np.argsort(subjects, kind="stable")
    rows = rows[~np.isnan(points[rows])]
    ranked, one = len(rows), np.zeros(len(rows), dtype=np.int64)
    times = max(FEWEST, min(draws, CELLS // max(1, ranked)))
    generator = np.random.default_rng(seed)
    spread = np.nan_to_num(errors[rows])
    places = np.empty((times, ranked), dtype=np.float32)
    for at in range(times):
        drawn = points[rows] + spread * generator.standard_normal(ranked)
        places[at] = rank_within(drawn - margin[rows], one)
    place = rank_within(points[rows] - margin[rows], one)
    low, high = bounds(places, place, (1 - level) / 2, np.isnan(errors[rows]), (1.0, float(max(1, ranked))))
    return RankSets(_whole(np.floor(low), rows, size), _whole(np.ceil(high), rows, size))


def _whole(values: FloatArray, rows: NDArray[np.intp], size: int) -> np.ma.MaskedArray:  # type: ignore[type-arg]
    """The values of `rows` as masked whole numbers in row order."""
    column = np.full(size, np.nan)
    column[rows] = values
    mask = np.isnan(column)
    return np.ma.masked_array(np.where(mask, 0, column).astype(np.int64), mask=mask)
