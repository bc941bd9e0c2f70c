"""What a past season knows: who raced where with which scores, and what was decided, as columns.

Traits of providers are those of the register today; scores, bans, disputes and reliefs are those that settled it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.days import business_day
from engine.arrays import BoolArray, FloatArray, IntArray
from engine.season_lab import RaceField, standard_errors
from engine.season_rules import SettlementRules
from providers.enums import Capability
from providers.registry.models import Provider
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.duties.enums import Duty
from scoring.duties.selectors import reaching_into
from scoring.facts.selectors import counting_between
from scoring.measures.compute import WORK_DAYS, read_measures
from scoring.seasons.duties import count_duties, judge_duties
from scoring.seasons.entry_models import Entry
from scoring.seasons.enums import Outcome
from scoring.seasons.models import Season, Track
from scoring.seasons.verdict_selectors import current_verdicts, settlements_of, verdicts_before

NUMBERS = ("composite", "lower", "upper", "metrics_assessed")
SIZES = ("small", "medium", "large")
Before = Mapping[int, tuple[str, int]]


@dataclass(frozen=True)
class RealVerdict:
    """What a season decided for one provider in one ladder; `leads` is the ladder in which it races next."""

    provider_id: int
    ladder: str
    track: str
    level: int | None
    outcome: str
    place: int | None
    leads: str


@dataclass(frozen=True)
class Past:
    """One past season; columns follow `provider`, in the order of the codes."""

    season: Season
    run: ScoreRun
    provider: IntArray
    code: NDArray[np.str_]
    traits: list[tuple[str, str, str]]
    newcomer: BoolArray
    still_newcomer: BoolArray
    late: BoolArray
    size: NDArray[np.str_]
    gmv: FloatArray
    days_admitted: FloatArray
    banned: BoolArray
    disputed: BoolArray
    relieved: BoolArray
    numbers: dict[str, FloatArray]
    capabilities: dict[str, FloatArray]
    duties: dict[str, FloatArray]
    duties_known: bool
    errors: FloatArray
    verdicts: list[RealVerdict]
    tracks: dict[str, Track]

    def row_of(self) -> dict[int, int]:
        """The row of each provider."""
        return {pk: row for row, pk in enumerate(self.provider.tolist())}

    def race(self, rows: IntArray, before: Before) -> RaceField:
        """Those rows as the field of one track, with what the season before decided for them."""
        own = [before.get(pk, ("", 0)) for pk in self.provider[rows].tolist()]
        return RaceField(
            subject=self.code[rows],
            score=self.numbers["composite"][rows],
            lower=self.numbers["lower"][rows],
            upper=self.numbers["upper"][rows],
            evidence=self.numbers["metrics_assessed"][rows],
            days_admitted=self.days_admitted[rows],
            last_places=np.array([last for _outcome, last in own], dtype=np.float64),
            promoted_last_season=np.array([outcome == Outcome.PROMOTED for outcome, _last in own], dtype=np.bool_),
            decisive_dispute=self.disputed[rows],
            relieved=self.relieved[rows],
            banned=self.banned[rows],
            capabilities={name: column[rows] for name, column in self.capabilities.items()},
            duties={name: column[rows] for name, column in self.duties.items()},
        )


def read_past(season: Season) -> Past:
    """A settled season, by the newest scores that settled one of its tracks."""
    run = max((one.run for one in settlements_of(season).select_related("run__scoring_model")), key=lambda run: run.pk)
    verdicts, protections = read_verdicts(season)
    people = list(
        Provider.objects.filter(pk__in={one.provider_id for one in verdicts})
        .order_by("code")
        .values("pk", "code", "provider_type", "category", "region", "newcomer_until", "admitted_at")
    )
    late = dict(Entry.objects.filter(season=season, late=True).values_list("provider_id", "entered_at"))
    ids = [one["pk"] for one in people]
    first = {pk: business_day(late[pk]) if pk in late else season.starts_on for pk in ids}
    after = season.ends_on + timedelta(days=1)
    untils = {one["pk"]: one["newcomer_until"] for one in people}
    gmv = read_gmv(season, [one["code"] for one in people])
    numbers, capabilities = read_scores(run, ids)
    confidence = run.scoring_model.rule.bootstrap.confidence

    def flags(values: list[bool]) -> BoolArray:
        return np.array(values, dtype=np.bool_)

    return Past(
        season=season,
        run=run,
        provider=np.array(ids, dtype=np.int64),
        code=np.array([one["code"] for one in people], dtype=np.str_),
        traits=[(one["provider_type"], one["category"], one["region"]) for one in people],
        newcomer=flags([is_newcomer(untils[pk], first[pk]) for pk in ids]),
        still_newcomer=flags([is_newcomer(untils[pk], after) for pk in ids]),
        late=flags([pk in late for pk in ids]),
        size=cut_thirds(gmv),
        gmv=gmv,
        days_admitted=np.array([days_until(one["admitted_at"], season) for one in people], dtype=np.float64),
        **{name: flags([pk in found for pk in ids]) for name, found in protections.items()},
        numbers=numbers,
        capabilities=capabilities,
        duties=read_duties(season, ids),
        duties_known=reaching_into(season.starts_on, season.ends_on).exists(),
        errors=standard_errors(numbers["lower"], numbers["upper"], confidence),
        verdicts=verdicts,
        tracks={track.key: track for track in season.tracks.all()},
    )


def read_verdicts(season: Season) -> tuple[list[RealVerdict], dict[str, set[int]]]:
    """The verdicts in force, and who was banned, protected by a dispute, or spared by an objection."""
    rows = (
        current_verdicts(season)
        .select_related("settlement__track")
        .order_by("settlement__track__pk", "place", "provider__code")
    )
    verdicts, protections = [], {"banned": set[int](), "disputed": set[int](), "relieved": set[int]()}
    for row in rows:
        track = row.settlement.track
        leads = row.to_ladder or track.ladder
        verdicts.append(
            RealVerdict(row.provider_id, track.ladder, track.key, track.level, row.outcome, row.place, leads)
        )
        unmet = {reason["code"] for reason in row.reasons if not reason["met"]}
        if row.outcome == Outcome.BANNED:
            protections["banned"].add(row.provider_id)
        if "relegation.no_decisive_dispute" in unmet:
            protections["disputed"].add(row.provider_id)
        if "relegation.not_relieved" in unmet:
            protections["relieved"].add(row.provider_id)
    return verdicts, protections


def read_scores(run: ScoreRun, ids: list[int]) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """The run's numbers and its capability scores, one column each; NaN for who has no scorecard."""
    width = len(NUMBERS) + len(Capability)
    found: defaultdict[int, list[Any]] = defaultdict(lambda: [None] * width)
    cards = Scorecard.objects.filter(run=run, provider__in=ids)
    for pk, capabilities, *numbers in cards.values_list("provider_id", "capability_scores", *NUMBERS):
        found[pk] = [*numbers, *capabilities]
    table = np.array([found[pk] for pk in ids], dtype=np.float64).reshape(len(ids), width)
    columns = dict(zip([*NUMBERS, *Capability.values], table.T, strict=True))
    return {name: columns[name] for name in NUMBERS}, {name: columns[name] for name in Capability.values}


def read_duties(season: Season, ids: list[int]) -> dict[str, FloatArray]:
    """How often each provider did each duty that there is, by what is known today."""
    asked = SettlementRules(duties=dict.fromkeys(Duty.values, 1))
    return count_duties(judge_duties(season, ids, asked), ids, asked)


def read_gmv(season: Season, codes: list[str]) -> FloatArray:
    """The settled GMV of the 90 days before the first day, by which providers count as small or large."""
    day = season.starts_on
    return read_measures(day, codes, counting_between(day - timedelta(days=WORK_DAYS), day))["gmv_90d"]


def is_newcomer(until: date | None, day: date) -> bool:
    """Whether a provider is protected as a newcomer on a day."""
    return until is not None and until >= day


def cut_thirds(gmv: FloatArray) -> NDArray[np.str_]:
    """The smallest, middle and largest third of a field; equal ones stand in the same third. Empty where unknown."""
    known = ~np.isnan(gmv)
    if not known.any():
        return np.full(len(gmv), "", dtype="U12")
    low, high = np.quantile(gmv[known], [1 / 3, 2 / 3], method="inverted_cdf")
    third = np.where(gmv <= low, SIZES[0], np.where(gmv <= high, SIZES[1], SIZES[2]))
    return np.where(known, third, "").astype("U12")


def days_until(admitted_at: Any, season: Season) -> float:
    """Days from the admission to the last day; NaN for who was never admitted."""
    return np.nan if admitted_at is None else float((season.ends_on - business_day(admitted_at)).days)


def read_before(past: Past, ladder: str) -> Before:
    """What really was decided in a ladder in the season before."""
    return verdicts_before(past.season, ladder)
