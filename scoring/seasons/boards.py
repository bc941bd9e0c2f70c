"""The boards of a night as arrays: who is on each, by what value. Reads and computes; writes nothing.

A board is a `Candidates`: rows to be ranked by the lower end of their interval, then by value. `docs/racing.md`
explains each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from engine.proportions import wilson_interval
from engine.rising import measure_growth
from providers.enums import Capability, ProviderType
from providers.traders.enums import TraderStatus, VerificationStatus
from providers.traders.models import Trader
from scoring.capabilities.enums import RunStatus
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.seasons.board_facts import read_cold_starts, read_sizes, read_traders
from scoring.seasons.cards import why_unranked
from scoring.seasons.entry_models import Entry
from scoring.seasons.enums import BoardKind
from scoring.seasons.models import Season

LEAST_COLD_STARTS = 10
LEAST_LIVE_HOURS = 50.0
CARD = (
    "provider__status",
    "external",
    "provider__provider_type",
    "composite",
    "lower",
    "upper",
    "metrics_assessed",
    "capability_scores",
    "capability_lowers",
    "capability_uppers",
)
Floats = NDArray[np.float64]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Field:
    """Who races, with the scores of one run: one row per entry. Who holds no place in the race stands on no board;
    `out` counts them by track."""

    run: ScoreRun
    track: Ids
    provider: Ids
    code: list[str]
    kind: list[str]
    composite: Floats
    lower: Floats
    upper: Floats
    assessed: Floats
    capabilities: Floats
    capability_lowers: Floats
    capability_uppers: Floats
    out: Mapping[int, int]


@dataclass(frozen=True)
class Candidates:
    """Rows of a board; those whose value is NaN are not ranked. `track` is 0 on a board over the whole season."""

    track: Ids
    provider: Ids
    subject: list[str]
    value: Floats
    lower: Floats
    upper: Floats
    evidence: Floats
    trader: Floats
    start: Floats
    finish: Floats
    baseline: Floats
    start_run: ScoreRun | None = None


def read_field(season: Season, run: ScoreRun, banned: frozenset[int] = frozenset()) -> Field:
    """The entries of a season that may hold a place, with their cards in `run`; `banned` are left out."""
    entries = list(
        Entry.objects.filter(season=season)
        .order_by("track_id", "provider__code")
        .values_list("track_id", "provider_id", "provider__code")
    )
    cards = {row[0]: row[1:] for row in Scorecard.objects.filter(run=run).values_list("provider_id", *CARD)}
    rows, out = [], dict.fromkeys((track for track, _pk, _code in entries), 0)
    for track, pk, code in entries:
        card = cards.get(pk)
        if card is None or pk in banned or why_unranked(card[0], card[1], card[3]):
            out[track] += 1
        else:
            rows.append((track, pk, code, *card[2:]))
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(CARD) + 1)
    numbers = [as_numbers(column) for column in columns[4:]]
    scores, lowers, uppers = (column.reshape(-1, len(Capability)) for column in numbers[4:])
    return Field(
        run=run,
        track=np.array(columns[0], dtype=np.int64),
        provider=np.array(columns[1], dtype=np.int64),
        code=list(columns[2]),
        kind=list(columns[3]),
        composite=numbers[0],
        lower=numbers[1],
        upper=numbers[2],
        assessed=numbers[3],
        capabilities=scores,
        capability_lowers=lowers,
        capability_uppers=uppers,
        out=out,
    )


def as_numbers(values: object) -> Floats:
    """Numbers as an array, NaN for None."""
    return np.array(values, dtype=np.float64)


def candidates(field: Field, picked: NDArray[np.bool_] | None = None, **columns: Floats) -> Candidates:
    """The rows of a board about providers, by default all; columns that are not given are unknown."""
    chosen = np.ones(len(field.code), dtype=bool) if picked is None else picked
    unknown = np.full(len(field.code), np.nan)

    def column(name: str) -> Floats:
        return columns.get(name, unknown)[chosen]

    return Candidates(
        track=field.track[chosen],
        provider=field.provider[chosen],
        subject=[code for code, one in zip(field.code, chosen.tolist(), strict=True) if one],
        value=column("value"),
        lower=column("lower"),
        upper=column("upper"),
        evidence=column("evidence"),
        trader=column("trader"),
        start=column("start"),
        finish=column("finish"),
        baseline=column("baseline"),
    )


def by_capability(field: Field, index: int) -> Candidates:
    """One of the five capabilities, with the interval of its score."""
    return candidates(
        field,
        value=field.capabilities[:, index],
        lower=field.capability_lowers[:, index],
        upper=field.capability_uppers[:, index],
    )


def find_start(season: Season) -> ScoreRun | None:
    """The last scores before the season began, by its own model."""
    runs = ScoreRun.objects.filter(scoring_model=season.scoring_model, status=RunStatus.DONE, superseded_by=None)
    return runs.filter(as_of__lt=season.starts_on).order_by("-as_of", "-pk").first()


def rising(season: Season, field: Field) -> Candidates | None:
    """Growth since the season began over the growth of those who started alike, track by track; None without scores
    from before."""
    run = find_start(season)
    if run is None:
        return None
    half = NormalDist().inv_cdf((1 + run.scoring_model.rule.bootstrap.confidence) / 2)
    before = {
        pk: (composite, None if lower is None or upper is None else (upper - lower) / (2 * half))
        for pk, composite, lower, upper in Scorecard.objects.filter(run=run, composite__isnull=False).values_list(
            "provider_id", "composite", "lower", "upper"
        )
    }
    known = [before.get(pk, (None, None)) for pk in field.provider.tolist()]
    start, start_se = (as_numbers([pair[at] for pair in known]) for at in (0, 1))
    sizes = read_sizes(season.starts_on - timedelta(days=1))
    size = as_numbers([sizes.get(code, 0.0) for code in field.code])
    columns = {name: np.full(len(start), np.nan) for name in ("value", "lower", "upper", "evidence", "baseline")}
    for track in np.unique(field.track).tolist():
        at = np.flatnonzero(field.track == track)
        found = measure_growth(
            start=start[at],
            end=field.composite[at],
            size=size[at],
            start_se=start_se[at],
            end_se=(field.upper[at] - field.lower[at]) / (2 * half),
        )
        for name, column in {
            "value": found.growth,
            "lower": found.lower,
            "upper": found.upper,
            "evidence": found.peers.astype(np.float64),
            "baseline": found.baseline,
        }.items():
            columns[name][at] = column
    made = candidates(field, start=start, finish=field.composite, **columns)
    return replace(made, start_run=run)


def incubation(season: Season, field: Field) -> Candidates:
    """The share of cold starts that were completed, of those begun in the settled 90 days."""
    found = read_cold_starts(field.run.as_of)
    done, begun = (as_numbers([found.get(code, (0.0, 0.0))[at] for code in field.code]) for at in (0, 1))
    share, lower, upper = wilson_interval(done, begun)
    enough = begun >= LEAST_COLD_STARTS
    return candidates(
        field,
        value=np.where(enough, 100 * share, np.nan),
        lower=100 * lower,
        upper=100 * upper,
        evidence=begun,
    )


def brand(season: Season, field: Field) -> Candidates:
    """The brand operators among all who race, by their score."""
    # Who races in several tracks stands here once.
    first = np.zeros(len(field.code), dtype=bool)
    first[np.unique(field.provider, return_index=True)[1]] = True
    operators = np.array([kind == ProviderType.BRAND for kind in field.kind], dtype=bool)
    made = candidates(
        field,
        first & operators,
        value=field.composite,
        lower=field.lower,
        upper=field.upper,
        evidence=field.assessed,
    )
    return replace(made, track=np.zeros(len(made.subject), dtype=np.int64))


def traders(season: Season, field: Field) -> Candidates:
    """Traders whose identity is verified, by what they sold in an hour on air."""
    racing = dict(zip(field.code, field.provider.tolist(), strict=True))
    verified = {
        (code, trader): (pk, provider)
        for pk, trader, provider, code in Trader.objects.filter(
            provider__in=set(racing.values()),
            status=TraderStatus.ACTIVE,
            verification=VerificationStatus.VERIFIED,
        ).values_list("pk", "code", "provider_id", "provider__code")
    }
    sums = read_traders(field.run.as_of)
    rows = [
        (*verified[key], key[1], gmv / hours, hours)
        for key, gmv, hours in zip(
            zip(sums.provider, sums.trader, strict=True), sums.gmv.tolist(), sums.hours.tolist(), strict=True
        )
        if key in verified and hours >= LEAST_LIVE_HOURS
    ]
    unknown = np.full(len(rows), np.nan)
    return Candidates(
        track=np.zeros(len(rows), dtype=np.int64),
        provider=np.array([row[1] for row in rows], dtype=np.int64),
        subject=[row[2] for row in rows],
        value=as_numbers([row[3] for row in rows]),
        lower=unknown,
        upper=unknown,
        evidence=as_numbers([row[4] for row in rows]),
        trader=as_numbers([row[0] for row in rows]),
        start=unknown,
        finish=unknown,
        baseline=unknown,
    )


def build(kind: BoardKind, season: Season, field: Field) -> Candidates | None:
    """One board; None when it cannot be told on this night."""
    if kind in Capability.values:
        return by_capability(field, Capability.values.index(kind.value))
    return BUILDERS[kind](season, field)


BUILDERS: dict[BoardKind, Callable[[Season, Field], Candidates | None]] = {
    BoardKind.RISING: rising,
    BoardKind.INCUBATION: incubation,
    BoardKind.BRAND: brand,
    BoardKind.TRADERS: traders,
}
