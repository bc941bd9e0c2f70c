"""A matching round from tables to assignment, totals and reasons: what `python -m engine match` runs.

result = run_match(rules, read_match_tables(requests, candidates, providers), mode="flow")
result.assignment   # Table: one row per request
result.reasons      # Table: for, against, why_not and filter reasons of every request
result.summary      # one line of totals
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.acceptance import AcceptanceResult, accept_deferred, find_blocking_pairs
from engine.arrays import BoolArray, FloatArray, IntArray, as_floats, missing_column
from engine.errors import EngineError
from engine.fit import Fit, measure_fit
from engine.flow import SCALE, FlowResult, assign_by_flow
from engine.match_rules import MatchRules
from engine.match_tables import CAPABILITY, MatchTables
from engine.reasons import SHOWN, Reason, round_params
from engine.screen import Screen, screen_candidates
from engine.shortlist import DECIMALS, reasons_for_and_against
from engine.tables import Table

MODES = ("flow", "acceptance")
FEATURES = ("stage_engagements", "category_engagements", "spare_rooms", "invitations", "price_minor")


@dataclass(frozen=True)
class MatchResult:
    """The round as tables and one line."""

    assignment: Table
    reasons: Table
    summary: str


@dataclass(frozen=True)
class _Round:
    """Pairs with what was measured of them; `fit` is None where the table brought the fit along, `utility` NaN
    without any."""

    tables: MatchTables
    screen: Screen
    fit: Fit | None
    utility: FloatArray


def run_match(rules: MatchRules, tables: MatchTables, *, mode: str = "flow") -> MatchResult:
    """Match all requests at once. Raises EngineError for tables that lack what the mode needs."""
    if mode not in MODES:
        raise EngineError(
            "unknown_mode",
            "There is no mode '%(mode)s'.",
            field="mode",
            remedy="Use one of: %(modes)s.",
            params={"mode": mode, "modes": ", ".join(MODES)},
        )
    screen = screen_candidates(tables.need(), tables.features())
    told, fit = tables.column("fit"), None
    size = len(tables.request)
    if told is None and (tables.names(CAPABILITY) or any(tables.column(name) is not None for name in FEATURES)):
        fit = measure_fit(tables.need(), tables.features(), rules.weights)
    utility = fit.total if fit else as_floats("fit", told, size)
    held = _Round(tables, screen, fit, utility)
    return _run_flow(rules, held) if mode == "flow" else _run_acceptance(held)


def keep_best(request: IntArray, utility: FloatArray, provider: IntArray, eligible: BoolArray, limit: int) -> IntArray:
    """Rows of the `limit` best eligible pairs of each request; equal utility is ordered by provider."""
    rows = np.flatnonzero(eligible)
    order = rows[np.lexsort((provider[rows], -np.round(utility[rows], DECIMALS), request[rows]))]
    requests = request[order]
    first = np.searchsorted(requests, requests)
    return np.sort(order[np.arange(len(order)) - first < limit]).astype(np.int64)


def _run_flow(rules: MatchRules, held: _Round) -> MatchResult:
    tables = held.tables
    if held.fit is None and tables.column("fit") is None:
        raise missing_column("fit")
    rows = keep_best(tables.request, held.utility, tables.provider, held.screen.eligible, rules.limit)
    result = assign_by_flow(
        request=tables.request[rows],
        provider=tables.provider[rows],
        utility=held.utility[rows],
        requests=len(tables.request_ids),
        capacity=tables.capacity,
        load=tables.load,
        newcomer=tables.newcomer,
        rules=rules.flow,
    )
    chosen = _chosen_rows(result, rows)
    own = np.where(chosen >= 0, held.utility[chosen], np.nan) if len(rows) else np.full(len(chosen), np.nan)
    assignment = {**_assignment(tables, result, chosen), "fit": np.round(own, SHOWN)}
    matched = result.provider.count()
    summary = (
        f"{matched} of {len(tables.request_ids)} requests matched, total utility {result.utility:.6f}, "
        f"objective {result.objective:.6f}, load Gini {result.gini:.3f}, {result.idle} idle"
    )
    floor = np.where(np.isnan(own), result.own_units / SCALE, own)
    return MatchResult(assignment, _reasons(held, result, chosen, floor), summary)


def _run_acceptance(held: _Round) -> MatchResult:
    tables = held.tables
    size = len(tables.request)
    theirs = tables.column("provider_rank")
    if theirs is None:
        raise missing_column("provider_rank")
    given = tables.column("request_rank")
    if given is None and held.fit is None and tables.column("fit") is None:
        raise missing_column("request_rank")
    mine = -np.round(held.utility, DECIMALS) if given is None else as_floats("request_rank", given, size)
    wanted = as_floats("provider_rank", theirs, size)
    rows = np.flatnonzero(held.screen.eligible & ~np.isnan(mine) & ~np.isnan(wanted))
    result = accept_deferred(
        request=tables.request[rows],
        provider=tables.provider[rows],
        request_rank=mine[rows],
        provider_rank=wanted[rows],
        requests=len(tables.request_ids),
        capacity=np.maximum(tables.capacity - tables.load, 0),
    )
    chosen = _chosen_rows(result, rows)
    assignment = _assignment(tables, result, chosen)
    for name, column in (("request_rank", mine), ("provider_rank", wanted)):
        if tables.column(name) is not None:
            assignment[name] = np.array([None if row < 0 else column[row] for row in chosen.tolist()], dtype=object)
    summary = (
        f"{result.provider.count()} of {len(tables.request_ids)} requests matched, "
        f"{len(find_blocking_pairs(result))} blocking pairs, load Gini {result.gini:.3f}, {result.idle} idle"
    )
    own = np.where(chosen >= 0, held.utility[chosen], -np.inf) if size else np.full(len(chosen), -np.inf)
    return MatchResult(assignment, _reasons(held, result, chosen, own), summary)


def _chosen_rows(result: FlowResult | AcceptanceResult, rows: IntArray | NDArray[np.intp]) -> IntArray:
    """Row of the candidates by which each request was matched; -1 without one."""
    pair = result.pair.filled(-1)
    return np.array([rows[at] if at >= 0 else -1 for at in pair.tolist()], dtype=np.int64)


def _assignment(tables: MatchTables, result: FlowResult | AcceptanceResult, chosen: IntArray) -> Table:
    names = [None if number is None else tables.provider_ids[number] for number in result.provider.tolist()]
    return {"request": tables.request_ids, "provider": np.array([*names, None], dtype=object)[:-1]}


def _reasons(held: _Round, result: FlowResult | AcceptanceResult, chosen: IntArray, own: FloatArray) -> Table:
    """Reasons in the order of the requests: for and against the one it got, why not each better-liked one."""
    rows = list(_tell(held, result, chosen, own))
    ids, names = held.tables.request_ids, held.tables.provider_ids
    return {
        "request": np.array([ids[request] for request, _, _, _ in rows], dtype=ids.dtype),
        "provider": np.array([names[provider] for _, provider, _, _ in rows], dtype=names.dtype),
        "kind": np.array([kind for _, _, kind, _ in rows], dtype=object),
        "code": np.array([reason.code for _, _, _, reason in rows], dtype=object),
        "params": np.array([json.dumps(_plain(reason)) for _, _, _, reason in rows], dtype=object),
    }


def _tell(
    held: _Round, result: FlowResult | AcceptanceResult, chosen: IntArray, own: FloatArray
) -> Iterator[tuple[int, int, str, Reason]]:
    tables = held.tables
    liked = ~held.screen.eligible & (held.utility > own[tables.request])
    excluded: dict[int, list[int]] = {}
    for row in np.flatnonzero(liked).tolist():
        excluded.setdefault(int(tables.request[row]), []).append(row)
    for request, row in enumerate(chosen.tolist()):
        if row >= 0 and held.fit is not None:
            provider = int(tables.provider[row])
            pros, cons = reasons_for_and_against(held.fit, row)
            yield from ((request, provider, "for", reason) for reason in pros)
            yield from ((request, provider, "against", reason) for reason in cons)
        for reason in result.why_not(request):
            yield request, int(str(reason.params["provider"])), "why_not", reason
        for row_out in sorted(excluded.get(request, []), key=lambda r: (-held.utility[r], tables.provider[r])):
            for reason in held.screen.reasons(row_out):
                yield request, int(tables.provider[row_out]), "filter", reason


def _plain(reason: Reason) -> dict[str, Any]:
    """Params of a reason, rounded, without the provider's number, which has its own column."""
    return {name: value for name, value in round_params(reason.params).items() if name != "provider"}
