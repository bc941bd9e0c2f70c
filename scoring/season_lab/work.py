"""The work of a trial: past season after past season, by the tried rules, beside what really happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from django.utils.translation import gettext_noop as _

from common.exceptions import DomainError, IllegalTransition
from common.jobs.progress import JobCancelled
from common.refusals import refuse
from engine.errors import EngineError
from scoring.capabilities.compute import Reports
from scoring.season_lab.found import Found, Move
from scoring.season_lab.models import SeasonTrial
from scoring.season_lab.options import Options, read_options
from scoring.season_lab.reading import Past, read_past
from scoring.season_lab.replaying import Judged, Key, Memory, Notes, redo_real, replay_season
from scoring.season_lab.services import begin_trial, fail_trial, finish_trial, stop_trial
from scoring.season_lab.summary import Pair, Side, pair_verdicts, read_side, summarise
from scoring.seasons.models import Season
from scoring.seasons.plans import Plan, read_plan

# What people read while they wait; the page translates them.
READING, REAL, TRYING, STORING = (
    _("Read the season"),
    _("See how firm its own verdicts were"),
    _("Judge it by the tried rules"),
    _("Store the result"),
)


@dataclass(frozen=True)
class Raced:
    """One season, read and judged by both."""

    past: Past
    real: dict[Key, Judged]
    tried: dict[Key, Judged]
    same: int
    notes: Notes


def carry_out(trial_id: int, progress: Reports) -> dict[str, int]:
    """Do the trial; safe to repeat, since nothing is stored before its end.

    Raises DomainError with the sentence that also stands on the trial, JobCancelled when somebody stopped it.
    """
    trial = begin_trial(trial_id=trial_id)
    if trial is None:
        return {"trial": trial_id}
    try:
        finish_trial(trial_id=trial_id, found=try_rules(trial, progress))
    except JobCancelled:
        stop_trial(trial_id=trial_id)
        raise
    except IllegalTransition as error:
        # Somebody stopped the trial while it was computed.
        raise JobCancelled from error
    except EngineError as error:
        refusal = refuse(error)
        fail_trial(trial_id=trial_id, failure=str(refusal))
        raise refusal from error
    except DomainError as refusal:
        fail_trial(trial_id=trial_id, failure=str(refusal))
        raise
    except Exception:
        fail_trial(trial_id=trial_id, failure="")
        raise
    return {"trial": trial_id}


def try_rules(trial: SeasonTrial, progress: Reports) -> list[Found]:
    """All seasons, oldest first; touches the database only to read. Raises EngineError."""
    plan, options = read_plan(trial.plan), read_options(trial.options)
    seasons = Season.objects.filter(pk__in=trial.season_ids).select_related("scoring_model")
    ordered = list(seasons.order_by("starts_on", "pk"))
    memory, raced = Memory(), []
    for number, season in enumerate(ordered):
        raced.append(race_again(trial, season, plan, memory, options, progress, (3 * number, 3 * len(ordered))))
    progress.report(3 * len(ordered), 3 * len(ordered), STORING)
    return [tell(one, after, options) for one, after in zip_longest(raced, raced[1:])]


def race_again(
    trial: SeasonTrial,
    season: Season,
    plan: Plan,
    memory: Memory,
    options: Options,
    progress: Reports,
    step: tuple[int, int],
) -> Raced:
    """One season by both rules."""
    done, total = step
    progress.report(done, total, READING)
    past, notes = read_past(season), Notes()
    if season.scoring_model_id != trial.season.scoring_model_id:
        notes.tell("other_model", then=str(season.scoring_model), now=str(trial.season.scoring_model))
    progress.report(done + 1, total, REAL)
    real, same = redo_real(past, options)
    progress.report(done + 2, total, TRYING)
    return Raced(past, real, replay_season(past, plan, memory, options, notes), same, notes)


def tell(one: Raced, after: Raced | None, options: Options) -> Found:
    """What is kept of one season; `after` is the next one of the trial."""
    pairs = pair_verdicts(one.real, one.tried)
    pks = [pair.provider_id for pair in pairs]
    sides = {
        "before": read_side([pair.real for pair in pairs], pks, after.real if after else None),
        "after": read_side([pair.tried for pair in pairs], pks, after.tried if after else None),
    }
    summary = summarise(one.past, pairs, sides, last=after is None, draws=options.draws, same=one.same, notes=one.notes)
    return Found(one.past.season, one.past.run, list_moves(one.past, pairs, sides["after"]), summary)


def list_moves(past: Past, pairs: Sequence[Pair], side: Side) -> list[Move]:
    """One row for each pair."""
    rows = past.row_of()
    moves = []
    for number, pair in enumerate(pairs):
        row, real, tried = rows[pair.provider_id], pair.real, pair.tried
        turned = side.reversed[number]
        moves.append(
            Move(
                provider_id=pair.provider_id,
                ladder=pair.ladder,
                track=tried.track if tried else "",
                level=tried.level if tried else None,
                outcome=tried.outcome if tried else "",
                place=tried.place if tried else None,
                score=tried.score if tried else None,
                real_track=real.track if real else "",
                real_level=real.level if real else None,
                real_outcome=real.outcome if real else "",
                real_place=real.place if real else None,
                differs=(real.outcome if real else "") != (tried.outcome if tried else ""),
                size=str(past.size[row]),
                newcomer=bool(past.newcomer[row]),
                kept=tried.kept if tried else None,
                up_odds=tried.up if tried else None,
                down_odds=tried.down if tried else None,
                reversed=None if np.isnan(turned) else bool(turned),
                reasons=tried.reasons if tried else [],
            )
        )
    return moves
