"""The work of a preview: fit and filters of every request on one reading of the providers, then the flow, then why.

The columns of one request are dropped before the next one's are made, and made again for those that are told about:
a thousand requests over twenty thousand providers would not fit into memory at once.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from django.utils.translation import gettext_noop as _

from engine.arrays import IntArray
from engine.fit import Fit, measure_fit
from engine.flow import SCALE
from engine.reasons import Reason
from engine.round import RoundResult, assign_in_classes
from engine.screen import Screen, screen_candidates
from engine.shortlist import choose_shortlist, pick_top
from merchants.clocks import business_day
from merchants.matching.enums import Seat
from merchants.matching.features import Features, ask_field
from merchants.matching.field import Field, read_field
from merchants.matching.judge import NEWCOMER_SEATS, SIZE, WEIGHTS, describe_reason, describe_row, describe_weights
from merchants.matching.selectors import offered_rooms
from merchants.requests.models import HelpRequest
from merchants.rounds.models import MatchRound
from merchants.rounds.rules import list_settings, make_rules

# What people read while they wait; the page translates them.
READING, MEASURING, SOLVING, EXPLAINING = (
    _("Read providers"),
    _("Measure the fit"),
    _("Assign by every setting"),
    _("Write the reasons"),
)
LOADS = (0.0, 0.25, 0.5, 0.75)  # a provider's load stands above one of these shares of its rooms, or is none


class Reports(Protocol):
    """Whom the work tells how far it is."""

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        """A safe point."""


@dataclass(frozen=True)
class Preview:
    """What a round would do: its figures as `MatchRound` keeps them, and the columns of each place."""

    figures: Mapping[str, Any]
    places: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Measured:
    """Pairs of all requests with their fit, and by request what is stored with its place."""

    request: IntArray
    row: IntArray
    fit: Any
    told: Sequence[Mapping[str, Any]]


def compute_preview(
    match_round: MatchRound, requests: Sequence[HelpRequest], *, now: datetime, progress: Reports
) -> Preview:
    """The preview of a round over `requests`; reads the database, writes nothing. Raises EngineError."""
    settings = list_settings(match_round.newcomer_places)
    total = 2 * len(requests) + len(settings) + 1
    progress.report(0, total, READING)
    field = read_field(requests, today=business_day(now))
    offered = offered_rooms()
    load = field.room_capacity - field.spare_rooms + [offered.get(pk, 0) for pk in field.providers.tolist()]
    measured = measure_requests(field, requests, match_round.candidate_limit, progress)

    def assign(balance: str, newcomer_places: int) -> RoundResult:
        return assign_in_classes(
            request=measured.request,
            provider=measured.row,
            utility=measured.fit,
            rooms=np.array([request.rooms for request in requests], dtype=np.int64),
            capacity=field.room_capacity.astype(np.int64),
            load=load.astype(np.int64),
            newcomer=field.newcomer,
            rules=make_rules(balance, newcomer_places),
        )

    progress.report(len(requests) + 1, total, SOLVING)
    result = assign(match_round.balance, match_round.newcomer_places)
    costs = []
    for number, setting in enumerate(settings, start=1):
        costs.append({"balance": setting[0], "newcomer_places": setting[1], **describe_result(assign(*setting), field)})
        progress.report(len(requests) + 1 + number, total, SOLVING)
    places = []
    for number, request in enumerate(requests):
        progress.report(len(requests) + len(settings) + 1 + number, total, EXPLAINING)
        places.append({**measured.told[number], **explain_place(field, request, result, number)})
    figures = {
        "as_of": now,
        "score_run_id": field.score_run_id,
        "digest": digest_of(match_round, measured, load),
        "request_count": len(requests),
        "utility_units": result.units,
        "gini_before": round(result.gini_before, 9),
        "idle_before": result.idle_before,
        "costs": costs,
        "loads": {
            "before": count_loads(result.load_before, result.capacity),
            "after": count_loads(result.load, result.capacity),
        },
        **{FIGURE_NAMES[name]: value for name, value in describe_result(result, field).items()},
    }
    return Preview(figures, places)


FIGURE_NAMES = {
    "matched": "matched_count",
    "mean_fit": "mean_fit",
    "gini": "gini_after",
    "idle": "idle_after",
    "newcomers": "newcomer_count",
}


def describe_result(result: RoundResult, field: Field) -> dict[str, Any]:
    """What one setting gives, as plain numbers."""
    served = np.unique(result.provider.compressed())
    return {
        "matched": result.matched,
        "mean_fit": None if result.mean is None else round(result.mean, 9),
        "gini": round(result.gini, 9),
        "idle": result.idle,
        "newcomers": int(field.newcomer[served].sum()) if len(served) else 0,
    }


def measure_requests(field: Field, requests: Sequence[HelpRequest], limit: int, progress: Reports) -> Measured:
    """Screen and measure every request, and keep its best `limit` pairs."""
    rows: list[IntArray] = []
    fits: list[Any] = []
    told: list[dict[str, Any]] = []
    for number, request in enumerate(requests):
        progress.report(number + 1, phase=MEASURING)
        features, screen, fit = judge_request(field, request)
        best = pick_top(fit, screen.eligible, limit=limit)
        rows.append(best)
        fits.append(fit.total[best])
        told.append(
            {
                "request_id": request.pk,
                "request_version": request.version,
                "digest": features.digest(request, describe_weights()),
                "considered": len(features.providers),
                "eligible": int(screen.eligible.sum()),
                "excluded": {name: count for name, count in screen.counts().items() if count},
            }
        )
    owners = np.repeat(np.arange(len(requests)), [len(best) for best in rows])
    return Measured(
        owners.astype(np.int64),
        np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64),
        np.concatenate(fits) if fits else np.zeros(0),
        told,
    )


def judge_request(field: Field, request: HelpRequest) -> tuple[Features, Screen, Fit]:
    """The columns of one request, its filters and its fit."""
    features = ask_field(field, request)
    screen = screen_candidates(features.need, features.candidates)
    return features, screen, measure_fit(features.need, features.candidates, WEIGHTS)


def explain_place(field: Field, request: HelpRequest, result: RoundResult, number: int) -> dict[str, Any]:
    """Whom the request gets, the others who could be asked after, and why not those it would have liked better."""
    why_not = [describe_liked(field, reason) for reason in result.why_not(number)]
    got = result.provider.filled(-1)[number]
    if got < 0:
        return {"provider_id": None, "fit": None, "candidates": [], "why_not": why_not}
    features, screen, fit = judge_request(field, request)
    others = choose_shortlist(
        fit,
        screen.eligible & ~field.mark([got]),
        features.newcomer,
        size=SIZE - 1,
        newcomer_seats=0 if features.newcomer[got] else NEWCOMER_SEATS,
    )
    seats = [(int(got), Seat.ROUND.value), *zip(others.rows.tolist(), others.seats, strict=True)]
    candidates = [
        {"provider_id": int(field.providers[row]), "seat": seat, **describe_row(features, fit, row)}
        for row, seat in seats
    ]
    return {
        "provider_id": candidates[0]["provider_id"],
        "fit": candidates[0]["fit"],
        "candidates": candidates,
        "why_not": why_not,
    }


def describe_liked(field: Field, reason: Reason) -> dict[str, Any]:
    """A reason of the flow as it is stored, with the provider's key in place of its row."""
    stored = describe_reason(reason)
    params = stored["params"]
    return {**stored, "params": {**params, "provider": int(field.providers[params["provider"]])}}


def count_loads(load: IntArray, capacity: IntArray) -> list[int]:
    """How many providers with capacity carry nothing, and how many more than each share of LOADS."""
    shares = load[capacity > 0] / capacity[capacity > 0]
    steps = np.searchsorted(np.array(LOADS), shares, side="left")
    return [int(count) for count in np.bincount(steps, minlength=len(LOADS) + 1)]


def digest_of(match_round: MatchRound, measured: Measured, load: Any) -> str:
    """SHA-256 (hex) over the settings, the digest of every request and the load of every provider."""
    rules = make_rules(match_round.balance, match_round.newcomer_places)
    asked = {
        "tiers": rules.tiers,
        "newcomer_places": rules.newcomer_places,
        "newcomer_bonus": rules.newcomer_bonus,
        "unmatched": rules.unmatched,
        "limit": match_round.candidate_limit,
        "scale": SCALE,
        "requests": [[told["request_id"], told["digest"]] for told in measured.told],
        "load": np.asarray(load).astype(int).tolist(),
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
