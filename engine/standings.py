"""Standings: who holds which place in each track.

One call ranks any number of tracks at once; arrays in, arrays out, row order kept:

    standings = rank_standings(
        subject=ids, track=tracks, score=score, lower=lower, upper=upper, evidence=evidence,
        previous_place=last_night, order=("lower", "score", "evidence"), columns={"gmv": gmv},
    )
    standings.place.tolist()      # [1, 2, 2, 4, None]: ties share a place, the next is skipped; None: not ranked
    standings.movement.tolist()   # places won (+) or lost (-) since `previous_place`; None when either is missing
    standings.display_order       # row indices: by track, place, then subject (the subject only sorts the page)
    standings.decided_by_name(i)  # the key that set row i apart from the row above, "" for a tie or the first

    cut = measure_lines(standings, promote=3, relegate=2)     # numbers per track: a number, or a mapping by track
    cut.to_promotion              # points of the first key still missing to the promotion line; <= 0 is inside
    cut.above_relegation          # points above the relegation line; <= 0 is inside the zone

Places, movements and previous places are masked integer arrays: a masked entry is "not ranked", never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import BoolArray, FloatArray, IntArray, Places, as_flags, as_floats, as_places, check_length
from engine.errors import EngineError

DEFAULT_ORDER = ("lower", "score", "evidence")
DECIMALS = 6  # keys are rounded before they are compared, so that float noise never decides a place


@dataclass(frozen=True)
class Standings:
    """Places of all rows, in the order the rows were given.

    `track_index` points into `tracks` (sorted names). `group_end` is the last place a row's tie group covers, so that
    `place == group_end` means "no tie". `ranked_count` is the number of ranked rows of the row's track.
    `decided_by` is the position in `order` of the key that separated the row from the one above; masked if none did.
    """

    subject: NDArray[Any]
    tracks: NDArray[Any]
    track_index: IntArray
    score: FloatArray
    lower: FloatArray
    upper: FloatArray
    order: tuple[str, ...]
    lead_key: FloatArray
    ranked: BoolArray
    place: Places
    group_end: Places
    ranked_count: IntArray
    previous_place: Places
    movement: Places
    decided_by: Places
    display_order: IntArray

    @property
    def track(self) -> NDArray[Any]:
        """Track name of each row."""
        names: NDArray[Any] = self.tracks[self.track_index]
        return names

    def decided_by_name(self, row: int) -> str:
        """Name of the key that set `row` apart from the row above it; empty for a first, tied or unranked row."""
        if np.ma.getmaskarray(self.decided_by)[row]:
            return ""
        return self.order[int(self.decided_by.data[row])]


@dataclass(frozen=True)
class Lines:
    """Distances to the cut lines: points of the first key (NaN: not ranked or no line) and places (masked likewise)."""

    to_promotion: FloatArray
    above_relegation: FloatArray
    places_to_promotion: Places
    places_above_relegation: Places


def rank_standings(
    *,
    subject: ArrayLike,
    score: ArrayLike,
    track: ArrayLike | None = None,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    evidence: ArrayLike | None = None,
    previous_place: Any = None,
    columns: Mapping[str, ArrayLike] | None = None,
    order: Sequence[str] = DEFAULT_ORDER,
    left_out: ArrayLike | None = None,
) -> Standings:
    """Rank every track by the key chain `order`.

    All arrays have one entry per row; a subject appears once per track. A key is `score`, `lower`, `upper`,
    `evidence` or a name in `columns`; the higher value is better, `"name asc"` turns it round. Keys are rounded to 6
    decimals. A missing key (NaN) of a ranked row is worse than any number; default keys that were not given are
    skipped. A NaN score, or a true `left_out` (bans under a rule that closes the gap), is not ranked. Raises
    EngineError for unequal lengths, an unknown key or a repeated subject.
    """
    subject_array = np.asarray(subject)
    size = len(subject_array)
    names = np.zeros(size, dtype=np.int64) if track is None else np.asarray(track)
    check_length("track", names, size)
    score_array = as_floats("score", score, size)
    given = {"score": score_array, "lower": lower, "upper": upper, "evidence": evidence, **(columns or {})}
    values = {name: as_floats(name, column, size) for name, column in given.items() if column is not None}
    chain = parse_order(order, values)

    tracks, track_index = np.unique(names, return_inverse=True)
    track_index = track_index.reshape(size).astype(np.int64)
    _, subject_index = np.unique(subject_array, return_inverse=True)
    check_unique(track_index, subject_index.reshape(size), subject_array)

    ranked = ~np.isnan(score_array) & ~as_flags("left_out", left_out, size)
    keys = [_sort_key(values[name], ascending) for name, ascending in chain]
    sequence = np.lexsort((subject_index.reshape(size), *reversed(keys), ~ranked, track_index))
    place, group_end, decided = _number_places(sequence, track_index, ranked, keys)
    counts = np.bincount(track_index[ranked], minlength=len(tracks)).astype(np.int64)

    hidden = ~ranked
    masked_place = np.ma.masked_array(place, mask=hidden)
    previous = as_places(previous_place, size)
    nothing = np.full(size, np.nan)
    lead_name, lead_ascending = chain[0]
    return Standings(
        subject=subject_array,
        tracks=tracks,
        track_index=track_index,
        score=score_array,
        lower=values.get("lower", nothing),
        upper=values.get("upper", nothing),
        order=tuple(name for name, _ in chain),
        lead_key=-values[lead_name] if lead_ascending else values[lead_name],
        ranked=ranked,
        place=masked_place,
        group_end=np.ma.masked_array(group_end, mask=hidden),
        ranked_count=counts[track_index],
        previous_place=previous,
        movement=previous - masked_place,
        decided_by=np.ma.masked_array(decided, mask=decided < 0),
        display_order=sequence.astype(np.int64),
    )


def find_previous_places(
    *, subject: ArrayLike, track: ArrayLike, before_subject: ArrayLike, before_track: ArrayLike, before_place: Any
) -> Places:
    """Places that an earlier table gave to the same subjects in the same tracks, aligned to `subject`; masked where
    absent."""
    earlier = as_places(before_place, len(np.asarray(before_subject)))
    keys = zip(np.asarray(before_track).tolist(), np.asarray(before_subject).tolist(), strict=True)
    by_key = dict(zip(keys, earlier.tolist(), strict=True))
    wanted = zip(np.asarray(track).tolist(), np.asarray(subject).tolist(), strict=True)
    found = [by_key.get(key) for key in wanted]
    return as_places(found, len(found))


def measure_lines(
    standings: Standings, *, promote: int | Mapping[Any, int], relegate: int | Mapping[Any, int]
) -> Lines:
    """Distance of every row to the promotion line (the last row of the top `promote`) and to the relegation line (the
    first row of the bottom `relegate`), in the unit of the first key; numbers larger than the track are cut to it."""
    count = np.bincount(standings.track_index[standings.ranked], minlength=len(standings.tracks))
    up = np.minimum(_per_track(standings, promote), count)
    down = np.minimum(_per_track(standings, relegate), count)
    ranked_rows = standings.display_order[standings.ranked[standings.display_order]]
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    line_up = np.full(len(count), np.nan)
    line_down = np.full(len(count), np.nan)
    has_up, has_down = up > 0, down > 0
    line_up[has_up] = standings.lead_key[ranked_rows[(start + up - 1)[has_up]]]
    line_down[has_down] = standings.lead_key[ranked_rows[(start + count - down)[has_down]]]
    own = np.where(standings.ranked, standings.lead_key, np.nan)
    t = standings.track_index
    return Lines(
        to_promotion=np.round(line_up[t] - own, DECIMALS) + 0.0,
        above_relegation=np.round(own - line_down[t], DECIMALS) + 0.0,
        places_to_promotion=np.ma.masked_array(
            standings.place.data - up[t], mask=np.ma.getmaskarray(standings.place) | ~has_up[t]
        ),
        places_above_relegation=np.ma.masked_array(
            (count - down)[t] + 1 - standings.place.data, mask=np.ma.getmaskarray(standings.place) | ~has_down[t]
        ),
    )


def parse_order(order: Sequence[str], values: Mapping[str, FloatArray]) -> list[tuple[str, bool]]:
    """Key names with "ascending?" flags; default keys that carry no values are skipped. Raises EngineError."""
    chain: list[tuple[str, bool]] = []
    for entry in order:
        name, _, direction = entry.partition(" ")
        if direction not in ("", "asc", "desc"):
            raise EngineError(
                "bad_order",
                "The ranking key '%(key)s' is not understood.",
                field="order",
                remedy="Write a column's name, or the name and 'asc'.",
                params={"key": entry},
            )
        if name in values:
            chain.append((name, direction == "asc"))
        elif name not in DEFAULT_ORDER and name != "upper":
            raise EngineError(
                "unknown_key",
                "The ranking key '%(key)s' has no column.",
                field="order",
                remedy="Add the column or remove the key.",
                params={"key": name},
            )
    if not chain:
        raise EngineError(
            "no_key", "No ranking key has values.", field="order", remedy="Name at least one column that is given."
        )
    return chain


def check_unique(track_index: IntArray, subject_index: IntArray, subject: NDArray[Any]) -> None:
    """Raise EngineError when a subject stands twice in one track."""
    codes = track_index * (int(subject_index.max(initial=0)) + 1) + subject_index
    ordered = np.argsort(codes, kind="stable")
    twice = np.flatnonzero(np.diff(codes[ordered]) == 0)
    if twice.size:
        raise EngineError(
            "repeated_subject",
            "'%(subject)s' appears twice in one track.",
            field="subject",
            remedy="Give one row per subject and track.",
            params={"subject": subject[ordered[twice[0]]]},
        )


def _sort_key(values: FloatArray, ascending: bool) -> FloatArray:
    """Smaller is better: rounded, sign turned, NaN last."""
    rounded = np.round(values, DECIMALS) + 0.0
    key = rounded if ascending else -rounded
    return np.where(np.isnan(key), np.inf, key)


def _number_places(
    sequence: NDArray[np.intp], track_index: IntArray, ranked: BoolArray, keys: Sequence[FloatArray]
) -> tuple[IntArray, IntArray, IntArray]:
    """Place, last place of the tie group and deciding key of each row, from the sorted sequence of rows."""
    size = len(sequence)
    position = np.arange(size, dtype=np.int64)
    tracks = track_index[sequence]
    new_track = np.ones(size, dtype=bool)
    new_track[1:] = tracks[1:] != tracks[:-1]
    decided = np.full(size, -1, dtype=np.int64)
    for number in range(len(keys) - 1, -1, -1):
        key = keys[number][sequence]
        differs = np.zeros(size, dtype=bool)
        differs[1:] = key[1:] != key[:-1]
        decided[differs] = number
    decided[new_track | ~ranked[sequence]] = -1
    new_group = new_track | (decided >= 0)
    # An unranked row never continues the tie group of a ranked one.
    new_group[1:] |= ranked[sequence][1:] != ranked[sequence][:-1]
    track_start = np.maximum.accumulate(np.where(new_track, position, 0))
    group_start = np.maximum.accumulate(np.where(new_group, position, 0))
    next_start = np.append(position[new_group][1:], size)
    group_last = next_start[np.cumsum(new_group) - 1] - 1 if size else position
    place, end, by = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    place[sequence] = group_start - track_start + 1
    end[sequence] = group_last - track_start + 1
    by[sequence] = decided
    return place, end, by


def _per_track(standings: Standings, number: int | Mapping[Any, int]) -> IntArray:
    if isinstance(number, int):
        return np.full(len(standings.tracks), number, dtype=np.int64)
    return np.array([number.get(name, 0) for name in standings.tracks.tolist()], dtype=np.int64)
