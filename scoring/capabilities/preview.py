"""The distribution of one metric of a draft on the newest facts: nothing is stored, time and memory are bounded."""

import threading
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from common.exceptions import Conflict
from common.refusals import refuse
from engine.compile import run_sums
from engine.errors import EngineError
from engine.evidence import REASONS
from engine.inputs import inputs_from_sums
from engine.lab import histogram
from engine.model import Bootstrap, Capability, Composite, Metric
from engine.model import ScoringModel as Rule
from engine.model_checks import model_faults
from engine.model_toml import dump_model
from engine.scoring import Scores, score
from engine.tables import open_connection
from scoring.capabilities.compute import columns_of, describe_subjects, keep_subjects, sums_beside
from scoring.capabilities.identity import PinnedInputs, pin_inputs
from scoring.capabilities.models import ScoringModel
from scoring.facts.enums import FactBatchStatus
from scoring.facts.models import FactBatch

SECONDS = 8.0
MEMORY = "256MB"
BINS = 24
WHY: dict[str, str | Promise] = {
    "no_data": _("No data"),
    "too_little_evidence": _("Too little evidence"),
    "too_few_merchants": _("Too few merchants"),
}


@dataclass(frozen=True)
class Spread:
    """One distribution: edges (one more than counts), counts, and three quartiles; empty of nothing."""

    edges: list[float]
    counts: list[int]
    quartiles: list[float]


@dataclass(frozen=True)
class Preview:
    """`missing` counts who is not assessed by reason; those without any facts are under `no_data`."""

    as_of: str
    providers: int
    assessed: int
    groups: int
    missing: dict[str, int]
    raw: Spread
    shrunk: Spread
    normalised: Spread
    kept_median: float | None

    @property
    def day(self) -> date:
        """The day up to which facts count."""
        return date.fromisoformat(self.as_of)

    @property
    def share_missing(self) -> float:
        """The share of providers that are not assessed."""
        return 1 - self.assessed / self.providers if self.providers else 0.0


def preview_metric(rule: Rule, metric: Metric) -> Preview:
    """The metric alone, with the windows and peer groups of its model.

    Raises InvalidInput for a fault of the metric, Conflict when there are no facts or it takes too long.
    """
    alone = isolate(rule, metric)
    for error in model_faults(alone):
        raise refuse(error.at(error.field.removeprefix("metrics[0].")))
    newest = FactBatch.objects.filter(status=FactBatchStatus.LIVE).aggregate(day=Max("day_to"))["day"]
    if newest is None:
        raise Conflict(_("There are no facts yet."), remedy=_("Import facts first."), code="no_facts")
    # A row that is never saved: what pins the inputs of a run pins those of the preview.
    draft = ScoringModel(key=alone.key, definition=dump_model(alone), created_at=timezone.now())
    pinned = pin_inputs(draft, newest)
    scores = compute_bounded(alone, pinned, newest)
    return describe(scores, pinned, newest.isoformat())


def isolate(rule: Rule, metric: Metric) -> Rule:
    """A model of this metric alone."""
    return replace(
        rule,
        capabilities=(Capability(key=metric.capability, weight=1.0),),
        metrics=(replace(metric, weight=1.0),),
        composite=Composite(),
        gates=(),
        bootstrap=Bootstrap(replicates=0),
    )


def compute_bounded(rule: Rule, pinned: PinnedInputs, as_of: date) -> Scores:
    """Score within SECONDS; the clock interrupts the statement."""
    connection = open_connection(threads=2, memory_limit=MEMORY)
    late = threading.Event()

    def interrupt() -> None:
        late.set()
        connection.interrupt()

    clock = threading.Timer(SECONDS, interrupt)
    clock.start()
    try:
        return compute(connection, rule, pinned, as_of)
    except EngineError as error:
        if late.is_set():
            raise Conflict(
                _("The preview took longer than %(seconds)s seconds.") % {"seconds": int(SECONDS)},
                remedy=_("Shorten the window of the metric, or try the draft in the rule lab."),
                code="preview_too_long",
            ) from error
        raise refuse(error) from error
    finally:
        clock.cancel()
        connection.close()


def compute(connection: duckdb.DuckDBPyConnection, rule: Rule, pinned: PinnedInputs, as_of: date) -> Scores:
    """The engine's own steps."""
    beside = sums_beside(rule)
    sums = run_sums(connection, rule, as_of=as_of, files=pinned.files, left_out=pinned.left_out, beside=beside)
    sums = keep_subjects(sums, pinned.subjects)
    attributes = describe_subjects(rule, sums, pinned.subjects)
    return score(rule, inputs_from_sums(rule, sums, columns_of(rule, attributes)))


def describe(scores: Scores, pinned: PinnedInputs, as_of: str) -> Preview:
    """Distributions and counts."""
    reasons = scores.chosen.reason[:, 0]
    missing = {name: int((reasons == code).sum()) for code, name in enumerate(REASONS) if name in WHY}
    missing["no_data"] += len(pinned.subjects) - len(scores.subjects)
    kept = scores.shrunk.kept[:, 0]
    known = kept[~np.isnan(kept)]
    return Preview(
        as_of=as_of,
        providers=len(pinned.subjects),
        assessed=int((reasons == 0).sum()),
        groups=len(scores.groups.names),
        missing={name: count for name, count in missing.items() if count},
        raw=spread_of(np.where(reasons == 0, scores.chosen.raw[:, 0], np.nan)),
        shrunk=spread_of(scores.winsorised[:, 0]),
        normalised=spread_of(scores.normalised[:, 0]),
        kept_median=float(np.median(known)) if len(known) else None,
    )


def spread_of(values: NDArray[np.float64]) -> Spread:
    """One distribution."""
    known = values[np.isfinite(values)]
    edges, counts = histogram(known, bins=BINS)
    return Spread(edges, counts, [float(part) for part in np.quantile(known, [0.25, 0.5, 0.75])] if len(known) else [])
