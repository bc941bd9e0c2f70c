"""What happens every night: yesterday is measured and scored, then every running season is ranked."""

from datetime import date, datetime, timedelta

import structlog
from django.utils import timezone

from common.days import business_day
from common.exceptions import Conflict
from common.jobs.services import enqueue
from scoring.capabilities.compute import Reports, carry_out
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.runs import start_run
from scoring.capabilities.selectors import published_model
from scoring.measures.compute import measure_providers
from scoring.seasons.board_services import rank_night
from scoring.seasons.models import Season
from scoring.seasons.selectors import racing

log = structlog.get_logger(__name__)


def run_night(progress: Reports, *, day: date | None = None, now: datetime | None = None) -> dict[str, object]:
    """Measure `day` (by default yesterday) for the criteria, score it with the model in force and those that running
    seasons pinned, then rank. Providers are judged by the new measures in a job of its own.

    Safe to repeat: what exists is given back. A night without facts or without a model is no failure; it is told.
    """
    now = now or timezone.now()
    day = day or business_day(now) - timedelta(days=1)
    measures = measure_providers(day)
    enqueue("providers.judge_night", now=now)
    seasons = [season for season in racing() if season.starts_on <= day <= season.ends_on]
    runs, skipped = [], []
    for model in models_needed(seasons):
        try:
            run = start_run(by=None, as_of=day, scoring_model_id=model.pk, in_background=False, now=now)
        except Conflict as refusal:
            log.warning("night without scores", model=str(model), reason=str(refusal))
            skipped.append(f"{model}: {refusal}")
            continue
        carry_out(run.pk, progress)
        runs.append(run.pk)
    ranked = {}
    for season in seasons:
        try:
            ranked[season.code] = [night.pk for night in rank_night(season_id=season.pk, day=day, by=None, now=now)]
        except Conflict as refusal:
            log.warning("night without standings", season=season.code, reason=str(refusal))
            skipped.append(f"{season.code}: {refusal}")
    return {
        "day": day.isoformat(),
        "measured": measures.provider_count,
        "runs": runs,
        "nights": ranked,
        "skipped": skipped,
    }


def models_needed(seasons: list[Season]) -> list[ScoringModel]:
    """The model in force and the pinned ones, each once."""
    needed = {season.scoring_model_id: season.scoring_model for season in seasons}
    present = published_model()
    if present is not None:
        needed[present.pk] = present
    return [needed[pk] for pk in sorted(needed)]
