"""Seasons brought to their settlement: providers whose scores can be read off their clicks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Role
from providers.registry.models import Provider
from scoring.capabilities.models import ScoringModel
from scoring.seasons import services
from scoring.seasons.models import Season
from scoring.seasons.selectors import tracks_of
from scoring.seasons.settlement_services import settle_track
from scoring.seasons.verdict_models import Verdict
from tests.factories.accounts import make_staff
from tests.factories.providers import make_external_provider, make_provider
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, make_season, work

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
STARTS_ON = DAY - timedelta(days=89)
SETTLED = MORNING_AFTER + timedelta(days=14)
OBJECTED = SETTLED + timedelta(days=1)
FINAL = SETTLED + timedelta(days=8)
RULES: dict[str, Any] = {
    "order": ["score"],
    "settlement": {"promote": 1, "relegate": 1, "entry_threshold": 20.0},
}
LEAGUE = {"key": "league", "name_zh": "联赛", "name_en": "League"}
FRESH = {"key": "fresh", "name_zh": "新人", "name_en": "Newcomers", "who": {"newcomers": "only"}, "leads_to": "league"}


def make_old(count: int, **fields: Any) -> list[Provider]:
    """Providers admitted long ago, whose protection as newcomers is over."""
    made = [make_provider(status="admitted", **fields) for _ in range(count)]
    pks = [one.pk for one in made]
    Provider.objects.filter(pk__in=pks).update(admitted_at=LONG_AGO, newcomer_until=date(2024, 3, 31))
    return [Provider.objects.get(pk=pk) for pk in pks]


def score_field(points: Mapping[Provider, float], *, day: date = DAY) -> None:
    """Facts and a run that give each provider exactly so many points, at most 40."""
    rows = [{"provider": one.code, **work(round(25 * value), 100, 0)} for one, value in points.items()]
    if not rows:
        rows = [{"provider": make_external_provider("OUT-1").code, **work(500, 0, 50)}]
    make_facts(rows, day=day)
    make_run(as_of=day, now=MORNING_AFTER + (day - DAY))


def start_season(
    *tracks: dict[str, Any], code: str = "2025Q2", starts_on: date = STARTS_ON, **settlement: Any
) -> Season:
    """A running season of 90 days that by default ends on DAY."""
    model = ScoringModel.objects.first() or make_published_model()
    rules = {**RULES, "settlement": {**RULES["settlement"], **settlement}}
    if tracks:
        rules["tracks"] = list(tracks)
    return make_season(model, code=code, starts_on=starts_on, rules=rules)


def close_season(season: Season) -> Season:
    """Its race is over."""
    after = datetime.combine(season.ends_on + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    return services.close(season_id=season.pk, by=make_staff(Role.RACE_STEWARD), now=after)


def settle_season(season: Season, *, by: User | None = None) -> dict[int, Verdict]:
    """Close and settle; the verdicts by provider."""
    by = by or make_staff(Role.RACE_STEWARD)
    if season.status == "running":
        season = close_season(season)
    for track in tracks_of(season):
        settle_track(track_id=track.pk, by=by, now=settled_on(season))
    return verdicts_of(season)


def settled_on(season: Season) -> datetime:
    """The morning on which late data are no longer taken."""
    return SETTLED + (season.ends_on - DAY)


def verdicts_of(season: Season) -> dict[int, Verdict]:
    """The verdicts in force by provider, of seasons in which nobody races twice."""
    found = Verdict.objects.filter(settlement__track__season=season, settlement__superseded_by__isnull=True)
    return {one.provider_id: one for one in found.select_related("settlement__track")}


def finish_season(season: Season, *, until: str = "final") -> Season:
    """From the settlement on: open to objections, or final."""
    steward = make_staff(Role.RACE_STEWARD)
    shift = season.ends_on - DAY
    season = services.open_objections(season_id=season.pk, by=steward, now=SETTLED + shift)
    if until == "final":
        season = services.finalise(season_id=season.pk, by=steward, now=FINAL + shift)
    return season


def make_race(points: Sequence[float | None], **settlement: Any) -> tuple[Season, list[Provider]]:
    """A closed season with one track in which providers stand with these points; None is without facts."""
    make_published_model()
    field = make_old(len(points))
    season = start_season(**settlement)
    score_field({one: value for one, value in zip(field, points, strict=True) if value is not None})
    return close_season(season), field
