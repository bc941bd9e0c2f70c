"""Past seasons and a draft whose rules are tried on them."""

from datetime import timedelta
from typing import Any

from accounts.roles import Role
from providers.registry.models import Provider
from scoring.capabilities.compute import Silent
from scoring.capabilities.models import ScoringModel
from scoring.season_lab import services
from scoring.season_lab.models import SeasonReplay, SeasonTrial
from scoring.season_lab.work import carry_out
from scoring.seasons.models import Season
from tests.factories.accounts import make_staff
from tests.factories.scoring import DAY, make_published_model, make_season
from tests.factories.seasons import LEAGUE, RULES, finish_season, make_old, score_field, settle_season, start_season

QUARTER = timedelta(days=115)
FEW = {"draws": 20}


def race(points: dict[Provider, float], *, quarters_ago: int = 0, **settlement: Any) -> Season:
    """A final season of 90 days, `quarters_ago` before the one that ends on DAY."""
    ends_on = DAY - quarters_ago * QUARTER
    season = start_season(
        {**LEAGUE, "levels": 2}, code=f"S{9 - quarters_ago}", starts_on=ends_on - timedelta(days=89), **settlement
    )
    score_field(points, day=ends_on)
    settle_season(season)
    return finish_season(season)


def make_draft(*tracks: dict[str, Any], code: str = "NEXT", **settlement: Any) -> Season:
    rules: dict[str, Any] = {**RULES, "settlement": {**RULES["settlement"], **settlement}}
    if tracks:
        rules["tracks"] = list(tracks)
    model = ScoringModel.objects.first() or make_published_model()
    return make_season(model, code=code, starts_on=DAY + timedelta(days=30), running=False, rules=rules)


def try_it(draft: Season, *seasons: Season, **options: Any) -> SeasonTrial:
    trial = services.start_trial(
        season_id=draft.pk,
        by=make_staff(Role.RACE_STEWARD),
        season_ids=[one.pk for one in seasons],
        options={**FEW, **options},
        in_background=False,
    )
    carry_out(trial.pk, Silent())
    return SeasonTrial.objects.get(pk=trial.pk)


def outcomes(replay: SeasonReplay, field: list[Provider]) -> list[tuple[str, str]]:
    found = {move.provider_id: (move.real_outcome, move.outcome) for move in replay.moves.all()}
    return [found[one.pk] for one in field]


def make_past_and_draft() -> Season:
    make_published_model()
    race(dict(zip(make_old(2), (38.0, 10.0), strict=True)))
    return make_draft(LEAGUE)
