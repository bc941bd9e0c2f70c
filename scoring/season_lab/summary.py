"""What a trial found on one season, as plain values: the parts of `SeasonReplay.summary`.

`matrix` (what happened by what the rules say, in the order of `names`), and `before` (what happened) and `after` (by
the tried rules) of `churn`, `noise` and `reversals`; `groups` by size and newcomer with both sides; `tracks` of the
tried rules; `notes` where they do not fit; `reproduced` verdicts of `verdicts`. Reversals are None in the last season.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import BoolArray, FloatArray
from engine.season_lab import (
    ABSENT,
    RANKED,
    count_verdicts,
    find_reversals,
    measure_churn,
    measure_group,
    moves_of,
)
from engine.settlement import OUTCOMES
from scoring.season_lab.reading import SIZES, Past
from scoring.season_lab.replaying import Judged, Key, Notes

NAMES = [*OUTCOMES, ABSENT]
Verdicts = Mapping[Key, Judged]


@dataclass(frozen=True)
class Pair:
    """One provider in one ladder: what happened and what the rules say; None where it did not race."""

    ladder: str
    provider_id: int
    real: Judged | None
    tried: Judged | None


@dataclass(frozen=True)
class Side:
    """One column of pairs as arrays."""

    outcome: NDArray[np.str_]
    kept: FloatArray
    up: FloatArray
    down: FloatArray
    reversed: FloatArray


def pair_verdicts(real: Verdicts, tried: Verdicts) -> list[Pair]:
    """Verdicts of the same ladder belong together; and where a provider is left with one of each, these two."""
    pairs = [Pair(ladder, pk, real[ladder, pk], tried[ladder, pk]) for ladder, pk in real.keys() & tried.keys()]
    left: dict[int, tuple[list[Key], list[Key]]] = {}
    for number, keys in enumerate((real.keys() - tried.keys(), tried.keys() - real.keys())):
        for key in keys:
            left.setdefault(key[1], ([], []))[number].append(key)
    for pk, (before, after) in left.items():
        if len(before) == len(after) == 1:
            pairs.append(Pair(after[0][0], pk, real[before[0]], tried[after[0]]))
            continue
        pairs += [Pair(key[0], pk, real[key], None) for key in before]
        pairs += [Pair(key[0], pk, None, tried[key]) for key in after]
    return sorted(pairs, key=lambda pair: (pair.ladder, pair.provider_id))


def read_side(verdicts: Sequence[Judged | None], pks: Sequence[int], following: Verdicts | None) -> Side:
    """One side of the pairs; `following` are the verdicts of the season after, None when there is none."""
    after = [
        following.get((one.leads, pk)) if one and following is not None else None
        for one, pk in zip(verdicts, pks, strict=True)
    ]
    outcome = outcomes_of(verdicts)
    return Side(
        outcome=outcome,
        kept=numbers_of([one.kept if one else None for one in verdicts]),
        up=numbers_of([one.up if one else None for one in verdicts]),
        down=numbers_of([one.down if one else None for one in verdicts]),
        reversed=find_reversals(moves_of(outcome), moves_of(outcomes_of(after))),
    )


def outcomes_of(verdicts: Sequence[Judged | None]) -> NDArray[np.str_]:
    """The outcomes, ABSENT where nobody raced."""
    return np.array([one.outcome if one else ABSENT for one in verdicts], dtype="U12")


def numbers_of(values: Sequence[float | None]) -> FloatArray:
    """Numbers with NaN for None."""
    return np.array(values, dtype=np.float64)


def summarise(
    past: Past, pairs: Sequence[Pair], sides: Mapping[str, Side], *, last: bool, draws: int, same: int, notes: Notes
) -> dict[str, Any]:
    """All that is told of one season. `last`: no season after it was replayed."""
    rows = past.row_of()
    own = np.array([rows[pair.provider_id] for pair in pairs], dtype=np.int64)
    size, newcomer = past.size[own], past.newcomer[own]
    unknown = np.isnan(past.errors[own]) & np.isin(sides["after"].outcome, RANKED)
    if draws and unknown.any():
        notes.tell("no_interval", count=int(unknown.sum()))
    groups: dict[str, list[tuple[str, BoolArray]]] = {
        "size": [(name, size == name) for name in SIZES],
        "newcomer": [("newcomer", newcomer), ("established", ~newcomer)],
    }
    return {
        "names": NAMES,
        "matrix": count_verdicts(sides["before"].outcome, sides["after"].outcome).tolist(),
        "churn": {name: asdict(measure_churn(side.outcome)) for name, side in sides.items()},
        "groups": {kind: compare_groups(members, sides) for kind, members in groups.items()},
        "noise": {name: measure_noise(side) if draws else None for name, side in sides.items()},
        "reversals": {name: None if last else count_reversals(side) for name, side in sides.items()},
        "tracks": count_tracks([pair.tried for pair in pairs]),
        "notes": notes.told,
        "draws": draws,
        "verdicts": len(past.verdicts),
        "reproduced": same,
    }


def compare_groups(members: Sequence[tuple[str, BoolArray]], sides: Mapping[str, Side]) -> list[dict[str, Any]]:
    """Each group that races, with both sides."""
    found: list[dict[str, Any]] = [
        {
            "key": key,
            **{
                name: tidy(asdict(measure_group(key, flags, side.outcome, side.up, side.down)))
                for name, side in sides.items()
            },
        }
        for key, flags in members
    ]
    return [group for group in found if any(group[name]["ranked"] for name in sides)]


def measure_noise(side: Side) -> dict[str, Any]:
    """How many verdicts, and how many moves among them, come out otherwise when the scores are drawn anew: expected
    numbers over the draws."""
    known = ~np.isnan(side.kept)
    moved = known & (np.nan_to_num(moves_of(side.outcome)) != 0)
    return {
        "judged": int(known.sum()),
        "differ": round(float((1 - side.kept[known]).sum()), 6),
        "moves": int(moved.sum()),
        "moves_differ": round(float((1 - side.kept[moved]).sum()), 6),
        "unsure": int((side.kept[known] < 0.9).sum()),
    }


def count_reversals(side: Side) -> dict[str, int]:
    """Moves whose next season is known, and those it turned round."""
    known = ~np.isnan(side.reversed)
    return {"judged": int(known.sum()), "reversed": int((side.reversed[known] == 1).sum())}


def count_tracks(tried: Sequence[Judged | None]) -> list[dict[str, Any]]:
    """Verdicts by track of the tried rules."""
    counts: dict[str, dict[str, int]] = {}
    for one in tried:
        if one is not None:
            own = counts.setdefault(one.track, dict.fromkeys(OUTCOMES, 0))
            own[one.outcome] += 1
    return [{"key": key, "counts": counts[key]} for key in sorted(counts)]


def tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    """Shares to six decimals."""
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()}
