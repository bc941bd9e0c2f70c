"""From the engine's arrays to rows: scorecards and peer groups of one run."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from common.copying import BOOL, INT2, INT4, INT8, Field, copy_rows, jsonb, text_array
from engine.evidence import REASONS
from engine.inputs import Inputs
from engine.intervals import Intervals
from engine.ledger import scores_digest
from engine.scoring import Scores
from engine.standings import rank_standings
from providers.enums import Capability
from scoring.capabilities.enums import CardStatus, MetricReason, NotAssessed
from scoring.capabilities.exclusion_models import Exclusion
from scoring.capabilities.exclusions import Exclusions
from scoring.capabilities.models import PeerGroup, Scorecard, ScoreRun
from scoring.capabilities.subjects import Subject

Floats = NDArray[np.float64]
METRIC_REASONS = {
    "": MetricReason.ASSESSED,
    "no_data": MetricReason.NO_DATA,
    "too_little_evidence": MetricReason.TOO_LITTLE_EVIDENCE,
    "too_few_merchants": MetricReason.TOO_FEW_MERCHANTS,
}
REASON_CODES = np.array([METRIC_REASONS.get(name, MetricReason.NO_DATA) for name in REASONS], dtype=np.int16)


@dataclass(frozen=True)
class Results:
    """One run's results before they are stored, and what went into them. `without_facts` are providers that the facts
    do not name."""

    scores: Scores
    inputs: Inputs
    intervals: Intervals
    subjects: Mapping[str, Subject]
    attributes: Mapping[str, Mapping[str, object]]
    without_facts: tuple[str, ...]
    merchants: Floats
    fact_count: int
    exclusions: Exclusions | None = None
    advanced_from: date | None = None

    @property
    def people(self) -> list[Subject]:
        """The subject of each row of the scores."""
        return [self.subjects[str(code)] for code in self.scores.subjects]

    @property
    def external(self) -> NDArray[np.bool_]:
        return np.array([who.external for who in self.people], dtype=np.bool_)

    @property
    def assessed(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.scores.composite)


def digest_results(results: Results) -> str:
    """SHA-256 (hex) over all scores, their intervals, who has no facts, and what was left out."""
    digest = hashlib.sha256(scores_digest(results.scores).encode())
    bounds = results.intervals
    for array in (bounds.lower, bounds.upper, bounds.rank_lower, bounds.rank_upper, bounds.capability_lower):
        digest.update(np.ascontiguousarray(np.round(array, 6) + 0.0).tobytes())
    digest.update("\n".join(results.without_facts).encode())
    if results.exclusions is not None:
        digest.update(results.exclusions.canonical().encode())
    return digest.hexdigest()


def rounded(bounds: Intervals) -> Intervals:
    """Bounds of scores to 4 decimals: the replicates are held in single precision, which is good for 5."""
    names = ("lower", "upper", "capability_lower", "capability_upper")
    return replace(bounds, **{name: np.round(getattr(bounds, name), 4) + 0.0 for name in names})


def store_results(run: ScoreRun, results: Results) -> None:
    """Write the run's peer groups, scorecards and exclusions; call it inside the transaction that finishes the run."""
    groups = store_peer_groups(run, results)
    cursor = connection.cursor()
    table = Scorecard._meta.db_table
    copy_rows(cursor.cursor, table, scored_fields(run, results, groups))
    if results.without_facts:
        copy_rows(cursor.cursor, table, unscored_fields(run, results))
    if results.exclusions:
        ids = {code: who.provider_id for code, who in results.subjects.items()}
        copy_rows(cursor.cursor, Exclusion._meta.db_table, results.exclusions.fields(run.pk, ids))


def store_peer_groups(run: ScoreRun, results: Results) -> list[int]:
    """Write the groups with their medians and quartiles; the primary key of each, in the engine's order."""
    scores = results.scores
    rows = []
    for number, name in enumerate(scores.groups.names):
        members = scores.groups.number == number
        first, median, third = quartiles(in_five(results, scores.capability[members], np.nan))
        rows.append(
            PeerGroup(
                run=run,
                name=name,
                size=int(members.sum()),
                assessed_count=int((members & results.assessed).sum()),
                composite_median=quartiles(scores.composite[members, np.newaxis])[1][0],
                capability_medians=median,
                capability_first_quartiles=first,
                capability_third_quartiles=third,
                value_medians=quartiles(scores.shrunk.value[members])[1],
                normalised_medians=quartiles(scores.normalised[members])[1],
            )
        )
    return [row.pk for row in PeerGroup.objects.bulk_create(rows)]


def quartiles(values: Floats) -> list[list[float | None]]:
    """First quartile, median and third quartile of each column, None where nothing is known."""
    columns = [column[~np.isnan(column)] for column in values.T]
    return [
        [float(np.quantile(column, share)) if len(column) else None for column in columns]
        for share in (0.25, 0.5, 0.75)
    ]


def in_five(results: Results, values: Floats, missing: float) -> Floats:
    """The model's capability columns in the order of `Capability.values`."""
    keys = [part.key for part in results.scores.model.capabilities]
    five = np.full((len(values), len(Capability.values)), missing)
    for index, key in enumerate(keys):
        five[:, Capability.values.index(key)] = values[:, index]
    return five


def rank_cards(results: Results) -> Floats:
    """The overall rank by the composite, NaN for external and unassessed providers; equal composites share it."""
    scores = results.scores
    placed = rank_standings(
        subject=scores.subjects.astype(str), score=scores.composite, order=("score",), left_out=results.external
    )
    return np.ma.filled(placed.place.astype(np.float64), np.nan)


def scored_fields(run: ScoreRun, results: Results, groups: Sequence[int]) -> list[Field]:
    """The columns of everybody whom the facts name."""
    scores, bounds, chosen = results.scores, results.intervals, results.scores.chosen
    people, assessed = results.people, results.assessed
    rank = rank_cards(results)
    ranked = ~np.isnan(rank)
    rank_known = ranked & ~np.isnan(bounds.rank_lower)
    gate_keys = np.array([gate.key for gate in scores.model.gates], dtype=object)
    weight = np.where(np.isnan(scores.capability), np.nan, scores.capability_weight)
    known = chosen.reason == 0
    return [
        *shared_fields(run, people, [results.attributes[str(code)] for code in scores.subjects]),
        Field("peer_group_id", np.array(groups, dtype=np.int64)[scores.groups.number], INT8),
        Field("status", [status_bytes(flag) for flag in assessed]),
        Field("reason", [b"" if flag else NotAssessed.TOO_FEW_CAPABILITIES.encode() for flag in assessed]),
        Field("composite", scores.composite),
        Field("lower", np.where(np.isnan(bounds.upper), np.nan, bounds.lower)),
        Field("upper", np.where(np.isnan(bounds.lower), np.nan, bounds.upper)),
        Field("exact", scores.composite_exact),
        Field("gate_effect", scores.gate_effect),
        Field("gates", [text_array(list(gate_keys[row])) for row in scores.bound]),
        Field("level", scores.level, INT2),
        Field("rank", rank, INT4),
        Field("rank_lower", np.where(rank_known, bounds.rank_lower, np.nan), INT4),
        Field("rank_upper", np.where(rank_known, bounds.rank_upper, np.nan), INT4),
        Field("metrics_assessed", known.sum(axis=1), INT2),
        Field("capability_scores", in_five(results, scores.capability, np.nan)),
        Field("capability_lowers", in_five(results, bounds.capability_lower, np.nan)),
        Field("capability_uppers", in_five(results, bounds.capability_upper, np.nan)),
        Field("capability_weights", in_five(results, weight, np.nan)),
        Field("capability_points", in_five(results, scores.capability_contribution, np.nan)),
        Field("raw", chosen.raw),
        Field("evidence", finite(chosen.evidence)),
        Field("merchants", finite(results.merchants)),
        Field("days", chosen.days, INT2),
        Field("reasons", REASON_CODES[chosen.reason], INT2),
        Field("shrunk", scores.shrunk.value),
        Field("winsorised", scores.winsorised),
        Field("normalised", scores.normalised),
        Field("weights", np.where(known, scores.metric_weight, np.nan)),
        Field("contributions", scores.contribution),
        Field("points", scores.points),
    ]


def unscored_fields(run: ScoreRun, results: Results) -> list[Field]:
    """The columns of active providers without any facts: not assessed, and nothing in the ledger."""
    codes = results.without_facts
    count, width = len(codes), len(results.scores.model.metrics)
    people = [results.subjects[code] for code in codes]
    five, ledger = np.full((count, len(Capability.values)), np.nan), np.full((count, width), np.nan)
    fives = ("capability_scores", "capability_lowers", "capability_uppers", "capability_weights", "capability_points")
    names = ("raw", "evidence", "merchants", "shrunk", "winsorised", "normalised", "weights", "contributions", "points")
    return [
        *shared_fields(run, people, [results.attributes[code] for code in codes]),
        Field("status", [status_bytes(False)] * count),
        Field("reason", [NotAssessed.NO_FACTS.encode()] * count),
        Field("gates", [text_array([])] * count),
        Field("metrics_assessed", np.zeros(count), INT2),
        *(Field(name, five) for name in fives),
        *(Field(name, ledger) for name in names),
        Field("days", np.zeros((count, width)), INT2),
        Field("reasons", np.full((count, width), MetricReason.NO_DATA), INT2),
    ]


def shared_fields(run: ScoreRun, people: Sequence[Subject], attributes: Sequence[Mapping[str, object]]) -> list[Field]:
    """What every card has."""
    written: dict[tuple[tuple[str, object], ...], bytes] = {}
    texts: list[bytes | None] = []
    for known in attributes:
        items = tuple(sorted(known.items()))
        if items not in written:
            written[items] = jsonb(json.dumps(dict(items), ensure_ascii=False))
        texts.append(written[items])
    return [
        Field("run_id", np.full(len(people), run.pk, dtype=np.int64), INT8),
        Field("provider_id", np.array([who.provider_id for who in people], dtype=np.int64), INT8),
        Field("external", np.array([who.external for who in people], dtype=np.int8), BOOL),
        Field("attributes", texts),
    ]


def status_bytes(assessed: Any) -> bytes:
    """The card's status as a field body."""
    return (CardStatus.ASSESSED if assessed else CardStatus.NOT_ASSESSED).encode()


def finite(values: Floats) -> Floats:
    """Infinity means "does not apply" in the engine and is NULL here."""
    return np.where(np.isinf(values), np.nan, values)
