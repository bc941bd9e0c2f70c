"""Settlement: what a season decides for every ranked provider, with the reasons.

    settlement = settle(
        standings, rules,
        capabilities={"service_fulfilment": points, ...},   # for the floors; NaN (not assessed) meets none
        requirements={"certified": done},                   # booleans, for duties the rules require
        duties={"transition": numbers},                     # how many times each duty was done
        days_admitted=days, promoted_last_season=flags, decisive_dispute=flags, banned=flags, relieved=flags,
        last_places=seasons_in_a_row_before_this_one, promotion_odds=odds.in_top,
    )
    settlement.outcome[i]        # one of OUTCOMES
    settlement.reasons(i)        # every condition that was judged for row i: Reason(code, met, params)
    settlement.all_reasons()     # the same for every row, fast
    settlement.deciding(i)       # those of them that made the outcome
    settlement.count("promoted")

A reason's `met` says whether what the code names held; all that a move asks for are met when it is made. Codes
(params):

    promotion.place (place, places, ranked)        relegation.place (place, zone_from, places, ranked)
    promotion.no_tie (place, tied_to, places)      relegation.no_tie (place, tied_to, zone_from)
    promotion.entry_threshold (score, threshold)   relegation.below_line (score, line, threshold)
    promotion.floor (capability, points, floor)    relegation.not_newcomer (days, protected_days)
    promotion.requirement (requirement)            relegation.not_promoted_last_season ()
    promotion.duty (duty, done, target)            relegation.no_decisive_dispute ()
    promotion.odds (odds, least)
    play_off.place (place, places, play_off_to)    clear_out.last_places (last_places, limit)
    play_off.odds (odds, least)                    relegation.not_relieved ()
    ban.none ()                                    rank.assessed ()

Quotas are never exceeded: providers who tie across a cut line all go to the play-off, and a place that its holder may
not use is not passed on to the next.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import BoolArray, FloatArray, IntArray, as_flags, as_floats, missing_column
from engine.duties import duty_conditions
from engine.reasons import Condition, ParamColumn, Reason, choose_deciding
from engine.season_rules import SettlementRules
from engine.standings import Standings

OUTCOMES = ("not_ranked", "banned", "promoted", "cleared_out", "relegated", "play_off", "stay")


@dataclass(frozen=True)
class Settlement:
    """Outcomes of all rows, in the row order of the standings."""

    standings: Standings
    outcome: NDArray[np.str_]
    conditions: tuple[Condition, ...]
    promote: IntArray
    relegate: IntArray

    def reasons(self, row: int) -> tuple[Reason, ...]:
        """Every condition that was judged for `row`, met or not."""
        return tuple(condition.reason(row) for condition in self.conditions if condition.applies[row])

    def all_reasons(self) -> list[tuple[Reason, ...]]:
        """`reasons` of every row at once, for storing them: much faster than row by row."""
        told: list[list[Reason]] = [[] for _ in range(len(self.outcome))]
        for condition in self.conditions:
            for row, reason in condition.list_reasons():
                told[row].append(reason)
        return [tuple(reasons) for reasons in told]

    def deciding(self, row: int) -> tuple[Reason, ...]:
        """The conditions that made the outcome of `row`: for a move all of its own, for a stay those that prevented a
        move."""
        return choose_deciding(str(self.outcome[row]), self.reasons(row))

    def count(self, outcome: str) -> int:
        """Number of rows with this outcome."""
        return Counter(self.outcome.tolist())[outcome]


@dataclass(frozen=True)
class _Cut:
    """Per row: places open upward and downward, the play-off's last place, the first place of the relegation zone."""

    up: IntArray
    down: IntArray
    play_off_to: IntArray
    zone_from: IntArray
    threshold: FloatArray


def settle(
    standings: Standings,
    rules: SettlementRules,
    *,
    capabilities: Mapping[str, ArrayLike] | None = None,
    requirements: Mapping[str, ArrayLike] | None = None,
    duties: Mapping[str, ArrayLike] | None = None,
    days_admitted: ArrayLike | None = None,
    promoted_last_season: ArrayLike | None = None,
    decisive_dispute: ArrayLike | None = None,
    relieved: ArrayLike | None = None,
    banned: ArrayLike | None = None,
    last_places: ArrayLike | None = None,
    promotion_odds: ArrayLike | None = None,
) -> Settlement:
    """Judge every row by the rules. Columns have one entry per row of the standings; a column that is left out means:
    no newcomer, no dispute, no ban, no earlier last place. `relieved` are those whom a decision protects from falling
    whatever the rules say. Raises EngineError when the rules need a column that is missing."""
    size = len(standings.subject)
    ranked = standings.ranked
    out = as_flags("banned", banned, size)
    tracks = standings.tracks.tolist()
    in_track = np.bincount(standings.track_index[ranked], minlength=len(tracks)).astype(np.int64)
    promote, relegate = rules.numbers("promote", tracks, in_track), rules.numbers("relegate", tracks, in_track)
    cut = _cut(standings, rules, promote, relegate, in_track)
    judged = ranked & ~out
    odds = as_floats("promotion_odds", promotion_odds, size)
    if promotion_odds is None and (rules.promotion_odds is not None or rules.play_off_odds is not None):
        raise missing_column("promotion_odds")

    up = _promotion_conditions(standings, rules, cut, judged, capabilities or {})
    up += duty_conditions(rules, judged, requirements or {}, duties or {})
    up_odds = _odds_condition("promotion.odds", rules.promotion_odds, odds, judged)
    down = _relegation_conditions(
        standings,
        rules,
        cut,
        judged,
        days=as_floats("days_admitted", days_admitted, size),
        promoted=as_flags("promoted_last_season", promoted_last_season, size),
        disputed=as_flags("decisive_dispute", decisive_dispute, size),
    )
    if relieved is not None:
        spared = as_flags("relieved", relieved, size)
        down.append(Condition("relegation.not_relieved", judged & spared, ~spared, {}))
    band = _band_conditions(standings, rules, cut, judged, odds)
    last = _clear_out_condition(standings, rules, judged, as_floats("last_places", last_places, size))

    gates = _all_met(size, up[2:])
    place_up, no_tie_up = up[0].met, up[1].met
    likely = _all_met(size, up_odds)
    place_down, no_tie_down = down[0].met, down[1].met
    may_fall = _all_met(size, down[2:])
    near = (place_up & ~(no_tie_up & likely)) | _any_met(size, band)
    tied_at_zone = ~no_tie_down
    masks = {
        "banned": out,
        "not_ranked": ~ranked,
        "promoted": place_up & no_tie_up & gates & likely,
        "cleared_out": _any_met(size, last) & may_fall,
        "relegated": place_down & may_fall,
        "play_off": (near & gates) | (tied_at_zone & may_fall),
    }
    status = [
        Condition("ban.none", np.ones(size, dtype=bool), ~out, {}),
        Condition("rank.assessed", np.ones(size, dtype=bool), ranked, {}),
    ]
    return Settlement(
        standings=standings,
        outcome=np.select(list(masks.values()), list(masks), default="stay").astype(np.str_),
        conditions=(*status, *up, *up_odds, *band, *down, *last),
        promote=promote,
        relegate=relegate,
    )


def _cut(standings: Standings, rules: SettlementRules, up: IntArray, down: IntArray, count: IntArray) -> _Cut:
    tracks = standings.tracks.tolist()
    t = standings.track_index
    band = rules.numbers("play_off", tracks, count)
    return _Cut(up[t], down[t], (up + band)[t], (count - down + 1)[t], rules.thresholds(tracks)[t])


def _promotion_conditions(
    standings: Standings,
    rules: SettlementRules,
    cut: _Cut,
    judged: BoolArray,
    capabilities: Mapping[str, ArrayLike],
) -> list[Condition]:
    """Place and tie first, then the gates: threshold and floors."""
    size = len(judged)
    place, end = standings.place.data, standings.group_end.data
    inside = judged & (place <= cut.up)
    places: dict[str, ParamColumn] = {"place": place, "places": cut.up}
    conditions = [
        Condition("promotion.place", judged, inside, {**places, "ranked": standings.ranked_count}),
        Condition("promotion.no_tie", inside & (end > place), ~(inside & (end > cut.up)), {**places, "tied_to": end}),
        Condition(
            "promotion.entry_threshold",
            judged & ~np.isnan(cut.threshold),
            np.isnan(cut.threshold) | (standings.score >= cut.threshold),
            {"score": standings.score, "threshold": cut.threshold},
        ),
    ]
    for name, floor in rules.floors.items():
        if name not in capabilities:
            raise missing_column(name)
        points = as_floats(name, capabilities[name], size)
        params: dict[str, ParamColumn] = {"capability": name, "points": points, "floor": floor}
        conditions.append(Condition("promotion.floor", judged, points >= floor, params))
    return conditions


def _odds_condition(code: str, least: float | None, odds: FloatArray, applies: BoolArray) -> list[Condition]:
    if least is None:
        return []
    return [Condition(code, applies, applies & (odds >= least), {"odds": odds, "least": least})]


def _band_conditions(
    standings: Standings, rules: SettlementRules, cut: _Cut, judged: BoolArray, odds: FloatArray
) -> list[Condition]:
    """Who plays off from below the promotion line: by place, and by odds of truly standing above it."""
    below = judged & (standings.place.data > cut.up)
    by_place = below & (cut.play_off_to > cut.up)
    params = {"place": standings.place.data, "places": cut.up, "play_off_to": cut.play_off_to}
    met = by_place & (standings.place.data <= cut.play_off_to)
    return [
        Condition("play_off.place", by_place, met, params),
        *_odds_condition("play_off.odds", rules.play_off_odds, odds, below & (cut.up > 0)),
    ]


def _relegation_conditions(
    standings: Standings,
    rules: SettlementRules,
    cut: _Cut,
    judged: BoolArray,
    *,
    days: FloatArray,
    promoted: BoolArray,
    disputed: BoolArray,
) -> list[Condition]:
    """Place and tie first, then the line and the protections."""
    place, end = standings.place.data, standings.group_end.data
    inside = judged & (cut.down > 0) & (place >= cut.zone_from)
    across = judged & (cut.down > 0) & (place < cut.zone_from) & (end >= cut.zone_from)
    line = cut.threshold * rules.relegation_factor
    zone: dict[str, ParamColumn] = {"place": place, "zone_from": cut.zone_from}
    newcomer = days < rules.newcomer_days
    conditions = [
        Condition("relegation.place", judged, inside, {**zone, "places": cut.down, "ranked": standings.ranked_count}),
        Condition("relegation.no_tie", across, ~across, {**zone, "tied_to": end}),
        Condition(
            "relegation.below_line",
            judged & ~np.isnan(line),
            judged & (np.isnan(line) | (standings.score < line)),
            {"score": standings.score, "line": line, "threshold": cut.threshold},
        ),
        Condition("relegation.not_newcomer", judged, ~newcomer, {"days": days, "protected_days": rules.newcomer_days}),
    ]
    if rules.protect_promoted:
        conditions.append(Condition("relegation.not_promoted_last_season", judged, ~promoted, {}))
    if rules.protect_disputed:
        conditions.append(Condition("relegation.no_decisive_dispute", judged, ~disputed, {}))
    return conditions


def _clear_out_condition(
    standings: Standings, rules: SettlementRules, judged: BoolArray, before: FloatArray
) -> list[Condition]:
    """Alone in the last place of a track of two or more, for the n-th season running."""
    if rules.clear_out_after is None:
        return []
    last = judged & (standings.ranked_count > 1) & (standings.place.data == standings.ranked_count)
    row = np.where(last, np.nan_to_num(before) + 1, 0).astype(np.int64)
    params: dict[str, ParamColumn] = {"last_places": row, "limit": rules.clear_out_after}
    return [Condition("clear_out.last_places", last, row >= rules.clear_out_after, params)]


def _all_met(size: int, conditions: list[Condition]) -> BoolArray:
    together: BoolArray = np.logical_and.reduce([np.ones(size, dtype=bool), *(c.met for c in conditions)])
    return together


def _any_met(size: int, conditions: list[Condition]) -> BoolArray:
    either: BoolArray = np.logical_or.reduce([np.zeros(size, dtype=bool), *(c.met & c.applies for c in conditions)])
    return either
