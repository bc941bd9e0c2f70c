"""Fit: how well each candidate answers a help request, 0 to 1, as a sum of named contributions.

    need = Need(capabilities={"live_operations": 3, "supply_chain": 1}, budget_minor=500_000, rooms=1)
    candidates = Candidates(provider=ids, capabilities={"live_operations": lower_bounds, ...}, spare_rooms=..., ...)
    fit = measure_fit(need, candidates)                # Fit; total[i] is the sum of the named contributions of row i
    fit.contributions["capability:supply_chain"]       # one array per name

Who is excluded before fit counts is told by `engine.screen`; the shortlist and its reasons come from
`engine.shortlist`.

A row is a candidate for one request. Values of the request may be single numbers (one request against all providers) or
arrays with one value per row (many requests at once). NaN always means "not assessed" or "not known": such a part
contributes a neutral half of its weight and says so; it is never read as 0 and never as full. A number 0 is evidence
of nothing done.

Components, each 0 to 1 (`docs/matching.md` has the formulas): `capability:<name>` the lower confidence bound of the
capability score over 100, weighted by need; `stage_experience`; `category_record`; `trader_load`; `response_record`;
`price`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import BoolArray, FloatArray, as_flags, as_floats
from engine.errors import EngineError

NEUTRAL = 0.5  # what a part that is not assessed contributes, as a share of its weight


@dataclass(frozen=True)
class FitWeights:
    """Weights of the components; they must sum to 1. `stage_half` engagements give half of the stage experience; the
    records of category and response are shrunk to neutral with the weight of `record_prior` cases."""

    capability: float = 0.45
    stage_experience: float = 0.15
    category_record: float = 0.15
    trader_load: float = 0.10
    response_record: float = 0.10
    price: float = 0.05
    stage_half: float = 3.0
    record_prior: float = 5.0

    def __post_init__(self) -> None:
        """Raise EngineError unless the weights are not negative and sum to 1."""
        weights = [getattr(self, name) for name in COMPONENTS]
        if min(weights) < 0 or abs(sum(weights) - 1) > 1e-9:
            raise EngineError(
                "bad_fit_weights",
                "The fit weights sum to %(sum)s.",
                field="weights",
                remedy="Give weights of at least 0 that sum to 1.",
                params={"sum": round(sum(weights), 9)},
            )
        if self.stage_half <= 0 or self.record_prior <= 0:
            raise EngineError(
                "bad_fit_weights",
                "A prior of the fit is not positive.",
                field="weights",
                remedy="Give stage_half and record_prior numbers above 0.",
            )


COMPONENTS = ("capability", "stage_experience", "category_record", "trader_load", "response_record", "price")


@dataclass(frozen=True)
class Need:
    """What a request asks: how much each capability matters (any scale; all zero or empty: all alike), its budget in
    minor units of money (None or NaN: open) and the live rooms it needs at once."""

    capabilities: Mapping[str, ArrayLike] = field(default_factory=dict)
    budget_minor: ArrayLike | None = None
    rooms: ArrayLike = 1


@dataclass(frozen=True)
class Candidates:
    """Candidates of a request, one entry per row; every column but `provider` may be left out (not known).

    `capabilities`: lower confidence bounds, 0-100. `stage_engagements`: engagements completed with merchants at the
    request's stage. `category_engagements`: completed in its category, of which `category_kept` is the share of
    promises kept (0-1). `spare_rooms` of `room_capacity` live rooms are free. `answered` of `invitations` were
    answered in time. `price_minor`: the provider's usual price for such work. `newcomer`: has a right to the
    newcomers' seat. The rest feeds the filters: `admitted`, `conduct_clear`, `documents_valid`, `serves_category`,
    `serves_region` (default yes), `conflict_of_interest`, `declined_before`, `on_leave` (default no).
    """

    provider: ArrayLike
    capabilities: Mapping[str, ArrayLike] = field(default_factory=dict)
    stage_engagements: ArrayLike | None = None
    category_engagements: ArrayLike | None = None
    category_kept: ArrayLike | None = None
    spare_rooms: ArrayLike | None = None
    room_capacity: ArrayLike | None = None
    invitations: ArrayLike | None = None
    answered: ArrayLike | None = None
    price_minor: ArrayLike | None = None
    newcomer: ArrayLike | None = None
    admitted: ArrayLike | None = None
    conduct_clear: ArrayLike | None = None
    documents_valid: ArrayLike | None = None
    serves_category: ArrayLike | None = None
    serves_region: ArrayLike | None = None
    conflict_of_interest: ArrayLike | None = None
    declined_before: ArrayLike | None = None
    on_leave: ArrayLike | None = None

    def __len__(self) -> int:
        return len(np.asarray(self.provider))

    def floats(self, name: str) -> FloatArray:
        """A number column; NaN where unknown. Raises EngineError for a wrong length or text."""
        return as_floats(name, getattr(self, name), len(self))

    def flags(self, name: str, *, default: bool) -> BoolArray:
        """A yes-or-no column, `default` where unknown."""
        return as_flags(name, getattr(self, name), len(self), default=default)


@dataclass(frozen=True)
class Fit:
    """Fit of all rows. `values[name]` is the component 0-1 (NaN: not assessed), `weights[name]` its weight (a number,
    or one per row) and `contributions[name]` what it adds to `total`. `evidence[name]` holds what a reason tells
    about it."""

    provider: NDArray[Any]
    total: FloatArray
    contributions: Mapping[str, FloatArray]
    values: Mapping[str, FloatArray]
    weights: Mapping[str, FloatArray]
    evidence: Mapping[str, Mapping[str, FloatArray]]


def measure_fit(need: Need, candidates: Candidates, weights: FitWeights | None = None) -> Fit:
    """Fit of every candidate. The contributions sum to `total` in [0, 1]. Raises EngineError for columns that do not
    fit together, a capability without its column, or a score outside 0-100."""
    chosen = weights or FitWeights()
    size = len(candidates)
    values: dict[str, FloatArray] = {}
    shares: dict[str, FloatArray] = {}
    evidence: dict[str, Mapping[str, FloatArray]] = {}
    for name, share in share_needs(need, candidates).items():
        points = check_points(name, candidates, size)
        values[f"capability:{name}"] = points / 100
        shares[f"capability:{name}"] = chosen.capability * share
        evidence[f"capability:{name}"] = {"points": points, "need": share}
    if not values:
        values["capability"], shares["capability"] = np.full(size, np.nan), np.full(size, chosen.capability)
        evidence["capability"] = {}
    for name, (value, told) in _measure_records(need, candidates, chosen).items():
        values[name] = value
        shares[name] = np.full(size, float(getattr(chosen, name)))
        evidence[name] = told
    contributions = {name: shares[name] * np.where(np.isnan(value), NEUTRAL, value) for name, value in values.items()}
    total = np.sum(list(contributions.values()), axis=0)
    return Fit(np.asarray(candidates.provider), total, contributions, values, shares, evidence)


def share_needs(need: Need, candidates: Candidates) -> dict[str, FloatArray]:
    """Share of each capability in the request, one value per row, summing to 1. Raises EngineError for a negative
    need or a capability the candidates have no column for."""
    size = len(candidates)
    names = list(need.capabilities) or list(candidates.capabilities)
    for name in names:
        if name not in candidates.capabilities:
            raise EngineError(
                "unknown_capability",
                "The request asks for %(capability)s, of which the candidates have no score.",
                field=f"capabilities.{name}",
                remedy="Give the column, with empty values where it is not assessed.",
                params={"capability": name},
            )
    wanted = [per_row(f"capabilities.{name}", need.capabilities.get(name, 1.0), size) for name in names]
    if any((~(amount >= 0)).any() for amount in wanted):
        raise EngineError(
            "bad_need",
            "A capability need is negative or missing.",
            field="capabilities",
            remedy="Give 0 for a capability that does not matter.",
        )
    if not names:
        return {}
    total = np.sum(wanted, axis=0)
    even = 1.0 / len(names)
    return {
        name: np.where(total > 0, amount / np.where(total > 0, total, 1.0), even)
        for name, amount in zip(names, wanted, strict=True)
    }


def check_points(name: str, candidates: Candidates, size: int) -> FloatArray:
    """The capability's column. Raises EngineError for points outside 0-100."""
    points = as_floats(f"capabilities.{name}", candidates.capabilities[name], size)
    if ((points < 0) | (points > 100)).any():
        raise EngineError(
            "score_out_of_range",
            "The capability %(capability)s has a score outside 0 to 100.",
            field=f"capabilities.{name}",
            remedy="Give points from 0 to 100 and leave out what is not assessed.",
            params={"capability": name},
        )
    return points


def per_row(name: str, value: ArrayLike | None, size: int) -> FloatArray:
    """A request's value for every row: a single number is repeated, None is NaN."""
    if value is None or np.ndim(value) == 0:
        return np.full(size, np.nan if value is None else float(np.asarray(value)))
    return as_floats(name, value, size)


def _measure_records(
    need: Need, candidates: Candidates, weights: FitWeights
) -> dict[str, tuple[FloatArray, dict[str, FloatArray]]]:
    """Value 0-1 and evidence of the components beside the capabilities."""
    size = len(candidates)
    stage = candidates.floats("stage_engagements")
    done, kept = candidates.floats("category_engagements"), candidates.floats("category_kept")
    spare, capacity = candidates.floats("spare_rooms"), candidates.floats("room_capacity")
    invitations, answered = candidates.floats("invitations"), candidates.floats("answered")
    price, budget = candidates.floats("price_minor"), per_row("budget_minor", need.budget_minor, size)
    return {
        "stage_experience": (stage / (stage + weights.stage_half), {"engagements": stage}),
        "category_record": (
            _shrink(kept * done, done, weights.record_prior),
            {"engagements": done, "kept": kept},
        ),
        "trader_load": (
            np.clip(spare / np.where(capacity > 0, capacity, np.nan), 0, 1),
            {"spare": spare, "capacity": capacity},
        ),
        "response_record": (
            _shrink(answered, invitations, weights.record_prior),
            {"answered": answered, "invitations": invitations},
        ),
        "price": (
            np.clip(1 - price / np.where(budget > 0, budget, np.nan), 0, 1),
            {"price_minor": price, "budget_minor": budget},
        ),
    }


def _shrink(successes: FloatArray, cases: FloatArray, prior: float) -> FloatArray:
    """Share of successes drawn to neutral by `prior` cases; NaN without a case (nothing known either way)."""
    share = (successes + prior * NEUTRAL) / (cases + prior)
    return np.where(cases > 0, share, np.nan)
