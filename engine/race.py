"""A race from a table to places, moves and reasons: what `python -m engine race` runs.

result = run_race(rules, table, deductions=None, previous=None)
result.places      # Table: one row per subject, by track and place
list_moves(result.settlement)   # Table: one row per subject and judged condition
result.summary()   # one line
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import FloatArray, as_flags, missing_column
from engine.errors import EngineError
from engine.league import LeagueTable, deduct_points, tally_results
from engine.odds import OutcomeOdds, find_free_to_move, outcome_odds
from engine.race_rules import RaceRules, RankSetRules
from engine.ranks import bound_ranks, find_true_top
from engine.reasons import round_params
from engine.season_rules import SettlementRules
from engine.settlement import OUTCOMES, Settlement, settle
from engine.standings import Standings, find_previous_places, measure_lines, rank_standings
from engine.tables import Table

RANK_SET_ROWS = 500  # beyond this a track gets no rank sets: the work grows with the square of the rows
SETTLEMENT_COLUMNS = ("days_admitted", "promoted_last_season", "decisive_dispute", "last_places")


@dataclass(frozen=True)
class RaceResult:
    """Standings, settlement (None when the rules settle nothing) and the board as a table."""

    standings: Standings
    settlement: Settlement | None
    places: Table

    def summary(self) -> str:
        """One line of counts."""
        ranked, tracks = int(self.standings.ranked.sum()), len(self.standings.tracks)
        told = f"{ranked} of {len(self.standings.subject)} ranked in {tracks} track{'s' if tracks != 1 else ''}"
        if self.settlement is None:
            return told
        counts = [(name, self.settlement.count(name)) for name in OUTCOMES]
        return f"{told}: " + ", ".join(f"{count} {name}" for name, count in counts if count)


def run_race(
    rules: RaceRules,
    table: Mapping[str, NDArray[Any]],
    *,
    deductions: Table | None = None,
    previous: Table | None = None,
) -> RaceResult:
    """Rank and settle a table of scores or results. `deductions` has subject, points and perhaps track; `previous` is
    an earlier output. Raises EngineError for missing columns and everything the rules or the table do wrong."""
    renamed = {name: table[own] for name, own in rules.columns.items() if own in table}
    for name, own in rules.columns.items():
        if own not in table:
            raise missing_column(own).at(f"columns.{name}")
    given: dict[str, NDArray[Any]] = {**table, **renamed}
    if rules.kind == "results":
        given = _from_results(rules, given, deductions)
    elif deductions is not None:
        raise EngineError(
            "no_deductions",
            "Points are deducted from results only.",
            field="deductions",
            remedy="Put adjusted scores into the table, or set kind = 'results' in the rules.",
        )
    subject, score = _need(given, "subject"), _need(given, "score")
    size = len(subject)
    track = given.get("track", np.zeros(size, dtype=np.int64))
    banned = as_flags("banned", given.get("banned"), size)
    before = given.get("previous_place")
    if previous is not None:
        before = find_previous_places(
            subject=subject,
            track=track,
            before_subject=_need(previous, "subject"),
            before_track=previous.get("track", np.zeros(len(previous["subject"]), dtype=np.int64)),
            before_place=_need(previous, "place"),
        )
    standings = rank_standings(
        subject=subject,
        track=track,
        score=score,
        lower=given.get("lower"),
        upper=given.get("upper"),
        evidence=given.get("evidence"),
        previous_place=before,
        order=rules.order,
        columns={name: given[name] for name in _key_names(rules.order) if name in given},
        left_out=banned if rules.bans == "leave_out" else None,
    )
    odds = _simulate(rules, standings, given, banned)
    in_top = odds.in_top if odds else given.get("promotion_odds")
    asked = rules.settlement
    settlement = None if asked is None else _settle(asked, standings, given, in_top, banned)
    places = _places(rules, standings, settlement, odds, given)
    return RaceResult(standings, settlement, places)


def _from_results(
    rules: RaceRules, given: Mapping[str, NDArray[Any]], deductions: Table | None
) -> dict[str, NDArray[Any]]:
    league = tally_results(
        home=_need(given, "home"),
        away=_need(given, "away"),
        home_goals=_need(given, "home_goals"),
        away_goals=_need(given, "away_goals"),
        division=given.get("division"),
        points=rules.points,
    )
    if deductions is not None:
        league = _deduct(league, deductions)
    columns = {name: _whole_if_possible(column) for name, column in league.columns.items()}
    track = {"track": league.division} if "division" in given else {}
    return {"subject": league.subject, **track, "score": columns["points"], **columns}


def _whole_if_possible(column: FloatArray) -> NDArray[Any]:
    """Goals and points as whole numbers, unless a rule gives parts of a point."""
    whole = column.astype(np.int64)
    return whole if (whole == column).all() else column


def _deduct(league: LeagueTable, deductions: Table) -> LeagueTable:
    return deduct_points(
        league,
        subject=_need(deductions, "subject"),
        points=_need(deductions, "points"),
        division=deductions.get("division"),
    )


def _simulate(
    rules: RaceRules, standings: Standings, given: Mapping[str, NDArray[Any]], banned: NDArray[np.bool_]
) -> OutcomeOdds | None:
    """Odds of every row; floors, duties and protections count as they stand today."""
    if rules.odds is None or rules.settlement is None:
        return None
    without = replace(rules.settlement, promotion_odds=None, play_off_odds=None)
    today = _settle(without, standings, given, None, banned)
    may_rise, may_fall = find_free_to_move(today)
    tracks = standings.tracks.tolist()
    ranked = np.bincount(standings.track_index[standings.ranked], minlength=len(tracks)).astype(np.int64)
    return outcome_odds(
        subject=standings.subject,
        track=standings.track,
        score=np.where(standings.ranked, standings.score, np.nan),
        se=_need(given, "se"),
        lower=standings.lower if standings.order[0] == "lower" else None,
        promote=dict(zip(tracks, today.promote.tolist(), strict=True)),
        relegate=dict(zip(tracks, today.relegate.tolist(), strict=True)),
        play_off=dict(zip(tracks, without.numbers("play_off", tracks, ranked).tolist(), strict=True)),
        entry_threshold=dict(zip(tracks, without.thresholds(tracks).tolist(), strict=True)),
        relegation_factor=without.relegation_factor,
        may_rise=may_rise,
        may_fall=may_fall,
        seed=rules.odds.seed,
        draws=rules.odds.draws,
    )


def _settle(
    rules: SettlementRules,
    standings: Standings,
    given: Mapping[str, NDArray[Any]],
    in_top: NDArray[Any] | None,
    banned: NDArray[np.bool_],
) -> Settlement:
    return settle(
        standings,
        rules,
        capabilities={name: given[name] for name in rules.floors if name in given},
        requirements={name: given[name] for name in rules.requirements if name in given},
        duties={name: given[name] for name in rules.duties if name in given},
        banned=banned,
        promotion_odds=in_top,
        **{name: given.get(name) for name in SETTLEMENT_COLUMNS},
    )


def _places(
    rules: RaceRules,
    standings: Standings,
    settlement: Settlement | None,
    odds: OutcomeOdds | None,
    given: Mapping[str, NDArray[Any]],
) -> Table:
    """One row per subject in the order of the board."""
    table: Table = {"track": standings.track, "place": _filled(standings.place), "subject": standings.subject}
    table["score"] = given["score"]
    shown = (*_key_names(rules.order), "lower", "upper", "evidence", "played", "won", "drawn", "lost", "deducted")
    table |= {name: given[name] for name in shown if name in given}
    table["previous_place"] = _filled(standings.previous_place)
    table["movement"] = _filled(standings.movement)
    names = [standings.decided_by_name(row) or None for row in range(len(standings.subject))]
    table["decided_by"] = np.array(names, dtype=object)
    if settlement is not None:
        tracks = standings.tracks.tolist()
        lines = measure_lines(
            standings,
            promote=dict(zip(tracks, settlement.promote.tolist(), strict=True)),
            relegate=dict(zip(tracks, settlement.relegate.tolist(), strict=True)),
        )
        table["to_promotion"], table["above_relegation"] = lines.to_promotion, lines.above_relegation
        table["outcome"] = settlement.outcome.astype(object)
    if odds is not None:
        table["odds_promotion"] = odds.promotion
        if (odds.play_off > 0).any():
            table["odds_play_off"] = odds.play_off
        table |= {"odds_stay": odds.stay, "odds_relegation": odds.relegation}
    if rules.rank_sets is not None:
        table |= _rank_sets(rules.rank_sets, standings, _need(given, "se"))
    if "track" not in given:
        del table["track"]
    return {name: column[standings.display_order] for name, column in table.items()}


def _rank_sets(asked: RankSetRules, standings: Standings, se: NDArray[Any]) -> Table:
    """Rank intervals of each track of at most RANK_SET_ROWS rows, and membership in the set of the true top."""
    score = np.where(standings.ranked, standings.score, np.nan)
    lower, upper = (np.ma.masked_array(np.zeros(len(score), dtype=np.int64), mask=True) for _ in range(2))
    member: NDArray[Any] = np.full(len(score), None, dtype=object)
    for index in range(len(standings.tracks)):
        rows = np.flatnonzero((standings.track_index == index) & standings.ranked)
        if not 0 < len(rows) <= RANK_SET_ROWS:
            continue
        sets = bound_ranks(
            score[rows],
            se[rows],
            level=asked.level,
            seed=asked.seed,
            simultaneous=asked.simultaneous,
            draws=asked.draws,
        )
        lower[rows], upper[rows] = sets.lower, sets.upper
        if asked.top is not None:
            top = find_true_top(
                score[rows], se[rows], top=asked.top, level=asked.level, seed=asked.seed, draws=asked.draws
            )
            member[rows] = top
    table: Table = {"rank_lower": _filled(lower), "rank_upper": _filled(upper)}
    return table if asked.top is None else {**table, "in_true_top": member}


def list_moves(settlement: Settlement) -> Table:
    """One row per subject and judged condition, in the order of the board."""
    standings = settlement.standings
    told = settlement.all_reasons()
    rows = [(row, reason) for row in standings.display_order.tolist() for reason in told[row]]
    params = [json.dumps(round_params(reason.params), ensure_ascii=False) for _, reason in rows]
    index = np.array([row for row, _ in rows], dtype=np.int64)
    deciding = {row: settlement.deciding(row) for row in range(len(told))}
    return {
        "track": standings.track[index],
        "subject": standings.subject[index],
        "place": _filled(standings.place)[index],
        "outcome": settlement.outcome[index].astype(object),
        "condition": np.array([reason.code for _, reason in rows], dtype=object),
        "met": np.array([reason.met for _, reason in rows], dtype=bool),
        "deciding": np.array([reason in deciding[row] for row, reason in rows], dtype=bool),
        "params": np.array(params, dtype=object),
    }


def _key_names(order: tuple[str, ...]) -> list[str]:
    return [entry.partition(" ")[0] for entry in order]


def _filled(column: np.ma.MaskedArray[Any, np.dtype[np.int64]]) -> NDArray[Any]:
    """Whole numbers, None where masked."""
    if not np.ma.getmaskarray(column).any():
        whole: NDArray[np.int64] = column.data
        return whole
    return np.array([*column.tolist(), None], dtype=object)[:-1]


def _need(table: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    if name not in table:
        raise missing_column(name)
    return table[name]
