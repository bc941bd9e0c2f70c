"""Odds: how likely each provider ends the season above, between or below the cut lines.

    odds = outcome_odds(
        subject=ids, track=tracks, score=score, se=standard_errors,     # or replicates=..., rows x replicates
        promote=3, relegate=2, entry_threshold=60.0, seed=season_seed,
    )
    odds.in_top       # probability of standing within the promotion places: "truly there"
    odds.promotion    # the same, and at or above the entry threshold, for those who may rise
    odds.play_off     # in the places of the play-off band below them, and at or above the threshold, likewise
    odds.relegation   # within the relegation places and below the line, for those who may fall
    odds.stay         # the rest; the four sum to 1

Each replicate draws every score of a track, ranks it and reads off the zones. Rows that are not ranked (NaN) have NaN
odds. Where the lower bound ranks, a row without one stands last in every replicate, as it does on the board.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import BoolArray, FloatArray, as_flags, as_floats, check_length
from engine.errors import EngineError
from engine.settlement import Settlement

CELLS = 2_000_000  # simulated scores held at once, about 16 MB


# Conditions that the simulation judges itself, draw by draw.
SCORED = (
    "promotion.place",
    "promotion.no_tie",
    "promotion.entry_threshold",
    "promotion.odds",
    "relegation.place",
    "relegation.no_tie",
    "relegation.below_line",
)


@dataclass(frozen=True)
class OutcomeOdds:
    """Probabilities in row order; NaN where the row is not ranked."""

    in_top: FloatArray
    promotion: FloatArray
    play_off: FloatArray
    stay: FloatArray
    relegation: FloatArray


@dataclass(frozen=True)
class _Zone:
    """What one track simulates: places up, in the band below them and down, its thresholds, who may move."""

    up: int
    band: int
    down: int
    threshold: float
    line: float
    may_rise: BoolArray
    may_fall: BoolArray


def outcome_odds(
    *,
    subject: ArrayLike,
    score: ArrayLike,
    seed: int,
    track: ArrayLike | None = None,
    se: ArrayLike | None = None,
    replicates: ArrayLike | None = None,
    lower: ArrayLike | None = None,
    promote: int | Mapping[Any, int] = 0,
    relegate: int | Mapping[Any, int] = 0,
    play_off: int | Mapping[Any, int] = 0,
    entry_threshold: float | Mapping[Any, float] | None = None,
    relegation_factor: float = 0.9,
    may_rise: ArrayLike | None = None,
    may_fall: ArrayLike | None = None,
    draws: int = 1000,
) -> OutcomeOdds:
    """Simulate the season's end `draws` times from normal scores around `score` with standard error `se`, or read it
    from `replicates` (rows x replicates, NaN: not scored in that replicate, which ranks last).

    With `lower`, ranking is by the lower bound: each row's distance from score to lower bound is kept in every draw.
    Row order does not matter: the same subjects get the same odds. Raises EngineError without `se` or `replicates`.
    """
    subjects = np.asarray(subject)
    size = len(subjects)
    points = as_floats("score", score, size)
    margin = np.zeros(size) if lower is None else np.nan_to_num(points - as_floats("lower", lower, size), nan=np.inf)
    names = np.zeros(size, dtype=np.int64) if track is None else np.asarray(track)
    check_length("track", names, size)
    errors, given = _check_spread(se, replicates, size)
    rise = as_flags("may_rise", may_rise, size, default=True)
    fall = as_flags("may_fall", may_fall, size, default=True)
    tracks, index = np.unique(names, return_inverse=True)
    by_subject = np.lexsort((subjects, index.reshape(size)))
    by_subject = by_subject[~np.isnan(points[by_subject])]
    starts = np.searchsorted(index.reshape(size)[by_subject], np.arange(len(tracks) + 1))
    result = np.full((4, size), np.nan)
    for number, name in enumerate(tracks.tolist()):
        rows = by_subject[starts[number] : starts[number + 1]]
        if not len(rows):
            continue
        threshold = _threshold_of_track(entry_threshold, name)
        up = min(_of_track(promote, name), len(rows))
        zone = _Zone(
            up,
            min(_of_track(play_off, name), len(rows) - up),
            min(_of_track(relegate, name), len(rows)),
            threshold,
            threshold * relegation_factor,
            rise[rows],
            fall[rows],
        )
        generator = np.random.default_rng([seed, number])
        source = (points[rows], errors[rows]) if given is None else given[rows]
        result[:, rows] = _simulate(source, margin[rows], zone, generator, draws)
    in_top, promotion, band, relegation = result
    stay = np.maximum(0.0, 1 - promotion - band - relegation)
    return OutcomeOdds(in_top, promotion, band, stay, relegation)


def find_free_to_move(settlement: Settlement) -> tuple[BoolArray, BoolArray]:
    """Who may rise and who may fall whatever the scores do: floors and duties met, no protection, no ban. Feeds
    `may_rise` and `may_fall` from a settlement that was made without odds."""
    free = dict.fromkeys(("promotion", "relegation"), settlement.outcome != "banned")
    for condition in settlement.conditions:
        if condition.side in free and condition.code not in SCORED:
            free[condition.side] = free[condition.side] & condition.met
    return free["promotion"], free["relegation"]


def _simulate(
    source: FloatArray | tuple[FloatArray, FloatArray],
    margin: FloatArray,
    zone: _Zone,
    generator: np.random.Generator,
    draws: int,
) -> FloatArray:
    """Shares of replicates in the top places, promoted, in the band and relegated: an array 4 x rows."""
    rows = len(margin)
    total = draws if isinstance(source, tuple) else source.shape[1]
    counts = np.zeros((4, rows))
    step = max(1, CELLS // rows)
    for start in range(0, total, step):
        width = min(step, total - start)
        if isinstance(source, tuple):
            scores = source[0] + source[1] * generator.standard_normal((width, rows))
        else:
            scores = source[:, start : start + width].T
        counts += _count_zones(scores, margin, zone)
    return counts / total


def _count_zones(scores: FloatArray, margin: FloatArray, zone: _Zone) -> FloatArray:
    """Times each row stood in the top places, was promoted, played off and was relegated, over replicates x rows of
    scores."""
    rows = scores.shape[1]
    keys = np.where(np.isnan(scores), -np.inf, scores - margin)
    ordered = np.sort(keys, axis=1)
    nobody = np.zeros(scores.shape, dtype=bool)
    top = keys >= ordered[:, [rows - zone.up]] if zone.up else nobody
    near = keys >= ordered[:, [rows - zone.up - zone.band]] if zone.band else nobody
    bottom = keys <= ordered[:, [zone.down - 1]] if zone.down else nobody
    enough = np.isnan(zone.threshold) | (scores >= zone.threshold)
    too_low = np.isnan(zone.line) | ~(scores >= zone.line)
    promoted = top & enough & zone.may_rise
    relegated = bottom & too_low & zone.may_fall & ~promoted
    band = near & ~top & enough & zone.may_rise & ~relegated
    return np.stack([one.sum(axis=0) for one in (top, promoted, band, relegated)]).astype(np.float64)


def _check_spread(
    se: ArrayLike | None, replicates: ArrayLike | None, size: int
) -> tuple[FloatArray, FloatArray | None]:
    """Standard errors (a missing one counts as 0) and replicates. Raises EngineError when neither fits."""
    given: NDArray[np.float64] | None = None
    if replicates is not None:
        given = np.asarray(replicates, dtype=np.float64)
    if (se is None) == (given is None) or (given is not None and (given.ndim != 2 or given.shape[0] != size)):
        raise EngineError(
            "no_spread",
            "Odds need the standard errors or the bootstrap replicates of all rows, one of the two.",
            field="se",
            remedy="Give se with one value per row, or replicates with one row of values per row.",
        )
    errors = np.nan_to_num(as_floats("se", se, size))
    if (errors < 0).any():
        raise EngineError(
            "negative_se", "A standard error is negative.", field="se", remedy="Give standard errors of at least 0."
        )
    return errors, given


def _of_track(number: int | Mapping[Any, int], name: Any) -> int:
    return number if isinstance(number, int) else number.get(name, 0)


def _threshold_of_track(threshold: float | Mapping[Any, float] | None, name: Any) -> float:
    value = threshold.get(name) if isinstance(threshold, Mapping) else threshold
    return np.nan if value is None else value
