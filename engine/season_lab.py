"""The season lab: a track that raced is judged by other rules, and what the rules do to whom.

    settled = judge(field, rules, order, seed=7)           # the verdicts, as `engine.settlement` gives them
    redraws = redraw_verdicts(field, rules, order, settled.outcome, draws=200, seed=7)
    redraws.kept[i]                # share of redrawn seasons in which row i gets the same verdict
    count_verdicts(real, tried)    # how many of each real verdict get which tried one
    measure_churn(outcome)         # who rises, falls, leaves, plays off
    measure_group("small", members, outcome, redraws)      # a group's share of the field, of the moves, and its odds
    find_reversals(move, following)                        # which moves the next season takes back

A redrawn season takes each score from a normal distribution around the measured one with its standard error, and is
settled anew: what differs is decided by noise alone. NaN is "unknown" throughout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.odds import outcome_odds
from engine.season_rules import SettlementRules
from engine.settlement import OUTCOMES, Settlement, settle
from engine.standings import Standings, rank_standings

CELLS = 200_000  # rows settled at once
RANKED = tuple(outcome for outcome in OUTCOMES if outcome not in ("not_ranked", "banned"))
DOWN = ("relegated", "cleared_out")
ABSENT = ""  # the verdict of who did not race


@dataclass(frozen=True)
class RaceField:
    """Those who race in one track, row by row, with all that a settlement asks about them."""

    subject: NDArray[Any]
    score: FloatArray
    lower: FloatArray
    upper: FloatArray
    evidence: FloatArray
    days_admitted: FloatArray
    last_places: FloatArray
    promoted_last_season: BoolArray
    decisive_dispute: BoolArray
    relieved: BoolArray
    banned: BoolArray
    capabilities: Mapping[str, FloatArray] = field(default_factory=dict)
    requirements: Mapping[str, BoolArray] = field(default_factory=dict)
    duties: Mapping[str, FloatArray] = field(default_factory=dict)

    def take(self, rows: NDArray[Any]) -> "RaceField":
        """Some rows, or rows repeated, in the order given."""
        columns: dict[str, Any] = {
            name: {key: part[rows] for key, part in value.items()} if isinstance(value, Mapping) else value[rows]
            for name, value in vars(self).items()
        }
        return RaceField(**columns)


@dataclass(frozen=True)
class Redraws:
    """Shares of the redrawn seasons, per row: the same verdict, a rise, a fall or clear-out. NaN for who holds no
    place, and throughout when nothing was drawn."""

    kept: FloatArray
    up: FloatArray
    down: FloatArray


@dataclass(frozen=True)
class Churn:
    """What becomes of those who hold a place."""

    ranked: int
    promoted: int
    relegated: int
    cleared_out: int
    play_off: int

    @property
    def share(self) -> float | None:
        """The share that moves or leaves; None of nobody."""
        return (self.promoted + self.relegated + self.cleared_out) / self.ranked if self.ranked else None


@dataclass(frozen=True)
class GroupShare:
    """One group beside the whole: its share of the ranked, of the rises and of the falls, and its mean odds of each.
    A share is None where there is nothing to share."""

    key: str
    ranked: int
    promoted: int
    fallen: int
    of_field: float | None
    of_promoted: float | None
    of_fallen: float | None
    up_odds: float | None
    down_odds: float | None


def standard_errors(lower: FloatArray, upper: FloatArray, confidence: float) -> FloatArray:
    """What intervals of this confidence say about the errors of scores; NaN without an interval."""
    return (upper - lower) / (2 * NormalDist().inv_cdf((1 + confidence) / 2))


def judge(
    race: RaceField,
    rules: SettlementRules,
    order: Sequence[str],
    *,
    errors: FloatArray | None = None,
    odds: FloatArray | None = None,
    seed: int = 1,
) -> Settlement:
    """Rank and settle one track by `rules`, which hold for it without overrides by track.

    Where the rules ask for odds and none are given, they are simulated from `errors`. Raises EngineError as `settle`
    does, and when odds are asked for without errors.
    """
    standings = _rank(race, order)
    asked = rules.promotion_odds is not None or rules.play_off_odds is not None
    if asked and odds is None:
        odds = simulate_odds(race, standings, rules, errors, seed)
    return _settle(race, standings, rules, odds)


def simulate_odds(
    race: RaceField, standings: Standings, rules: SettlementRules, errors: FloatArray | None, seed: int
) -> FloatArray:
    """The probability of truly standing within the promotion quota. Raises EngineError without errors."""
    ranked = np.array([int(standings.ranked.sum())], dtype=np.int64)
    return outcome_odds(
        subject=race.subject,
        score=np.where(standings.ranked, race.score, np.nan),
        se=errors,
        lower=race.lower if standings.order[0] == "lower" else None,
        promote=int(rules.promote.number_of(ranked)[0]),
        seed=seed,
    ).in_top


def redraw_verdicts(
    race: RaceField,
    rules: SettlementRules,
    order: Sequence[str],
    outcome: NDArray[np.str_],
    *,
    errors: FloatArray,
    draws: int,
    seed: int,
    odds: FloatArray | None = None,
) -> Redraws:
    """How often `outcome` comes out again when every score is drawn anew; an unknown error counts as none.

    A row keeps the distances from its score to the ends of its interval. Floors, duties, protections, bans and `odds`
    count as they stand. The order of the rows does not matter.
    """
    size = len(race.subject)
    held = np.isin(outcome, RANKED)
    counts = np.zeros((3, size))
    by_subject = np.argsort(race.subject, kind="stable")
    generator = np.random.default_rng(seed)
    step = max(1, CELLS // max(1, size))
    for start in range(0, draws if size else 0, step):
        width = min(step, draws - start)
        noise = np.empty((width, size))
        noise[:, by_subject] = generator.standard_normal((width, size))
        drawn = _settle_drawn(race, rules, order, (noise * np.nan_to_num(errors)).reshape(-1), width, odds)
        counts += [
            (drawn == outcome).sum(axis=0),
            (drawn == "promoted").sum(axis=0),
            np.isin(drawn, DOWN).sum(axis=0),
        ]
    shares = np.where(held, counts / draws, np.nan) if draws else np.full((3, size), np.nan)
    return Redraws(*shares)


def count_verdicts(before: NDArray[Any], after: NDArray[Any]) -> IntArray:
    """Rows by verdict before (rows) and after (columns), in the order of OUTCOMES; the last are those who did not
    race (ABSENT)."""
    names = np.array([*OUTCOMES, ABSENT])
    order = np.argsort(names)
    size = len(names)

    def place(outcome: NDArray[Any]) -> IntArray:
        return order[np.searchsorted(names, outcome, sorter=order)].astype(np.int64)

    return np.bincount(place(before) * size + place(after), minlength=size * size).reshape(size, size)


def measure_churn(outcome: NDArray[Any]) -> Churn:
    """Counts over those who hold a place."""
    counts = {name: int((outcome == name).sum()) for name in RANKED}
    moves = {name: counts[name] for name in ("promoted", "relegated", "cleared_out", "play_off")}
    return Churn(ranked=sum(counts.values()), **moves)


def measure_group(key: str, members: BoolArray, outcome: NDArray[Any], up: FloatArray, down: FloatArray) -> GroupShare:
    """How a group fares beside everybody who holds a place."""
    held, risen, fallen = np.isin(outcome, RANKED), outcome == "promoted", np.isin(outcome, DOWN)
    own = members & held
    return GroupShare(
        key=key,
        ranked=int(own.sum()),
        promoted=int((members & risen).sum()),
        fallen=int((members & fallen).sum()),
        of_field=_share(own, held),
        of_promoted=_share(members & risen, risen),
        of_fallen=_share(members & fallen, fallen),
        up_odds=_mean(up[own]),
        down_odds=_mean(down[own]),
    )


def moves_of(outcome: NDArray[Any]) -> FloatArray:
    """1 for a rise, -1 for a fall or clear-out, 0 for neither, NaN for who holds no place."""
    move = np.where(outcome == "promoted", 1.0, np.where(np.isin(outcome, DOWN), -1.0, 0.0))
    return np.where(np.isin(outcome, RANKED), move, np.nan)


def find_reversals(move: FloatArray, following: FloatArray) -> FloatArray:
    """1 where the season after turned a move round, 0 where it did not, NaN where nobody moved or raced again."""
    told = (np.nan_to_num(move) != 0) & ~np.isnan(following)
    return np.where(told, (move * following == -1).astype(np.float64), np.nan)


def _rank(race: RaceField, order: Sequence[str], draw: IntArray | None = None) -> Standings:
    return rank_standings(
        subject=race.subject,
        track=draw,
        score=race.score,
        lower=race.lower,
        upper=race.upper,
        evidence=race.evidence,
        order=order,
        left_out=race.banned,
    )


def _settle(race: RaceField, standings: Standings, rules: SettlementRules, odds: FloatArray | None) -> Settlement:
    return settle(
        standings,
        replace(rules, tracks={}),
        capabilities=race.capabilities,
        requirements=race.requirements,
        duties=race.duties,
        days_admitted=race.days_admitted,
        promoted_last_season=race.promoted_last_season,
        decisive_dispute=race.decisive_dispute,
        relieved=race.relieved if race.relieved.any() else None,
        banned=race.banned,
        last_places=race.last_places,
        promotion_odds=odds,
    )


def _settle_drawn(
    race: RaceField,
    rules: SettlementRules,
    order: Sequence[str],
    shift: FloatArray,
    width: int,
    odds: FloatArray | None,
) -> NDArray[np.str_]:
    """The verdicts of `width` redrawn seasons, draws x rows; each draw is a track of its own."""
    size = len(race.subject)
    rows = np.tile(np.arange(size), width)
    many = race.take(rows)
    moved = replace(many, score=many.score + shift, lower=many.lower + shift, upper=many.upper + shift)
    standings = _rank(moved, order, np.repeat(np.arange(width), size))
    settled = _settle(moved, standings, rules, None if odds is None else odds[rows])
    return settled.outcome.reshape(width, size)


def _share(part: BoolArray, whole: BoolArray) -> float | None:
    total = int(whole.sum())
    return int(part.sum()) / total if total else None


def _mean(values: FloatArray) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
