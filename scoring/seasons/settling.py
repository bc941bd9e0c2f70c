"""The settlement of one track: what is read, what the engine says, and the rows that would be written. Writes nothing;
the preview and the service do the same."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models import Max

from engine.reasons import Reason, choose_deciding, round_params
from engine.settlement import Settlement as Settled
from providers.registry.models import Provider
from scoring.capabilities.models import ScoreRun
from scoring.seasons import policies
from scoring.seasons.ban_selectors import left_out_on
from scoring.seasons.cards import Cards, read_cards, without_banned
from scoring.seasons.duties import judge_duties, name_evidence
from scoring.seasons.entry_models import Entry
from scoring.seasons.enums import UNPLACED, NotRanked, Outcome
from scoring.seasons.judging import OUT, judge, read_odds
from scoring.seasons.models import Track
from scoring.seasons.pinning import digest_of
from scoring.seasons.standings import find_run, rank_cards
from scoring.seasons.verdict_models import Settlement
from scoring.seasons.verdict_selectors import verdicts_before


@dataclass(frozen=True)
class Draft:
    """One verdict, not written yet."""

    provider_id: int
    outcome: str
    place: int | None
    score: float | None
    reasons: list[dict[str, Any]]
    last_places: int
    to_ladder: str
    to_level: int | None


@dataclass(frozen=True)
class Result:
    """What a track's settlement would be."""

    run: ScoreRun
    ranked_count: int
    promotion_places: int
    relegation_places: int
    drafts: list[Draft]

    @property
    def counts(self) -> dict[str, int]:
        """Verdicts by outcome, without those that nobody got."""
        found = [draft.outcome for draft in self.drafts]
        return {outcome: found.count(outcome) for outcome in Outcome.values if outcome in found}

    @property
    def digest(self) -> str:
        """SHA-256 over run, outcomes and reasons."""
        rows = [vars(draft) for draft in sorted(self.drafts, key=lambda draft: draft.provider_id)]
        return digest_of({"run": self.run.result_digest, "verdicts": rows})


def settle_track_now(track: Track, *, relieved: Collection[int] = (), again: Settlement | None = None) -> Result:
    """Judge a track by its pinned rules and the newest scores of the season's last day.

    `relieved` are the providers that an upheld objection protects. `again` is the settlement that is repeated: who was
    suspended or cleared out since then raced all the same. Raises Conflict when the last day has no scores.
    """
    season = track.season
    run = find_run(season, season.ends_on)
    ids = list(Entry.objects.filter(track=track).order_by().values_list("provider_id", flat=True))
    cards = with_missing(read_cards(run, ids), ids)
    if again is not None:
        cards = without_later_bans(cards, again)
    cards = without_banned(cards, left_out_on(season, season.ends_on))
    rules = policies.read_rules(track.rules)
    standings = rank_cards(cards, rules)
    duties = judge_duties(season, ids, rules.settlement)
    settled = judge(
        track,
        run,
        cards,
        standings,
        rules.settlement,
        duties=duties,
        relieved=relieved,
        promotion_odds=read_odds(track, run, cards, standings, rules.settlement, rules.odds),
    )
    before = verdicts_before(season, track.ladder)
    up, down = (int(column[0]) if len(column) else 0 for column in (settled.promote, settled.relegate))
    drafts = draft_verdicts(track, cards, settled, before)
    for draft in drafts:
        name_evidence(draft.provider_id, draft.reasons, duties)
    return Result(run, int(standings.ranked.sum()), up, down, drafts)


def with_missing(cards: Cards, ids: Collection[int]) -> Cards:
    """The cards, and an empty one for everybody who raced and is not in the run."""
    known = set(cards.provider.tolist())
    absent = list(Provider.objects.filter(pk__in=set(ids) - known).order_by("code").values_list("pk", "code"))
    if not absent:
        return cards
    nothing = np.full(len(absent), np.nan)
    return Cards(
        provider=np.concatenate([cards.provider, [pk for pk, _code in absent]]).astype(np.int64),
        code=np.concatenate([cards.code, np.array([code for _pk, code in absent], dtype=np.str_)]),
        numbers={name: np.concatenate([column, nothing]) for name, column in cards.numbers.items()},
        reason=np.concatenate([cards.reason, np.full(len(absent), str(NotRanked.NOT_ASSESSED))]),
    )


def without_later_bans(cards: Cards, again: Settlement) -> Cards:
    """The cards with those in the race who were in it when the track was settled before, whatever happened to them
    since."""
    raced = again.verdicts.exclude(outcome=Outcome.BANNED).values_list("provider_id", flat=True)
    back = np.isin(cards.reason, OUT) & np.isin(cards.provider, list(raced))
    assessed = np.where(np.isnan(cards.numbers["composite"]), str(NotRanked.NOT_ASSESSED), "")
    return replace(cards, reason=np.where(back, assessed, cards.reason).astype(np.str_))


def draft_verdicts(track: Track, cards: Cards, settled: Settled, before: Mapping[int, tuple[str, int]]) -> list[Draft]:
    """One verdict for each provider, in the order of the board."""
    standings, told = settled.standings, settled.all_reasons()
    places = np.ma.filled(standings.place, 0)
    levels = Levels.of(track)
    drafts = []
    for row in standings.display_order.tolist():
        pk, outcome = int(cards.provider[row]), str(settled.outcome[row])
        placed = outcome not in UNPLACED
        last = placed and places[row] == standings.ranked_count[row] > 1
        drafts.append(
            Draft(
                provider_id=pk,
                outcome=outcome,
                place=int(places[row]) if placed else None,
                score=float(standings.score[row]) if placed else None,
                reasons=plain_reasons(told[row], choose_deciding(outcome, told[row])),
                last_places=before.get(pk, ("", 0))[1] + 1 if last else 0,
                **levels.after(pk, outcome),
            )
        )
    return drafts


def plain_reasons(told: Collection[Reason], deciding: Collection[Reason]) -> list[dict[str, Any]]:
    """Reasons as they are stored."""
    return [
        {"code": one.code, "met": one.met, "params": dict(round_params(one.params)), "deciding": one in deciding}
        for one in told
    ]


@dataclass(frozen=True)
class Levels:
    """Where the providers of a track race after the season."""

    ladder: str
    level: int | None
    lowest: int
    newcomers: frozenset[int]

    @classmethod
    def of(cls, track: Track) -> "Levels":
        """Of a track with levels, or of a newcomers' track that leads to one."""
        ladder = track.leads_to or track.ladder
        lowest = track.season.tracks.filter(ladder=ladder).aggregate(lowest=Max("level"))["lowest"] or 0
        after = track.season.ends_on + timedelta(days=1)
        still = Provider.objects.filter(season_entries__track=track, newcomer_until__gte=after)
        newcomers = frozenset(still.values_list("pk", flat=True)) if track.leads_to else frozenset()
        return cls(ladder if lowest else "", track.level, lowest, newcomers)

    def after(self, provider_id: int, outcome: str) -> dict[str, Any]:
        """`to_ladder` and `to_level` of a verdict; empty for who leaves or remains a newcomer."""
        if not self.lowest or outcome == Outcome.CLEARED_OUT or provider_id in self.newcomers:
            return {"to_ladder": "", "to_level": None}
        if self.level is None:  # a newcomers' track: whoever would rise begins one level higher
            level = self.lowest - 1 if outcome == Outcome.PROMOTED else self.lowest
        else:
            level = self.level + {Outcome.PROMOTED: -1, Outcome.RELEGATED: 1}.get(Outcome(outcome), 0)
        return {"to_ladder": self.ladder, "to_level": level}
