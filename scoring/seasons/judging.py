"""What the engine is given beside the places when a track is judged: floors, protections, bans and odds."""

from collections.abc import Collection
from dataclasses import replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from common.days import business_day
from engine.odds import OutcomeOdds, find_free_to_move, outcome_odds
from engine.season_rules import SettlementRules
from engine.settlement import Settlement as Settled
from engine.settlement import settle
from engine.standings import Standings
from providers.enums import Capability
from providers.registry.models import Provider
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.disputes.enums import DisputeStatus
from scoring.disputes.models import Dispute
from scoring.seasons.cards import Cards, Floats
from scoring.seasons.duties import Judged, count_duties, judge_duties
from scoring.seasons.enums import NotRanked, Outcome
from scoring.seasons.models import Season, Track
from scoring.seasons.odds_rules import OddsRules
from scoring.seasons.verdict_selectors import verdicts_before

OUT = (NotRanked.SUSPENDED, NotRanked.CLEARED_OUT, NotRanked.BANNED)
DRAWN_KEYS = ("lower", "score")  # what the simulation draws; another first key cannot be


def judge(
    track: Track,
    run: ScoreRun,
    cards: Cards,
    standings: Standings,
    rules: SettlementRules,
    *,
    duties: Judged,
    relieved: Collection[int] = (),
    promotion_odds: Floats | None = None,
) -> Settled:
    """The engine's verdicts on a track, with everything that protects or holds back as it is now."""
    season = track.season
    before = verdicts_before(season, track.ladder)
    ids = cards.provider.tolist()
    return settle(
        standings,
        rules,
        capabilities=read_floors(run, cards, rules),
        duties=count_duties(duties, ids, rules),
        days_admitted=days_admitted(cards, season),
        promoted_last_season=[before.get(pk, ("", 0))[0] == Outcome.PROMOTED for pk in ids],
        decisive_dispute=np.isin(cards.provider, disputed_in(season, ids)),
        relieved=np.isin(cards.provider, list(relieved)) if relieved else None,
        banned=np.isin(cards.reason, OUT),
        last_places=[before.get(pk, ("", 0))[1] for pk in ids],
        promotion_odds=promotion_odds,
    )


def simulate(
    track: Track, run: ScoreRun, cards: Cards, standings: Standings, rules: SettlementRules, odds: OddsRules
) -> OutcomeOdds | None:
    """Where each row would end if the scores were drawn again from their errors; floors, protections and bans count as
    they are now. None when the track is not ranked by the score or its lower bound."""
    if standings.order[0] not in DRAWN_KEYS:
        return None
    without = replace(rules, promotion_odds=None, play_off_odds=None)
    duties = judge_duties(track.season, cards.provider.tolist(), without)
    may_rise, may_fall = find_free_to_move(judge(track, run, cards, standings, without, duties=duties))
    ranked = np.array([int(standings.ranked.sum())], dtype=np.int64)
    up, band, down = (int(rules.numbers(name, [track.key], ranked)[0]) for name in ("promote", "play_off", "relegate"))
    (threshold,) = rules.thresholds([track.key]).tolist()
    return outcome_odds(
        subject=cards.code,
        score=np.where(standings.ranked, standings.score, np.nan),
        se=standard_errors(cards, run),
        lower=standings.lower if standings.order[0] == "lower" else None,
        promote=up,
        play_off=band,
        relegate=down,
        entry_threshold=None if np.isnan(threshold) else threshold,
        relegation_factor=rules.relegation_factor,
        may_rise=may_rise,
        may_fall=may_fall,
        seed=odds.seed_of(run),
        draws=odds.draws,
    )


def read_odds(
    track: Track, run: ScoreRun, cards: Cards, standings: Standings, rules: SettlementRules, odds: OddsRules
) -> Floats | None:
    """The probability of truly standing in the promotion zone, when the rules ask for it."""
    if rules.promotion_odds is None and rules.play_off_odds is None:
        return None
    ranked = np.array([int(standings.ranked.sum())], dtype=np.int64)
    return outcome_odds(
        subject=cards.code,
        score=np.where(standings.ranked, standings.score, np.nan),
        se=standard_errors(cards, run),
        lower=standings.lower if standings.order[0] == "lower" else None,
        promote=int(rules.numbers("promote", [track.key], ranked)[0]),
        seed=odds.seed_of(run),
        draws=odds.draws,
    ).in_top


def standard_errors(cards: Cards, run: ScoreRun) -> Floats:
    """The standard error of each score from its interval; NaN where there is none."""
    half = NormalDist().inv_cdf((1 + run.scoring_model.rule.bootstrap.confidence) / 2)
    return (cards.numbers["upper"] - cards.numbers["lower"]) / (2 * half)


def read_floors(run: ScoreRun, cards: Cards, rules: SettlementRules) -> dict[str, NDArray[np.float64]]:
    """The capability scores that the rules have floors for."""
    if not rules.floors:
        return {}
    ids = cards.provider.tolist()
    found = Scorecard.objects.filter(run=run, provider__in=ids)
    scores = dict(found.values_list("provider_id", "capability_scores"))
    unknown: list[float | None] = [None] * len(Capability)
    columns = {}
    for name in rules.floors:
        index = Capability.values.index(name)
        points = [scores.get(pk, unknown)[index] for pk in ids]
        columns[name] = np.array([np.nan if value is None else value for value in points], dtype=np.float64)
    return columns


def days_admitted(cards: Cards, season: Season) -> NDArray[np.float64]:
    """Days from the admission to the season's last day; NaN for who was never admitted."""
    admitted = dict(Provider.objects.filter(pk__in=cards.provider.tolist()).values_list("pk", "admitted_at"))
    moments = [admitted[pk] for pk in cards.provider.tolist()]
    days = [np.nan if at is None else float((season.ends_on - business_day(at)).days) for at in moments]
    return np.array(days, dtype=np.float64)


def disputed_in(season: Season, ids: Collection[int]) -> list[int]:
    """Providers with an open dispute about facts of the season."""
    disputes = Dispute.objects.filter(
        status=DisputeStatus.OPEN, provider__in=ids, day_from__lte=season.ends_on, day_to__gte=season.starts_on
    )
    return list(disputes.order_by().values_list("provider_id", flat=True).distinct())
