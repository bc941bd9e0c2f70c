"""One past season by other rules: its field is placed into the tracks of a plan, judged, and drawn anew."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.cohorts import cut_cohorts
from engine.season_lab import RaceField, Redraws, judge, redraw_verdicts, simulate_odds
from engine.settlement import Settlement
from engine.standings import rank_standings
from scoring.season_lab.options import Options
from scoring.season_lab.reading import Before, Past, read_before
from scoring.seasons.entry_services import seed as seed_levels
from scoring.seasons.enums import UNPLACED, Newcomers, Outcome
from scoring.seasons.plans import Plan, PlannedTrack
from scoring.seasons.policies import TrackRules, read_rules
from scoring.seasons.settling import Levels, plain_reasons

Key = tuple[str, int]  # ladder and provider


@dataclass(frozen=True)
class Judged:
    """One provider's verdict in one ladder. `leads` is the ladder in which it races next."""

    track: str
    level: int | None
    outcome: str
    place: int | None
    score: float | None
    leads: str
    kept: float | None
    up: float | None
    down: float | None
    reasons: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Memory:
    """What a replay hands from season to season: levels by ladder, what was decided, and who was cleared out."""

    levels: dict[str, dict[int, int]] = field(default_factory=dict)
    decided: dict[str, dict[int, tuple[str, int]]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    first: bool = True


@dataclass
class Notes:
    """Where the tried rules do not fit a season, as codes with what they are about."""

    told: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, code: str, **params: Any) -> None:
        """Add one; the page puts it into words."""
        self.told.append({"code": code, "params": params})


@dataclass(frozen=True)
class Ladder:
    """The notes about one ladder, by its names."""

    notes: Notes
    names: Mapping[str, str]

    def tell(self, code: str, **params: Any) -> None:
        """Add one."""
        self.notes.tell(code, **self.names, **params)


@dataclass(frozen=True)
class Heat:
    """One track of the replay: a planned track, or a cohort of one."""

    planned: PlannedTrack
    key: str
    rows: IntArray


def replay_season(past: Past, plan: Plan, memory: Memory, options: Options, notes: Notes) -> dict[Key, Judged]:
    """The verdicts that the plan would have given, by ladder and provider; `memory` goes on to the next season."""
    found: dict[Key, Judged] = {}
    decided: defaultdict[str, dict[int, tuple[str, int]]] = defaultdict(dict)
    heats = list(place_field(past, plan, memory, notes))
    if not past.duties_known and any(track.rules.settlement.duties for track in plan.tracks()):
        notes.tell("no_duty_work")
    lowest = {track.ladder: track.levels for track in plan.tracks() if track.levels > 1}
    for number, heat in enumerate(heats):
        ladder = heat.planned.ladder
        before = read_before(past, ladder) if memory.first else memory.decided.get(ladder, {})
        race = past.race(heat.rows, before)
        settled, redraws = judge_track(race, heat.planned.rules, past.errors[heat.rows], options, number)
        levels = levels_after(heat, past, lowest)
        for row, one in list_judged(past, heat, settled, redraws, levels):
            pk = int(past.provider[row])
            found[ladder, pk] = one
            last = one.place is not None and one.place == int(settled.standings.ranked.sum()) > 1
            decided[ladder][pk] = (one.outcome, before.get(pk, ("", 0))[1] + 1 if last else 0)
            after = levels.after(pk, one.outcome)
            if after["to_level"] is not None:
                memory.levels.setdefault(after["to_ladder"], {})[pk] = after["to_level"]
            if one.outcome == Outcome.CLEARED_OUT:
                memory.gone.add(pk)
    memory.decided = dict(decided)
    memory.first = False
    return found


def judge_track(
    race: RaceField, rules: TrackRules, errors: FloatArray, options: Options, number: int
) -> tuple[Settlement, Redraws]:
    """The verdicts of one track, and how firm they are. `number` gives each track of a season its own draws."""
    settlement, odds = rules.settlement, None
    if settlement.promotion_odds is not None or settlement.play_off_odds is not None:
        standings = rank_standings(
            subject=race.subject,
            score=race.score,
            lower=race.lower,
            upper=race.upper,
            evidence=race.evidence,
            order=rules.order,
            left_out=race.banned,
        )
        odds = simulate_odds(race, standings, settlement, errors, options.seed)
    settled = judge(race, settlement, rules.order, odds=odds)
    redraws = redraw_verdicts(
        race,
        settlement,
        rules.order,
        settled.outcome,
        errors=errors,
        draws=options.draws,
        seed=options.seed + number,
        odds=odds,
    )
    return settled, redraws


def list_judged(
    past: Past, heat: Heat, settled: Settlement, redraws: Redraws, levels: Levels
) -> Iterator[tuple[int, Judged]]:
    """The rows of one track, each with its verdict."""
    places = np.ma.filled(settled.standings.place, 0)
    for at, row in enumerate(heat.rows.tolist()):
        outcome = str(settled.outcome[at])
        placed = outcome not in UNPLACED
        deciding = settled.deciding(at)
        after = levels.after(int(past.provider[row]), outcome)
        yield (
            row,
            Judged(
                track=heat.key,
                level=heat.planned.level,
                outcome=outcome,
                place=int(places[at]) if placed else None,
                score=float(settled.standings.score[at]) if placed else None,
                leads=after["to_ladder"] or heat.planned.ladder,
                kept=share(redraws.kept[at]),
                up=share(redraws.up[at]),
                down=share(redraws.down[at]),
                reasons=plain_reasons(deciding, deciding),
            ),
        )


def levels_after(heat: Heat, past: Past, lowest: Mapping[str, int]) -> Levels:
    """Where the providers of a track race next, as the season's own settlement would say."""
    ladder = heat.planned.leads_to or heat.planned.ladder
    deepest = lowest.get(ladder, 0)
    still = past.provider[past.still_newcomer].tolist() if heat.planned.leads_to else []
    return Levels(ladder if deepest else "", heat.planned.level, deepest, frozenset(still))


def place_field(past: Past, plan: Plan, memory: Memory, notes: Notes) -> Iterator[Heat]:
    """The tracks of a plan with who races in each."""
    ladders: defaultdict[str, list[PlannedTrack]] = defaultdict(list)
    for planned in plan.tracks():
        ladders[planned.ladder].append(planned)
    present = ~np.isin(past.provider, list(memory.gone))
    if not present.all():
        notes.tell("cleared_out_before", count=int((~present).sum()))
    admitted = admit(past, ladders, present)
    nowhere = present & ~np.logical_or.reduce([np.zeros(len(present), dtype=np.bool_), *admitted.values()])
    if nowhere.any():
        notes.tell("admitted_nowhere", count=int(nowhere.sum()))
    names = name_ladders(plan)
    for ladder, tracks in ladders.items():
        rows = np.flatnonzero(admitted[ladder])
        level = hold_levels(past, ladder, rows, tracks, memory, Ladder(notes, names[ladder]))
        for planned in tracks:
            own = rows if planned.level is None else rows[level == planned.level]
            if not len(own):
                notes.tell("empty_track", name_zh=planned.name_zh, name_en=planned.name_en)
            yield from make_heats(planned, own, past)


def name_ladders(plan: Plan) -> dict[str, dict[str, str]]:
    """The names of each ladder: of its entry in the plan, or of the part that it is cut from."""
    entries = {entry.key: {"name_zh": entry.name_zh, "name_en": entry.name_en} for entry in plan.entries}
    tracks = {track.ladder: {"name_zh": track.name_zh, "name_en": track.name_en} for track in plan.tracks()}
    return {**tracks, **{key: names for key, names in entries.items() if key in tracks}}


def admit(past: Past, ladders: Mapping[str, list[PlannedTrack]], present: BoolArray) -> dict[str, BoolArray]:
    """Who may race in each ladder. Latecomers enter those for newcomers only, where one admits them."""
    fits = {}
    for ladder, tracks in ladders.items():
        who = tracks[0].who
        fits[ladder] = present & np.array(
            [
                who.admits(provider_type=kind, category=category, region=region, newcomer=bool(newcomer))
                for (kind, category, region), newcomer in zip(past.traits, past.newcomer, strict=True)
            ],
            dtype=np.bool_,
        )
    fresh = [ladder for ladder, tracks in ladders.items() if tracks[0].who.newcomers == Newcomers.ONLY]
    in_fresh = np.logical_or.reduce([np.zeros(len(present), dtype=np.bool_), *(fits[ladder] for ladder in fresh)])
    return {ladder: found if ladder in fresh else found & ~(past.late & in_fresh) for ladder, found in fits.items()}


def hold_levels(
    past: Past, ladder: str, rows: IntArray, tracks: list[PlannedTrack], memory: Memory, told: Ladder
) -> IntArray:
    """The level of each row: what the replay gave so far; in its first season what was really held; where nobody held
    any, by score. Who holds none begins in the lowest."""
    lowest = len(tracks)
    if lowest == 1:
        return np.ones(len(rows), dtype=np.int64)
    held = dict(memory.levels.get(ladder, {}))
    if memory.first:
        held = {one.provider_id: one.level for one in past.verdicts if one.ladder == ladder and one.level is not None}
        deepest = max(held.values(), default=0)
        if held and deepest != lowest:
            told.tell("other_levels", then=deepest, now=lowest)
    pks = past.provider[rows].tolist()
    if not held:
        late = set(past.provider[past.late].tolist())
        starters = [pk for pk in pks if pk not in late]
        held = seed_levels(past.season, starters, lowest)
        told.tell("levels_by_score")
    levels = {pk: min(held.get(pk, lowest), lowest) for pk in pks}
    memory.levels.setdefault(ladder, {}).update(levels)
    return np.array([levels[pk] for pk in pks], dtype=np.int64)


def make_heats(planned: PlannedTrack, rows: IntArray, past: Past) -> Iterator[Heat]:
    """The track itself, or cohorts of comparable size when more race in it than a cohort may hold."""
    cohorts = cut_cohorts(past.provider[rows], past.gmv[rows], planned.cohort_most)
    for number, part in enumerate(cohorts, start=1):
        yield Heat(planned, planned.key if len(cohorts) == 1 else f"{planned.key}-c{number}", rows[part])


def redo_real(past: Past, options: Options) -> tuple[dict[Key, Judged], int]:
    """What happened, with how firm it was; and how many verdicts the season's own rules give again."""
    rows, found, same = past.row_of(), {}, 0
    by_track: defaultdict[str, list[Any]] = defaultdict(list)
    for one in past.verdicts:
        by_track[one.track].append(one)
    before: dict[str, Before] = {}
    for number, (key, verdicts) in enumerate(by_track.items()):
        track = past.tracks[key]
        before.setdefault(track.ladder, read_before(past, track.ladder))
        own = np.array([rows[one.provider_id] for one in verdicts], dtype=np.int64)
        race = past.race(own, before[track.ladder])
        settled, redraws = judge_track(race, read_rules(track.rules), past.errors[own], options, number)
        for at, one in enumerate(verdicts):
            same += str(settled.outcome[at]) == one.outcome
            found[one.ladder, one.provider_id] = Judged(
                track=one.track,
                level=one.level,
                outcome=one.outcome,
                place=one.place,
                score=None,
                leads=one.leads,
                kept=share(redraws.kept[at]),
                up=share(redraws.up[at]),
                down=share(redraws.down[at]),
            )
    return found, same


def share(value: float) -> float | None:
    """A share to keep; None of nothing."""
    return None if np.isnan(value) else round(float(value), 6)
