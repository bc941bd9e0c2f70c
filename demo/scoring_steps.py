"""The demo world is scored and ranked: a model in force, and nights of the running season to look back on."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from accounts.roles import Role
from common.days import business_day
from demo.cast import Cast
from demo.clock import at_night
from scoring.capabilities import services as models
from scoring.capabilities.compute import Silent, carry_out
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.runs import start_run
from scoring.seasons.board_services import rank_night
from scoring.seasons.models import Season

MODEL_FILE = Path(settings.BASE_DIR) / "engine" / "models" / "five_capabilities.toml"
RECENT_NIGHTS = 5


def publish_model(cast: Cast, *, now: datetime) -> ScoringModel:
    """The first model comes into force; the very first has nobody to warn."""
    analyst = cast.staff[Role.SCORING_ANALYST]
    draft = models.create_draft(definition=MODEL_FILE.read_text(), by=analyst, now=now)
    models.announce(model_id=draft.pk, by=analyst, effective_from=business_day(now), now=now)
    return models.publish(model_id=draft.pk, by=analyst, now=now)


def run_nights(season: Season, *, today: date, report: Callable[[int, int], None]) -> list[date]:
    """Score and rank one night a week since the season began, and each of the last nights."""
    yesterday = today - timedelta(days=1)
    first = season.starts_on + timedelta(days=6)
    weekly = {first + timedelta(days=7 * week) for week in range(14)}
    recent = {yesterday - timedelta(days=back) for back in range(RECENT_NIGHTS)}
    nights = sorted(night for night in weekly | recent if season.starts_on <= night <= yesterday)
    for index, night in enumerate(nights, start=1):
        run_night(season, night)
        report(index, len(nights))
    return nights


def run_night(season: Season, night: date) -> None:
    """Scores and standings of one business day, in the night after it."""
    score_night(night)
    rank_night(season_id=season.pk, day=night, by=None, now=at_night(night + timedelta(days=1)))


def score_night(night: date) -> None:
    """Scores of one business day, computed in the night after it."""
    run = start_run(by=None, as_of=night, in_background=False, now=at_night(night + timedelta(days=1)))
    carry_out(run.pk, Silent())
