"""Writes about trials of season rules: start, begin, store, fail, cancel."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.locks import lock
from scoring.season_lab.found import Found
from scoring.season_lab.models import ReplayMove, SeasonReplay, SeasonTrial
from scoring.season_lab.options import read_options
from scoring.season_lab.policies import check_seasons, check_triable
from scoring.season_lab.selectors import open_trial_of
from scoring.season_lab.states import SEASON_TRIAL
from scoring.seasons.models import Season
from scoring.seasons.pinning import digest_of
from scoring.seasons.plans import read_plan
from scoring.trials.services import TrialSteps, close, make_way, open_trial, take

TASK = "scoring.try_season"
_steps = TrialSteps(SeasonTrial)
fail_trial, stop_trial, cancel_trial = _steps.fail, _steps.stop, _steps.cancel
BATCH = 2000


@transaction.atomic
def start_trial(
    *,
    season_id: int,
    by: User,
    season_ids: Sequence[int] = (),
    options: Mapping[str, Any] | None = None,
    in_background: bool = True,
    now: datetime | None = None,
) -> SeasonTrial:
    """Try the rules of a season, as they are now, on past seasons: by default on all that are final, at most the
    newest MAX_SEASONS.

    Raises InvalidInput (season_ids, an option, rules), Conflict when there is no past season, the season has started
    or its rules are being tried already, NotPermitted. `in_background=False` leaves the work to the caller
    (`work.carry_out`).
    """
    now = now or timezone.now()
    season = lock(Season.objects.select_related("scoring_model"), season_id)
    check_permission(by, "season.edit")
    check_triable(season)
    plan = read_plan(season.plan).as_mapping()
    chosen = read_options(options or {})
    seasons = check_seasons(season, season_ids)
    make_way(open_trial_of(season), busy=_("These rules are being tried already."), now=now)
    trial = SeasonTrial(
        season=season,
        plan=plan,
        digest=digest_of_rules(season),
        season_ids=[one.pk for one in seasons],
        options=chosen.as_mapping(),
        created_at=now,
        created_by=by,
    )
    changes = {"season": season.code, "digest": trial.digest, "seasons": [one.code for one in seasons]}
    return open_trial(
        trial, event="season_trial.start", changes=changes, task=TASK, in_background=in_background, by=by, now=now
    )


def digest_of_rules(season: Season) -> str:
    """What a trial is about: the rules as they are read, and the model that scores by them."""
    return digest_of({"plan": read_plan(season.plan).as_mapping(), "model": season.scoring_model.digest})


@transaction.atomic
def begin_trial(*, trial_id: int, now: datetime | None = None) -> SeasonTrial | None:
    """The worker takes the trial; None when it is finished already. Raises IllegalTransition when it was cancelled or
    has failed."""
    now = now or timezone.now()
    trial = lock(SeasonTrial.objects.select_related("season__scoring_model"), trial_id)
    if trial.status == "done":
        return None
    take(trial, now=now)
    return trial


@transaction.atomic
def finish_trial(*, trial_id: int, found: Sequence[Found], now: datetime | None = None) -> SeasonTrial:
    """Keep what was found on every season, and close the trial; all in one transaction, since levels and reversals go
    from season to season. A trial that another worker finished stays as it is. Raises IllegalTransition when it was
    cancelled."""
    now = now or timezone.now()
    trial = lock(SeasonTrial.objects.all(), trial_id)
    if trial.status == "done":
        return trial
    SEASON_TRIAL.check(trial, "finish")
    for one in found:
        replay = SeasonReplay(
            trial=trial,
            season=one.season,
            run=one.run,
            season_digest=one.season.digest,
            run_digest=one.run.result_digest,
            result_digest=one.digest,
            provider_count=one.provider_count,
            differing_count=one.differing_count,
            summary=one.summary,
            created_at=now,
        )
        replay.full_clean()
        replay.save(force_insert=True)
        moves = [ReplayMove(replay=replay, **vars(move)) for move in one.moves]
        ReplayMove.objects.bulk_create(moves, batch_size=BATCH)
        changes = {"season": one.season.code, "differing": one.differing_count, "digest": one.digest}
        record("season_trial.store", trial, by=None, now=now, changes=changes)
    return close(trial, "finish", by=None, now=now)


# What people do with a trial; the other steps are the worker's.
ACTIONS: dict[str, Callable[..., SeasonTrial]] = {"cancel": cancel_trial}
