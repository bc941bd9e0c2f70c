"""The engine's verdict on one request: filters, fit, seats."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from engine.fit import Fit, FitWeights, measure_fit
from engine.reasons import Reason
from engine.screen import Screen, screen_candidates
from engine.shortlist import Shortlist, choose_shortlist, explain_absence, reasons_for_and_against
from merchants.matching.features import Features, gather_features
from merchants.requests.models import HelpRequest

WEIGHTS = FitWeights()
SIZE = 5
NEWCOMER_SEATS = 1


def describe_weights() -> dict[str, Any]:
    """The setting behind a shortlist, as it is stored."""
    return {**asdict(WEIGHTS), "size": SIZE, "newcomer_seats": NEWCOMER_SEATS}


@dataclass(frozen=True)
class Verdict:
    """What the engine said about all candidates of one request."""

    features: Features
    screen: Screen
    fit: Fit
    shortlist: Shortlist

    @property
    def weights(self) -> dict[str, Any]:
        """The setting behind the verdict, as it is stored."""
        return describe_weights()


def judge(request: HelpRequest, *, today: date, also: int | None = None) -> Verdict:
    """Screen and measure all active providers (and provider `also`) for `request`, and fill the seats."""
    features = gather_features(request, today=today, also=also)
    screen = screen_candidates(features.need, features.candidates)
    fit = measure_fit(features.need, features.candidates, WEIGHTS)
    seats = choose_shortlist(fit, screen.eligible, features.newcomer, size=SIZE, newcomer_seats=NEWCOMER_SEATS)
    return Verdict(features, screen, fit, seats)


def explain_why_not(request: HelpRequest, provider_id: int, *, today: date) -> tuple[Reason, ...]:
    """Why a provider would not be on a shortlist made now; empty when it would be on it."""
    verdict = judge(request, today=today, also=provider_id)
    row = verdict.features.providers.tolist().index(provider_id)
    return explain_absence(verdict.fit, verdict.screen, verdict.shortlist, row)


def describe_reason(reason: Reason) -> dict[str, Any]:
    """A reason as it is stored: code and params, numbers at the precision that a page could show."""
    params = {name: round(value, 6) if isinstance(value, float) else value for name, value in reason.params.items()}
    return {"code": reason.code, "params": params}


def describe_row(features: Features, fit: Fit, row: int) -> dict[str, Any]:
    """The stored columns of one candidate."""
    pros, cons = reasons_for_and_against(fit, row)
    composite, lower, upper, *fives = (None if np.isnan(value) else value for value in features.cards[row].tolist())
    scores, lowers, uppers = (fives[start : start + 5] for start in (0, 5, 10))
    return {
        "fit": round(float(fit.total[row]), 9),
        "contributions": {name: round(float(values[row]), 9) for name, values in fit.contributions.items()},
        "reasons_for": [describe_reason(reason) for reason in pros],
        "reasons_against": [describe_reason(reason) for reason in cons],
        "spare_rooms": int(features.spare_rooms[row]),
        "composite": composite,
        "lower": lower,
        "upper": upper,
        "capability_scores": scores,
        "capability_lowers": lowers,
        "capability_uppers": uppers,
    }
