"""The work of a score run: facts in, scorecards out. The mathematics is the engine's; here is the order of things."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import duckdb
import numpy as np
from django.utils.translation import gettext_noop as _
from numpy.typing import NDArray

from common.exceptions import IllegalTransition
from common.jobs.progress import JobCancelled
from common.refusals import refuse
from engine.compile import Sums
from engine.draws import Draws
from engine.errors import EngineError
from engine.inputs import Inputs, inputs_from_sums
from engine.intervals import bootstrap_intervals
from engine.model import ScoringModel as Rule
from engine.scoring import score
from engine.tables import open_connection
from scoring.capabilities.array_files import arrays_from, keep_arrays, path_of
from scoring.capabilities.carrying import Carrier
from scoring.capabilities.exclusions import GMV, ORDERS, find_exclusions
from scoring.capabilities.facts_engine import FactsEngine, open_engine
from scoring.capabilities.identity import FIRST_FORM, PinnedInputs
from scoring.capabilities.results import Results, digest_results, rounded, store_results
from scoring.capabilities.runs import Outcome, begin_run, fail_run, finish_run, stop_run
from scoring.capabilities.sizes import NET_GMV, size_of
from scoring.capabilities.subjects import Subject

MEMORY = "250MB"
THREADS = 2
# What people read while they wait; the page translates them.
SUMMING, SCORING, INTERVALS, STORING = (
    _("Sum the facts"),
    _("Compute scores"),
    _("Draw intervals"),
    _("Store the scorecards"),
)
SHARES = {SUMMING: 0, SCORING: 40, INTERVALS: 45, STORING: 90}


class Reports(Protocol):
    """Where progress goes; a safe point at which a cancel shows as JobCancelled."""

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None: ...


class Silent:
    """Nobody watches."""

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        return


@dataclass
class Clock:
    """Seconds per phase."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Time the block as `name`."""
        started = time.perf_counter()
        yield
        self.timings[name] = round(time.perf_counter() - started, 3)


def carry_out(run_id: int, progress: Reports) -> dict[str, int]:
    """Do the run from beginning to end; safe to repeat, since nothing is written before the last transaction.

    Raises DomainError with the sentence that also stands on the run, JobCancelled when somebody stopped it.
    """
    begun = begin_run(run_id=run_id)
    if begun is None:
        return {"run": run_id}
    run, inputs = begun
    clock = Clock()
    try:
        rule = run.scoring_model.rule
        results = compute_results(rule, run.as_of, inputs, progress, clock, carrier=Carrier(rule))
        progress.report(SHARES[STORING], 100, STORING)
        outcome = describe(results, clock)
        finish_run(run_id=run_id, outcome=outcome, store=lambda row: store_results(row, results))
        keep_arrays(path_of(inputs.digest, outcome.result_digest), arrays_from(results))
    except JobCancelled:
        stop_run(run_id=run_id)
        raise
    except IllegalTransition as error:
        # Somebody stopped the run while it was computed.
        raise JobCancelled from error
    except EngineError as error:
        refusal = refuse(error)
        fail_run(run_id=run_id, failure=str(refusal))
        raise refusal from error
    except Exception:
        fail_run(run_id=run_id, failure="")
        raise
    return {"run": run_id}


def describe(results: Results, clock: Clock) -> Outcome:
    """What the run's row keeps of the results."""
    return Outcome(
        result_digest=digest_results(results),
        fact_count=results.fact_count,
        provider_count=len(results.scores.subjects) + len(results.without_facts),
        assessed_count=int(results.assessed.sum()),
        timings=clock.timings,
        advanced_from=results.advanced_from,
    )


def compute_results(
    rule: Rule,
    as_of: date,
    inputs: PinnedInputs,
    progress: Reports,
    clock: Clock,
    *,
    carrier: Carrier | None = None,
) -> Results:
    """Sums, scores and intervals over the pinned inputs; touches no database. With a `carrier` the sums go on from
    those of an earlier day where that gives the same, and are kept for the next. Raises EngineError."""
    with open_connection(threads=THREADS, memory_limit=MEMORY) as connection, open_engine() as engine:
        return score_facts(connection, engine, rule, as_of, inputs, progress, clock, carrier)


def score_facts(
    connection: duckdb.DuckDBPyConnection,
    engine: FactsEngine,
    rule: Rule,
    as_of: date,
    pinned: PinnedInputs,
    progress: Reports,
    clock: Clock,
    carrier: Carrier | None,
) -> Results:
    """`compute_results` on an open connection and engine."""
    files, left_out = pinned.files, pinned.left_out
    progress.report(SHARES[SUMMING], 100, SUMMING)
    with clock.measure("sums"):
        beside = sums_beside(rule)
        found = carrier and carrier.advance(connection, as_of=as_of, pinned=pinned, beside=beside)
        total, advanced_from = found or (
            engine.run_sums(connection, rule, as_of=as_of, files=files, left_out=left_out, beside=beside),
            None,
        )
        sums = keep_subjects(total, pinned.subjects)
    if carrier is not None:
        with clock.measure("keep"):
            carrier.keep(connection, total, pinned)
    with clock.measure("exclusions"):
        exclusions = find_exclusions(connection, rule, as_of, pinned, sums)
    progress.report(SHARES[SCORING], 100, SCORING)
    with clock.measure("score"):
        attributes = describe_subjects(rule, sums, pinned.subjects)
        inputs = inputs_from_sums(rule, sums, columns_of(rule, attributes))
        scores = score(rule, inputs)
    progress.report(SHARES[INTERVALS], 100, INTERVALS)
    with clock.measure("draws"):
        draws = draw_facts(engine, connection, sums, pinned) if rule.bootstrap.replicates else None
    with clock.measure("intervals"):
        tracks = np.array([int(pinned.subjects[str(code)].external) for code in sums.subjects], dtype=np.int64)
        intervals = bootstrap_intervals(rule, sums, inputs, draws, point=scores, tracks=tracks, threads=THREADS)
    named = set(sums.subjects)
    without = tuple(code for code in sorted(pinned.subjects) if code not in named)
    return Results(
        scores=scores,
        inputs=inputs,
        intervals=rounded(intervals),
        subjects=pinned.subjects,
        attributes=attributes,
        without_facts=without,
        merchants=merchants_seen(rule, inputs, scores.chosen.days),
        fact_count=sums.fact_rows,
        exclusions=exclusions if pinned.form > FIRST_FORM else None,
        advanced_from=advanced_from,
    )


def draw_facts(engine: FactsEngine, connection: duckdb.DuckDBPyConnection, sums: Sums, pinned: PinnedInputs) -> Draws:
    """The pinned facts by week."""
    return engine.run_draws(connection, sums, files=pinned.files, left_out=pinned.left_out)


def keep_subjects(sums: Sums, subjects: Mapping[str, Subject]) -> Sums:
    """The sums of those alone who are scored: not of a provider that was cleared out or is not admitted yet."""
    keep = np.array([str(code) in subjects for code in sums.subjects], dtype=np.bool_)
    return sums if keep.all() else sums.take(keep)


def asks_size(rule: Rule) -> bool:
    """Whether the model compares providers by their size."""
    return "size" in rule.peers.columns or "size" in rule.extras


def sums_beside(rule: Rule) -> tuple[str, ...]:
    """What is summed beside the model's own: for sizes, and for what is told of capped merchants."""
    size = (NET_GMV,) if asks_size(rule) else ()
    return (*size, ORDERS, GMV) if rule.integrity.measure else size


def describe_subjects(rule: Rule, sums: Sums, subjects: Mapping[str, Subject]) -> dict[str, dict[str, object]]:
    """What the model asks to know of each provider: from the registry, and its size from the facts (`sums_beside`)."""
    attributes: dict[str, dict[str, object]] = {code: dict(who.attributes) for code, who in subjects.items()}
    if asks_size(rule):
        net = sums.beside(NET_GMV) * 30 // rule.window.days
        sizes = dict(zip(sums.subjects.tolist(), map(size_of, net.tolist()), strict=True))
        for code, known in attributes.items():
            known["size"] = sizes.get(code, size_of(0))
    return attributes


def columns_of(rule: Rule, attributes: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """The engine's extras: column -> provider -> value; what is unknown is left out."""
    names = {*rule.peers.columns, *rule.extras}
    return {name: {code: known[name] for code, known in attributes.items() if name in known} for name in names}


def merchants_seen(rule: Rule, inputs: Inputs, days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distinct merchants per subject and metric in the window that was taken."""
    near = np.array([rule.days_of(metric)[0] for metric in rule.metrics])
    return np.where(days == near, inputs.near.merchants, inputs.wide.merchants)
