"""A night and the settlement of 100,000 providers in 200 tracks, and a page of the board against the bare framework."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.test import Client, override_settings

from accounts.models import Membership, Organisation, User
from accounts.roles import OrganisationKind, Role
from bench import night as nights
from bench.tables import Result
from bench.world import MODEL
from engine.season_rules import Quota, SettlementRules
from engine.settlement import settle
from engine.standings import measure_lines, rank_standings
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel
from scoring.capabilities.services import announce, create_draft, publish
from scoring.seasons import services, standings
from scoring.seasons.cards import Cards, read_cards
from scoring.seasons.chances import Chances, compute_chances, pair_draws
from scoring.seasons.models import Season, Standing, Track
from scoring.seasons.policies import read_rules
from scoring.seasons.selectors import tracks_of
from scoring.seasons.settlement_services import settle_track

PROVIDERS, TRACKS = 100_000, 200
SEED = 20220616
DAY = date(2022, 6, 15)
STARTS_ON = DAY - timedelta(days=75)
BEGIN, NIGHT, LATER = (
    datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    for day in (STARTS_ON, DAY + timedelta(days=2), DAY + timedelta(days=20))
)
RULES: dict[str, Any] = {
    "order": ["lower", "score", "evidence"],
    "settlement": {"entry_threshold": 55.0, "clear_out_after": 3, "floors": {"service_fulfilment": 30.0}},
}
SAMPLED = 10
REPEATS = 30
SETTLED_BY_ENGINE = SettlementRules(promote=Quota(share=0.15), relegate=Quota(share=0.15), entry_threshold=55.0)
FILLED = ("scoring_scorecard", "scoring_seasonevent", "scoring_trackevent", "scoring_entry", "scoring_division")


def run(rows: int | None = None) -> Result:
    """Fill, then measure each step once, on a warm database; `rows` is the number of providers."""
    count = rows or PROVIDERS
    tracks = max(1, count * TRACKS // PROVIDERS)
    figures: dict[str, float] = {"providers": count, "tracks": tracks}
    rng = np.random.default_rng(SEED)
    figures |= measure_engine(count, tracks, rng)
    with nights.undone():
        season, by = fill(count, tracks, rng)
        figures |= measure_night(season)
        figures |= measure_settlement(season, by)
        figures |= measure_page(season)
    return describe(figures)


class Counter:
    """Counts what is sent to the database."""

    count = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.count += 1
        return execute(*arguments)


def timed(work: Callable[[], Any]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure_engine(count: int, tracks: int, rng: np.random.Generator) -> dict[str, float]:
    """The mathematics alone: places with movement and distances, then verdicts with all reasons."""
    score = rng.normal(60, 12, count).clip(0, 100)
    given: dict[str, Any] = {
        "subject": np.array([f"P9{at:06d}" for at in range(count)]),
        "track": rng.integers(0, tracks, count),
        "score": score,
        "lower": score - rng.uniform(1, 8, count),
        "evidence": rng.integers(5, 26, count),
    }
    before = rank_standings(**given)
    given["score"] = (score + rng.normal(0, 2, count)).clip(0, 100)
    given["previous_place"] = before.place
    ranked = rank_standings(**given)

    def rank() -> None:
        measure_lines(rank_standings(**given), promote=75, relegate=75)

    return {
        "engine_standings_s": round(timed(rank), 2),
        "engine_settlement_s": round(timed(lambda: settle(ranked, SETTLED_BY_ENGINE).all_reasons()), 2),
    }


def fill(count: int, tracks: int, rng: np.random.Generator) -> tuple[Season, User]:
    """Providers admitted long ago, a season in which they race in cohorts of equal size, two days of scores and the
    places of the first."""
    by = User.objects.create(email="racing@bench.example")
    platform = Organisation.objects.create(kind=OrganisationKind.PLATFORM, name="bench")
    Membership.objects.create(organisation=platform, user=by, role=Role.RACE_STEWARD)
    ids = nights.make_providers(count)
    model = make_model()
    rules = {
        **RULES,
        "tracks": [{"key": "league", "name_zh": "联赛", "name_en": "League", "cohort_most": count // tracks}],
    }
    season = services.create_season(
        code="BENCH",
        name_zh="基准",
        name_en="Bench",
        starts_on=STARTS_ON,
        ends_on=DAY,
        scoring_model_id=model.pk,
        rules=rules,
        by=by,
        now=BEGIN,
    )
    services.announce(season_id=season.pk, by=by, now=BEGIN - timedelta(days=20))
    season = services.start(season_id=season.pk, by=by, now=BEGIN)
    for back in (1, 0):
        make_cards(ids, make_run(model, DAY - timedelta(days=back)), rng)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(FILLED)}, providers_provider, scoring_standing")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with without_chances():
        standings.compute_standings(season_id=season.pk, day=DAY - timedelta(days=1), by=None, now=NIGHT)
    return season, by


def make_model() -> ScoringModel:
    text = MODEL.read_text(encoding="utf-8").replace('version = "2026.1"', 'version = "bench"', 1)
    model = create_draft(definition=text, by=None, now=BEGIN - timedelta(days=40))
    first = not ScoringModel.objects.filter(published_at__isnull=False).exists()
    early = STARTS_ON - timedelta(days=40) if first else None
    announce(model_id=model.pk, by=None, effective_from=early, now=BEGIN - timedelta(days=40))
    return publish(model_id=model.pk, by=None, now=BEGIN - timedelta(days=20))


def make_run(model: ScoringModel, day: date) -> ScoreRun:
    return ScoreRun.objects.create(
        scoring_model=model,
        as_of=day,
        seed=SEED,
        input_digest=f"bench {day}",
        result_digest=f"bench {day}",
        status="done",
        created_at=NIGHT,
        finished_at=NIGHT,
    )


def make_cards(ids: Any, run: ScoreRun, rng: np.random.Generator) -> None:
    """Scorecards with intervals and capability scores; the ledger is left empty."""
    score = rng.normal(60, 12, len(ids)).clip(5, 95)
    half = rng.uniform(1, 5, len(ids))
    parts = rng.uniform(20, 95, (len(ids), 5)).round(2).tolist()
    nothing: list[float] = []
    ledger = dict.fromkeys(("raw", "evidence", "merchants", "days", "reasons", "shrunk", "winsorised"), nothing)
    ledger |= dict.fromkeys(("normalised", "weights", "contributions", "points"), nothing)
    Scorecard.objects.bulk_create(
        [
            Scorecard(
                run=run,
                provider_id=pk,
                status="assessed",
                composite=round(at, 6),
                lower=round(at - wide, 4),
                upper=round(at + wide, 4),
                metrics_assessed=25,
                capability_scores=five,
                capability_lowers=five,
                capability_uppers=five,
                capability_weights=five,
                capability_points=five,
                **ledger,
            )
            for pk, at, wide, five in zip(ids.tolist(), score.tolist(), half.tolist(), parts, strict=True)
        ],
        batch_size=2000,
    )


@contextmanager
def without_chances() -> Iterator[None]:
    """Nights without rank intervals and odds, which are measured by themselves."""

    def nothing(_track: Track, _run: ScoreRun, cards: Cards, *_rest: Any) -> Chances:
        return Chances.none(len(cards.code))

    kept, standings.compute_chances = standings.compute_chances, nothing  # type: ignore[assignment]
    try:
        yield
    finally:
        standings.compute_chances = kept


def measure_night(season: Season) -> dict[str, float]:
    """A night through the portal: read, rank and write all tracks; and how long a track's rank intervals and odds
    take."""
    with without_chances():
        seconds = timed(lambda: standings.compute_standings(season_id=season.pk, day=DAY, by=None, now=NIGHT))
    run = ScoreRun.objects.get(as_of=DAY, scoring_model=season.scoring_model)
    field = standings.field_of(season)
    times = []
    for track in list(tracks_of(season))[:SAMPLED]:
        rules = read_rules(track.rules)
        cards = read_cards(run, field[track.pk])
        ranked = standings.rank_cards(cards, rules)
        times.append(timed(lambda: compute_chances(track, run, cards, ranked, rules)))  # noqa: B023
    return {
        "standings_s": round(seconds, 2),
        "standings_rows": Standing.objects.filter(day=DAY).count(),
        "chances_track_s": round(statistics.median(times), 2),
    }


def measure_settlement(season: Season, by: User) -> dict[str, float]:
    """All tracks, one after the other, as the job does it: verdicts with their reasons written."""
    services.close(season_id=season.pk, by=by, now=NIGHT)
    tracks = list(tracks_of(season))

    def settle_all() -> None:
        for track in tracks:
            settle_track(track_id=track.pk, by=by, now=LATER)

    return {"settlement_s": round(timed(settle_all), 2)}


def measure_page(season: Season) -> dict[str, float]:
    """50 rows of the board, and the same 50 rows by one query and a plain template in the same frame of the page."""
    client, track = Client(), tracks_of(season)[0]
    board, bare = f"/boards/{season.code}/?track={track.key}", f"/bare/?track={track.pk}"
    figures: dict[str, float] = {}
    with override_settings(ROOT_URLCONF="bench.racing_page", ALLOWED_HOSTS=["testserver"]):
        for name, address in (("board", board), ("bare", bare)):
            client.get(address)
            queries = Counter()
            with connection.execute_wrapper(queries):
                answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answers {answer.status_code}")
            times = [timed(lambda: client.get(address)) for _ in range(REPEATS)]  # noqa: B023
            figures |= {f"{name}_ms": round(statistics.median(times) * 1000, 1), f"{name}_queries": queries.count}
    return figures


def describe(figures: dict[str, float]) -> Result:
    count, tracks = int(figures["providers"]), int(figures["tracks"])
    ratio = figures["board_ms"] / figures["bare_ms"]
    figures |= {"board_ratio": round(ratio, 2), "chances_all_s": round(figures["chances_track_s"] * tracks)}
    return Result(
        name="racing",
        title="A night, a settlement and a board",
        head=("Step", "measured", "target"),
        rows=[
            ("places, movement and distances (engine)", f"{figures['engine_standings_s']} s", "2 s"),
            ("the same through the portal: read, rank, written", f"{figures['standings_s']} s", ""),
            ("rank intervals and odds of one track", f"{figures['chances_track_s']} s", ""),
            ("verdicts with all reasons (engine)", f"{figures['engine_settlement_s']} s", "10 s"),
            ("the same through the portal, written track by track", f"{figures['settlement_s']} s", ""),
            (
                f"board page of 50 rows, {int(figures['board_queries'])} queries",
                f"{figures['board_ms']} ms",
                f"twice {figures['bare_ms']} ms",
            ),
        ],
        figures=figures,
        notes=(
            f"{count:,} generated providers in {tracks} cohorts of {count // tracks}; every provider has a score with "
            "its interval on two days, and the places of the first day are the previous ones of the second.",
            f"Rank intervals and odds: the median of {SAMPLED} tracks, with {pair_draws(count // tracks):,} draws "
            f"for the comparisons by pairs and 1,000 for the odds; all {tracks} tracks one after the other would take "
            f"about {figures['chances_all_s']:.0f} s.",
            "The bare response is the same 50 rows by one query in a plain table of Django's template language, inside "
            f"the portal's frame of a page and behind its middleware. The board takes {ratio:.1f} times as long. It "
            "adds the filter, the nights, the tracks, paging, the count, export and the chart.",
            f"{os.getloadavg()[1]:.1f} processes wanted the cores over the last five minutes, this one among them.",
            "All times are of one process on a warm embedded database within one transaction.",
        ),
    )
