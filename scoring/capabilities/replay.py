"""Compute a finished run again from what it names: its batches and corrections, its model, and the providers as it
knew them."""

from dataclasses import dataclass, replace

from engine.version import VERSION
from scoring.capabilities.compute import Clock, Silent, compute_results
from scoring.capabilities.identity import inputs_of
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.results import Results, digest_results
from scoring.capabilities.subjects import DERIVED, Subject


@dataclass(frozen=True)
class Replay:
    """The digests of a replay, and whether both equal the stored ones. When they do not, it proves nothing unless the
    run was computed by the `same_engine`."""

    input_digest: str
    result_digest: str
    equal: bool
    same_engine: bool


def replay_run(run: ScoreRun) -> Replay:
    """Recompute `run`; writes nothing. Batches superseded and pairs ended since are read all the same."""
    inputs = inputs_of(run, subjects_of(run))
    results = compute_results(run.scoring_model.rule, run.as_of, inputs, Silent(), Clock())
    found = (inputs.digest, digest_results(results))
    equal = found == (run.input_digest, run.result_digest)
    return Replay(*found, equal=equal, same_engine=run.engine_version == VERSION)


def recompute_run(run: ScoreRun) -> Results:
    """The results of `run` again, without intervals, which take longest."""
    rule = run.scoring_model.rule
    rule = replace(rule, bootstrap=replace(rule.bootstrap, replicates=0))
    return compute_results(rule, run.as_of, inputs_of(run, subjects_of(run)), Silent(), Clock())


def subjects_of(run: ScoreRun) -> dict[str, Subject]:
    """The providers of a finished run, with what it knew of them."""
    rows = Scorecard.objects.filter(run=run).values_list("provider__code", "provider_id", "external", "attributes")
    return {
        code: Subject(pk, external, {name: value for name, value in known.items() if name not in DERIVED})
        for code, pk, external, known in rows.order_by("provider__code")
    }
