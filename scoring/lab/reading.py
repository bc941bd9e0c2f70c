"""What a trial rests on: the facts and providers that a run pinned, told to another model.

A run keeps of each provider what its own model asked for. What the tried model asks beyond that is taken from the
registry as it is now, and named in the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.compile import Sums, run_sums
from engine.draws import Draws, run_draws
from engine.inputs import Inputs, inputs_from_sums
from engine.lab import Side, place_of
from engine.model import ScoringModel as Rule
from engine.scoring import Scores, score
from providers.registry.enums import ProviderOrigin
from providers.registry.models import Provider
from scoring.capabilities.compute import columns_of, describe_subjects, keep_subjects, sums_beside
from scoring.capabilities.identity import inputs_of
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.replay import subjects_of
from scoring.capabilities.subjects import DERIVED, REGISTRY, Subject

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Field:
    """The providers of a run in the order of their codes, and the groups that a change may treat unevenly."""

    codes: NDArray[np.object_]
    provider_ids: NDArray[np.int64]
    external: Flags
    newcomer: Flags
    region: NDArray[np.object_]

    def spread(self, subjects: NDArray[np.object_], values: Floats) -> Floats:
        """Values of some subjects in the order of this field, NaN for the others."""
        found = np.full(len(self.codes), np.nan)
        found[np.searchsorted(self.codes.astype(str), subjects.astype(str))] = values
        return found


@dataclass(frozen=True)
class Scored:
    """One rule applied to the facts of a run. `size` follows the field, the rest the subjects of the scores."""

    scores: Scores
    sums: Sums
    draws: Draws | None
    inputs: Inputs
    size: NDArray[np.object_]
    ranked: Flags

    @property
    def side(self) -> Side:
        scores = self.scores
        return Side(scores.composite, place_of(scores.composite, self.ranked), scores.level)


def read_field(run: ScoreRun) -> Field:
    """The providers of a finished run."""
    rows = Scorecard.objects.filter(run=run).values_list(
        "provider__code", "provider_id", "external", "provider__newcomer_until", "provider__region"
    )
    found = sorted(rows, key=lambda row: str(row[0]))
    return Field(
        codes=np.array([row[0] for row in found], dtype=object),
        provider_ids=np.array([row[1] for row in found], dtype=np.int64),
        external=np.array([row[2] for row in found], dtype=np.bool_),
        newcomer=np.array([row[3] is not None and row[3] >= run.as_of for row in found], dtype=np.bool_),
        region=np.array(["" if row[2] else row[4] for row in found], dtype=object),
    )


def read_before(run: ScoreRun, field: Field) -> Side:
    """The run's own scorecards in the order of the field."""
    cards = Scorecard.objects.filter(run=run).values_list("provider__code", "composite", "rank", "level")
    rows = {code: values for code, *values in cards}
    table = np.array([rows[code] for code in field.codes], dtype=np.float64).reshape(-1, 3)
    return Side(table[:, 0], table[:, 1], table[:, 2])


def read_subjects_for(run: ScoreRun, rule: Rule) -> tuple[dict[str, Subject], list[str]]:
    """The run's providers with all that `rule` asks to know of them, and the names taken from the registry of today."""
    subjects = subjects_of(run)
    wanted = {*rule.peers.columns, *rule.extras} - set(DERIVED)
    recorded = {*run.scoring_model.rule.peers.columns, *run.scoring_model.rule.extras}
    borrowed = sorted(wanted - recorded)
    if not borrowed:
        return subjects, []
    today = {
        code: present_attributes(values)
        for code, *values in Provider.objects.filter(code__in=list(subjects)).values_list("code", *REGISTRY)
    }
    filled = {
        code: replace(who, attributes={**who.attributes, **{name: today[code][name] for name in borrowed}})
        for code, who in subjects.items()
    }
    return filled, borrowed


def present_attributes(values: list[Any]) -> Mapping[str, str]:
    """A provider's registry row as attributes; of an external one the registry holds defaults, not knowledge."""
    known = dict(zip(REGISTRY, values, strict=True))
    if known["origin"] == ProviderOrigin.EXTERNAL:
        known = dict.fromkeys(REGISTRY, str(ProviderOrigin.EXTERNAL))
    return {**known, "track": known["provider_type"]}


def apply_rule(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    run: ScoreRun,
    field: Field,
    subjects: Mapping[str, Subject],
    *,
    draw: bool,
) -> Scored:
    """Score by `rule` what the run scored: its batches and corrections without the pairs that it left out. Facts are
    drawn anew only from what comes of `draw`. Raises EngineError."""
    pinned = inputs_of(run, subjects)
    facts: dict[str, Any] = {"files": pinned.files, "left_out": pinned.left_out}
    # Sizes are needed for the groups of the report even when the rule does not compare by size.
    asking = rule if "size" in rule.extras else replace(rule, extras=(*rule.extras, "size"))
    sums = run_sums(connection, rule, as_of=run.as_of, beside=sums_beside(asking), **facts)
    sums = keep_subjects(sums, subjects)
    attributes = describe_subjects(asking, sums, subjects)
    inputs = inputs_from_sums(rule, sums, columns_of(rule, attributes))
    external = np.array([subjects[str(code)].external for code in sums.subjects], dtype=np.bool_)
    return Scored(
        scores=score(rule, inputs),
        sums=sums,
        draws=run_draws(connection, sums, **facts) if draw else None,
        inputs=inputs,
        size=np.array([str(attributes[code]["size"]) for code in field.codes], dtype=object),
        ranked=~external,
    )
