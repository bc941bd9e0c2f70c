"""Matching: one shortlist among 20,000 providers, and a round of 100,000 requests, against other ways to assign."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from bench.measure import Measured, measure
from bench.tables import Result
from engine.acceptance import accept_deferred
from engine.fit import Candidates, Need, measure_fit
from engine.flow import SCALE, FlowRules, assign_by_flow
from engine.screen import screen_candidates
from engine.shortlist import choose_shortlist, reasons_for_and_against
from providers.enums import Capability

REQUESTS, PROVIDERS, CANDIDATES = 100_000, 10_000, 50
SMALL = (10_000, 2_000)
LISTED = 20_000
REPEATS = 15
SEED = 20220616
PLACES = 20  # the most that one provider has; half of it on average, so that places are as scarce as requests
MB = 1024**2
# Without tiers and reserve, as the other ways know neither.
PLAIN = FlowRules(tiers=((1.0, 0.0),), newcomer_places=0)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Market:
    """Pairs with their utility in millionths, and the places of each provider."""

    request: Ints
    provider: Ints
    units: Ints
    capacity: Ints
    requests: int


def run(rows: int | None = None) -> Result:
    """`rows` is the number of requests of the large round."""
    large, small = (rows or REQUESTS, PROVIDERS), SMALL
    shortlist = time_shortlist()
    found = {
        "flow": measure(by_flow, *large),
        "tiers": measure(by_tiers, *large),
        "greedy": measure(by_greed, *large),
        "acceptance": measure(by_acceptance, *large),
        "small_flow": measure(by_flow, *small),
        "small_scipy": measure(by_scipy, *small),
    }
    if found["small_flow"].value != found["small_scipy"].value:
        raise RuntimeError(f"two optima differ: {found['small_flow'].value} and {found['small_scipy'].value}")
    return describe(large, shortlist, found)


def make_market(requests: int, providers: int) -> Market:
    """Each request has CANDIDATES different providers; good providers are good for many."""
    rng = np.random.default_rng(SEED)
    skill = rng.beta(4, 3, providers)
    first = rng.integers(0, providers, requests)
    step = rng.integers(1, providers // CANDIDATES, requests)
    provider = (first[:, None] + step[:, None] * np.arange(CANDIDATES)) % providers
    utility = np.clip(skill[provider] + rng.normal(0, 0.1, provider.shape), 0, 1)
    return Market(
        request=np.repeat(np.arange(requests), CANDIDATES),
        provider=provider.ravel().astype(np.int64),
        units=np.rint(utility * SCALE).astype(np.int64).ravel(),
        capacity=rng.integers(1, PLACES, providers),
        requests=requests,
    )


def assign(market: Market, rules: FlowRules) -> tuple[int, int, float]:
    result = assign_by_flow(
        request=market.request,
        provider=market.provider,
        utility=market.units / SCALE,
        requests=market.requests,
        capacity=market.capacity,
        rules=rules,
    )
    return result.units, int(result.provider.count()), result.gini


def by_flow(requests: int, providers: int) -> tuple[float, int, int]:
    """Seconds, total in millionths, requests matched: the optimum without penalties."""
    return timed(partial(assign, rules=PLAIN), make_market(requests, providers))


def by_tiers(requests: int, providers: int) -> tuple[float, int, int]:
    """The portal's own setting: tiers of load."""
    return timed(partial(assign, rules=FlowRules()), make_market(requests, providers))


def by_greed(requests: int, providers: int) -> tuple[float, int, int]:
    """The best pair that is left, again and again."""
    return timed(take_best, make_market(requests, providers))


def by_acceptance(requests: int, providers: int) -> tuple[float, int, int]:
    """Deferred acceptance: both sides rank by the same utility."""
    return timed(accept, make_market(requests, providers))


def by_scipy(requests: int, providers: int) -> tuple[float, int, int]:
    """SciPy's bipartite matching: a column for each place, and one for each request that stays without."""
    return timed(match_fully, make_market(requests, providers))


def timed(work: Callable[[Market], tuple[int, int, float]], market: Market) -> tuple[float, int, int]:
    started = time.perf_counter()
    units, matched, _gini = work(market)
    return time.perf_counter() - started, units, matched


def take_best(market: Market) -> tuple[int, int, float]:
    """Greedy by falling utility, in plain Python: who is left takes a place that is left."""
    places = market.capacity.tolist()
    waiting = [True] * market.requests
    units = matched = 0
    order = np.argsort(-market.units, kind="stable")
    columns = (market.request[order].tolist(), market.provider[order].tolist(), market.units[order].tolist())
    for request, provider, gain in zip(*columns, strict=True):
        if waiting[request] and places[provider]:
            waiting[request] = False
            places[provider] -= 1
            units, matched = units + gain, matched + 1
    return units, matched, 0.0


def accept(market: Market) -> tuple[int, int, float]:
    result = accept_deferred(
        request=market.request,
        provider=market.provider,
        request_rank=-market.units,
        provider_rank=-market.units,
        requests=market.requests,
        capacity=market.capacity,
    )
    chosen = result.pair.compressed()
    return int(market.units[chosen].sum()), len(chosen), result.gini


def match_fully(market: Market) -> tuple[int, int, float]:
    first = np.concatenate([[0], np.cumsum(market.capacity)])
    width = market.capacity[market.provider]
    rows = np.repeat(market.request, width)
    start = np.repeat(first[market.provider], width)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(width) - width, width)
    places = int(first[-1])
    everybody = np.arange(market.requests)
    shift = 10 * SCALE  # a 0 would be no edge at all; every request takes exactly one column
    matrix = csr_matrix(
        (
            np.concatenate([shift + np.repeat(market.units, width), np.full(market.requests, shift)]).astype(
                np.float64
            ),
            (np.concatenate([rows, everybody]), np.concatenate([start + offset, places + everybody])),
        ),
        shape=(market.requests, places + market.requests),
    )
    taken, column = min_weight_full_bipartite_matching(matrix, maximize=True)
    matched = int((column < places).sum())
    total = np.asarray(matrix[taken, column]).sum() - shift * market.requests
    return round(float(total)), matched, 0.0


def time_shortlist() -> float:
    """Median seconds of filters, fit, seats and reasons of one request among LISTED providers."""
    rng = np.random.default_rng(SEED)

    def counts(high: int) -> NDArray[np.float64]:
        return rng.integers(0, high, LISTED).astype(np.float64)

    candidates = Candidates(
        provider=np.arange(LISTED),
        capabilities={name: rng.uniform(0, 100, LISTED) for name in Capability.values},
        stage_engagements=counts(10),
        category_engagements=counts(10),
        category_kept=rng.uniform(0, 1, LISTED),
        spare_rooms=counts(6),
        room_capacity=counts(6) + 6,
        invitations=counts(20) + 20,
        answered=counts(20),
        price_minor=rng.uniform(1e5, 1e6, LISTED),
        newcomer=rng.random(LISTED) < 0.1,
        serves_category=rng.random(LISTED) < 0.5,
        on_leave=rng.random(LISTED) < 0.05,
    )
    need = Need(capabilities=dict.fromkeys(Capability.values, 1.0), budget_minor=800_000, rooms=1)

    def make() -> None:
        screen = screen_candidates(need, candidates)
        fit = measure_fit(need, candidates)
        for row in choose_shortlist(fit, screen.eligible, candidates.newcomer).rows.tolist():
            reasons_for_and_against(fit, row)

    make()
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        make()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def describe(large: tuple[int, int], shortlist: float, found: dict[str, Measured]) -> Result:
    """The table."""
    labels = {
        "flow": f"min-cost flow, {large[0]:,} x {large[1]:,}",
        "tiers": "the same with tiers of load",
        "greedy": "greedy",
        "acceptance": "deferred acceptance",
        "small_flow": f"min-cost flow, {SMALL[0]:,} x {SMALL[1]:,}",
        "small_scipy": "SciPy's bipartite matching",
    }
    best = {name: found["small_flow" if name.startswith("small") else "flow"].value[1] for name in found}
    figures: dict[str, float] = {"shortlist_ms": round(1000 * shortlist, 2)}
    rows = []
    for name, label in labels.items():
        seconds, units, matched = found[name].value
        peak = found[name].peak / MB
        share = units / best[name]
        rows.append((label, f"{seconds:.2f}", f"{peak:,.0f}", f"{matched:,}", f"{units / SCALE:,.6f}", f"{share:.4f}"))
        figures |= {
            f"{name}_seconds": round(seconds, 2),
            f"{name}_peak_megabytes": round(peak),
            f"{name}_matched": matched,
            f"{name}_share_of_optimum": round(share, 6),
        }
    return Result(
        name="matching",
        title="Matching",
        head=("Round", "seconds", "peak MB", "matched", "total utility", "share of the optimum"),
        rows=rows,
        figures=figures,
        notes=(
            f"Every request has {CANDIDATES} candidates; providers have 1 to {PLACES - 1} places, together about as "
            "many as there are requests in the large round. Each line in a process of its own; the seconds are without "
            "making the market, the memory is with it.",
            "Flow and SciPy reach the same total to the millionth. Greedy is a plain loop over the sorted pairs; in "
            "deferred acceptance both sides rank by the utility, so that it differs from greedy in ties alone.",
            f"One shortlist among {LISTED:,} providers (filters, fit, seats, reasons), in the engine: "
            f"{1000 * shortlist:.1f} ms, the median of {REPEATS}.",
        ),
    )
