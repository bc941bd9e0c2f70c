"""How sure tonight's places are: rank intervals, and the odds of what the season decides. Writes nothing."""

from dataclasses import dataclass

import numpy as np

from engine.ranks import RankSets, bound_ranks
from engine.stability import stability_ranks
from engine.standings import Standings
from scoring.capabilities.models import ScoreRun
from scoring.seasons.cards import Cards, Floats
from scoring.seasons.enums import RankMethod
from scoring.seasons.judging import simulate, standard_errors
from scoring.seasons.models import Track
from scoring.seasons.policies import TrackRules

MOST_FOR_SETS = 500  # the work of confidence sets grows with the square of the providers
PAIR_DRAWS = 250_000_000
UNKNOWN = 1e6  # the standard error of a score without interval: it may truly stand anywhere


@dataclass(frozen=True)
class Chances:
    """One night of one track by provider; NaN where nothing can be said. `method` is empty when no score has an
    interval."""

    method: str
    rank_lower: Floats
    rank_upper: Floats
    promotion: Floats
    play_off: Floats
    stay: Floats
    relegation: Floats

    @classmethod
    def none(cls, count: int) -> "Chances":
        """Nothing is known."""
        return cls("", *(np.full(count, np.nan) for _ in range(6)))


def compute_chances(track: Track, run: ScoreRun, cards: Cards, standings: Standings, rules: TrackRules) -> Chances:
    """Rank intervals and odds of the ranked, from the standard errors of their scores; seeded by the rules, so that the
    same night gives the same numbers. Whoever has no interval gets neither and is certain to nobody else."""
    se = np.where(standings.ranked, standard_errors(cards, run), np.nan)
    known = ~np.isnan(se)
    if not known.any():
        return Chances.none(len(se))
    method, sets = bound_places(cards, standings, se, rules, run)
    odds = simulate(track, run, cards, standings, rules.settlement, rules.odds)

    def where_known(column: Floats) -> Floats:
        return np.where(known, column, np.nan)

    bounds = [where_known(np.ma.filled(one.astype(np.float64), np.nan)) for one in (sets.lower, sets.upper)]
    if odds is None:
        return Chances(method, *bounds, *(np.full(len(se), np.nan) for _ in range(4)))
    columns = (odds.promotion, odds.play_off, odds.stay, odds.relegation)
    return Chances(method, *bounds, *(where_known(column) for column in columns))


def bound_places(
    cards: Cards, standings: Standings, se: Floats, rules: TrackRules, run: ScoreRun
) -> tuple[str, RankSets]:
    """Confidence sets of the ranks of the scores, or in a large track stability intervals of the places."""
    score = np.where(standings.ranked, standings.score, np.nan)
    seed, ranked = rules.odds.seed_of(run), int(standings.ranked.sum())
    if ranked <= MOST_FOR_SETS:
        spread = np.where(standings.ranked & np.isnan(se), UNKNOWN, np.nan_to_num(se))
        sets = bound_ranks(score, spread, level=rules.odds.level, seed=seed, draws=pair_draws(ranked))
        return RankMethod.CONFIDENCE, sets
    return RankMethod.STABILITY, stability_ranks(
        subject=cards.code,
        score=score,
        se=se,
        lower=standings.lower if standings.order[0] == "lower" else None,
        level=rules.odds.level,
        seed=seed,
        draws=rules.odds.draws,
    )


def pair_draws(ranked: int) -> int:
    """Draws for confidence sets: 10,000 where that costs little, 1,000 for the largest tracks that have them."""
    return int(np.clip(PAIR_DRAWS // max(1, ranked) ** 2, 1000, 10_000))
