"""The work of a trial: run by run, the tried model on the facts and providers of the run, and what differs."""

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from typing import Any

import duckdb
import numpy as np
from django.utils.translation import gettext_noop as _
from numpy.typing import NDArray

from common.exceptions import IllegalTransition
from common.jobs.progress import JobCancelled
from common.refusals import refuse
from engine.errors import EngineError
from engine.lab import Side, compare_sides
from engine.ledger import scores_digest
from engine.model import ScoringModel as Rule
from engine.model_toml import model_digest, parse_model
from engine.reweigh import Recomposer, draw_weights
from engine.robustness import Robustness, WeightEffect, shake_facts, shift_weights, vary_weights
from engine.tables import open_connection
from scoring.capabilities.compute import MEMORY, THREADS, Clock, Reports
from scoring.capabilities.models import ScoreRun
from scoring.lab import summary as words
from scoring.lab.found import Found
from scoring.lab.models import LabResult
from scoring.lab.options import Options, read_options
from scoring.lab.reading import Field, Scored, apply_rule, read_before, read_field, read_subjects_for
from scoring.lab.services import begin_trial, fail_trial, finish_trial, stop_trial, store_result
from scoring.lab.storing import store_moves

Floats = NDArray[np.float64]
# What people read while they wait; the page translates them.
SCORING, WEIGHING, SHAKING, COMPARING, STORING = (
    _("Score by the tried model"),
    _("Vary the weights"),
    _("Draw the facts anew"),
    _("Do the same for the model of the run"),
    _("Store the result"),
)
SHARES = {SCORING: (0, 20), WEIGHING: (20, 45), SHAKING: (45, 65), COMPARING: (65, 95), STORING: (95, 100)}


@dataclass
class Steps:
    """The progress of one run among several, told to the trial's own."""

    progress: Reports
    number: int
    count: int
    phase: str = SCORING

    def begin(self, phase: str) -> None:
        """A phase begins."""
        self.phase = phase
        self.step(0, 1)

    def step(self, done: int, total: int) -> None:
        """So much of the phase is done; a safe point."""
        low, high = SHARES[self.phase]
        share = low + (high - low) * done // max(1, total)
        self.progress.report(100 * self.number + share, 100 * self.count, self.phase)


@dataclass(frozen=True)
class Examined:
    """How firm the scores of one rule are; robustness per subject of the scores, None where it was not asked for."""

    weights: Robustness | None
    effects: list[WeightEffect]
    noise: Robustness | None
    flips: list[tuple[int, float]]

    def describe_noise(self) -> dict[str, Any] | None:
        """The part about chance as plain values."""
        return {**words.summarise_robustness(self.noise), "flips": self.flips} if self.noise else None


def carry_out(trial_id: int, progress: Reports) -> dict[str, int]:
    """Do the trial from where it stands to its end; safe to repeat: each run's result is one transaction.

    Raises DomainError with the sentence that also stands on the trial, JobCancelled when somebody stopped it.
    """
    begun = begin_trial(trial_id=trial_id)
    if begun is None:
        return {"trial": trial_id}
    trial, runs = begun
    rule, options, total = parse_model(trial.definition), read_options(trial.options), len(trial.run_ids)
    try:
        for number, run in enumerate(runs, start=total - len(runs)):
            steps, clock = Steps(progress, number, total), Clock()
            found = try_on(rule, run, options, steps, clock)
            steps.begin(STORING)
            result = describe(run, rule, found, clock)
            store_result(trial_id=trial_id, result=result, store_moves=partial(store_moves, found=found))
        finish_trial(trial_id=trial_id)
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
    except Exception:
        fail_trial(trial_id=trial_id, failure="")
        raise
    return {"trial": trial_id}


def try_on(rule: Rule, run: ScoreRun, options: Options, steps: Steps, clock: Clock) -> Found:
    """The tried model against one run; touches the database only to read. Raises EngineError."""
    connection = open_connection(threads=THREADS, memory_limit=MEMORY)
    try:
        return compare(connection, rule, run, options, steps, clock)
    finally:
        connection.close()


def compare(
    connection: duckdb.DuckDBPyConnection, rule: Rule, run: ScoreRun, options: Options, steps: Steps, clock: Clock
) -> Found:
    """`try_on` on an open connection."""
    field = read_field(run)
    before = read_before(run, field)
    steps.begin(SCORING)
    subjects, borrowed = read_subjects_for(run, rule)
    with clock.measure("score"):
        tried = apply_rule(connection, rule, run, field, subjects, draw=options.replicates > 0)
    after = spread_side(field, tried)
    moves = compare_sides(before, after, least=options.least)
    examined = examine(tried, options, steps, clock)
    base = run.scoring_model.rule
    summary = {
        **words.summarise_moves(rule, base, field, tried.size, before, after, moves),
        "borrowed": borrowed,
        "diagnostics": words.diagnose(tried.scores, options.top),
        "weights": words.summarise_robustness(examined.weights) if examined.weights else None,
        "effects": words.list_effects(examined.effects),
        "noise": {"after": examined.describe_noise()},
    }
    codes, digest, size = tried.scores.subjects, scores_digest(tried.scores), tried.size
    del tried  # the sums of one model at a time
    if options.replicates:
        steps.begin(COMPARING)
        with clock.measure("base"):
            own = apply_rule(connection, base, run, field, read_subjects_for(run, base)[0], draw=True)
            shaken = shake(own, options, steps)
        summary["reproduced"] = same_scores(before, spread_side(field, own))
        summary["noise"]["before"] = Examined(None, [], *shaken).describe_noise()
    summary = words.tidy(summary)
    return Found(
        field=field,
        size=size,
        before=before,
        after=after,
        moves=moves,
        **spread_robustness(field, codes, examined),
        summary=summary,
        result_digest=digest_of(digest, summary),
    )


def examine(tried: Scored, options: Options, steps: Steps, clock: Clock) -> Examined:
    """Other weights and other facts, as far as the options ask for them."""
    weights, effects = None, []
    if options.draws:
        steps.begin(WEIGHING)
        recomposer = Recomposer(tried.scores, tried.inputs)
        with clock.measure("weights"):
            draws = draw_weights(
                tried.scores.model,
                count=options.draws,
                spread=options.spread,
                variation=options.variation,  # type: ignore[arg-type]
                seed=options.seed,
                across=options.across,
                inside=options.inside,
            )
            weights = vary_weights(
                recomposer, tried.side, tried.ranked, draws, top=options.top, threads=THREADS, step=steps.step
            )
            effects = shift_weights(recomposer, tried.side, tried.ranked, options.spread)
    noise: Robustness | None = None
    flips: list[tuple[int, float]] = []
    if options.replicates:
        steps.begin(SHAKING)
        with clock.measure("noise"):
            noise, flips = shake(tried, options, steps)
    return Examined(weights, effects, noise, flips)


def shake(scored: Scored, options: Options, steps: Steps) -> tuple[Robustness, list[tuple[int, float]]]:
    """The same scores from redrawn facts; needs the draws of `scored`."""
    if scored.draws is None:
        raise ValueError("score with draws first")
    return shake_facts(
        scored.scores.model,
        scored.sums,
        scored.inputs,
        scored.draws,
        scored.side,
        scored.ranked,
        replicates=options.replicates,
        seed=options.seed,
        top=options.top,
        threads=THREADS,
        step=steps.step,
    )


def spread_side(field: Field, scored: Scored) -> Side:
    """Scores in the order of the field."""
    side, codes = scored.side, scored.scores.subjects
    return Side(*(field.spread(codes, values) for values in (side.score, side.place, side.level)))


def spread_robustness(field: Field, codes: NDArray[np.object_], examined: Examined) -> dict[str, Floats]:
    """The shares per provider in the order of the field; NaN where nothing was asked."""
    nothing = np.full(len(codes), np.nan)
    weights, noise = examined.weights, examined.noise
    columns = {
        "level_kept": weights.level_kept if weights else nothing,
        "top_kept": weights.top_kept if weights else nothing,
        "place_lower": weights.place_lower if weights else nothing,
        "place_upper": weights.place_upper if weights else nothing,
        "level_kept_noise": noise.level_kept if noise else nothing,
    }
    return {name: field.spread(codes, values) for name, values in columns.items()}


def same_scores(before: Side, again: Side) -> bool:
    """Whether the run's model gives the scores that stand on its scorecards."""
    return bool(np.allclose(before.score, again.score, rtol=0, atol=1e-9, equal_nan=True))


def digest_of(scores: str, summary: dict[str, Any]) -> str:
    """SHA-256 (hex) over the scores and all that was found about them."""
    canonical = json.dumps([scores, summary], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def describe(run: ScoreRun, rule: Rule, found: Found, clock: Clock) -> LabResult:
    """The unsaved row of a result."""
    return LabResult(
        run=run,
        base_digest=run.scoring_model.digest,
        base_result_digest=run.result_digest,
        input_digest=run.input_digest,
        model_digest=model_digest(rule),
        result_digest=found.result_digest,
        provider_count=len(found.field.codes),
        assessed_before=int(found.before.assessed.sum()),
        assessed_after=int(found.after.assessed.sum()),
        affected_count=int(found.moves.affected.sum()),
        summary=found.summary,
        timings=clock.timings,
    )
