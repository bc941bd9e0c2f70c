"""The demo world is scored and raced: a model in force, a season since the quarter began, nights to look back on."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.roles import Role
from demo.cast import Cast
from scoring.capabilities import services as models
from scoring.capabilities.compute import Silent, carry_out
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.runs import start_run
from scoring.seasons import services as seasons
from scoring.seasons.models import Season
from scoring.seasons.standings import compute_standings

MODEL_FILE = Path(settings.BASE_DIR) / "engine" / "models" / "five_capabilities.toml"
RULES = {
    "settlement": {
        "entry_threshold": 55.0,
        "promote": {"share": 0.15},
        "relegate": {"share": 0.15},
        "floors": {"service_fulfilment": 30.0, "supply_chain": 30.0},
    }
}
RECENT_NIGHTS = 5


def publish_model(cast: Cast, *, now: datetime) -> ScoringModel:
    """The first model comes into force; the very first has nobody to warn."""
    analyst = cast.staff[Role.SCORING_ANALYST]
    draft = models.create_draft(definition=MODEL_FILE.read_text(), by=analyst, now=now)
    models.announce(model_id=draft.pk, by=analyst, effective_from=business_date(now), now=now)
    return models.publish(model_id=draft.pk, by=analyst, now=now)


def open_seasons(cast: Cast, model: ScoringModel, *, today: date) -> Season:
    """The quarter's season runs; the next one is prepared."""
    steward = cast.staff[Role.RACE_STEWARD]
    first = quarter_start(today)
    running = _create_season(cast, model, first, now=at_night(first - timedelta(days=20)))
    seasons.announce(season_id=running.pk, by=steward, now=at_night(first - timedelta(days=20)))
    seasons.start(season_id=running.pk, by=steward, now=at_night(first))
    _create_season(cast, model, next_quarter(first), now=at_night(today - timedelta(days=1)))
    return Season.objects.get(pk=running.pk)


def run_nights(season: Season, *, today: date, report: Callable[[int, int], None]) -> list[date]:
    """Score and rank one night a week since the season began, and each of the last nights."""
    yesterday = today - timedelta(days=1)
    first = season.starts_on + timedelta(days=6)
    weekly = {first + timedelta(days=7 * week) for week in range(14)}
    recent = {yesterday - timedelta(days=back) for back in range(RECENT_NIGHTS)}
    nights = sorted(night for night in weekly | recent if season.starts_on <= night <= yesterday)
    for index, night in enumerate(nights, start=1):
        now = at_night(night + timedelta(days=1))
        run = start_run(by=None, as_of=night, in_background=False, now=now)
        carry_out(run.pk, Silent())
        compute_standings(season_id=season.pk, day=night, by=None, now=now)
        report(index, len(nights))
    return nights


def _create_season(cast: Cast, model: ScoringModel, first: date, *, now: datetime) -> Season:
    quarter = (first.month - 1) // 3 + 1
    return seasons.create_season(
        code=f"{first.year}Q{quarter}",
        name_zh=f"{first.year}年第{'一二三四'[quarter - 1]}季度赛季",
        name_en=f"Season {first.year} Q{quarter}",
        starts_on=first,
        ends_on=next_quarter(first) - timedelta(days=1),
        scoring_model_id=model.pk,
        rules=RULES,
        by=cast.staff[Role.RACE_STEWARD],
        now=now,
    )


def business_date(moment: datetime) -> date:
    """The business day of a moment."""
    return moment.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()


def at_night(day: date) -> datetime:
    """Three in the morning of a business day, when the nightly work runs."""
    return datetime.combine(day, time(3), tzinfo=ZoneInfo(settings.BUSINESS_TIME_ZONE))


def quarter_start(day: date) -> date:
    """First day of the quarter in which at least one night is over on `day`."""
    yesterday = day - timedelta(days=1)
    return date(yesterday.year, 3 * ((yesterday.month - 1) // 3) + 1, 1)


def next_quarter(first: date) -> date:
    """First day of the quarter after the one that begins on `first`."""
    return date(first.year + 1, 1, 1) if first.month == 10 else date(first.year, first.month + 3, 1)
