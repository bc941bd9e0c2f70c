"""Batch round: all open requests at once, to the greatest total utility that exists, by min-cost flow.

    result = assign_by_flow(
        request=[0, 0, 1], provider=[0, 1, 0], utility=[0.9, 0.8, 0.7], requests=2,   # pairs by number, from 0
        capacity=[1, 5], load=[0, 2], newcomer=[False, True], rules=FlowRules(),
    )
    result.provider.tolist()     # provider of each request; None is unmatched
    result.utility               # sum over the assigned pairs; result.objective also counts penalties and bonuses
    result.load, result.gini, result.idle
    result.why_not(request)      # one Reason for each provider that the request would have liked better

Utilities become integers (millionths), so that the optimum is exact and the same everywhere. The network: every
request sends one unit, over a pair to a provider or straight to the sink (unmatched); a provider passes its units on
over tiers that cost more the fuller it is; a newcomer's first places earn a bonus instead, its reserve. Costs rise
from tier to tier, so the flow fills them in order and the optimum is that of the convex penalty.

Codes of `why_not` (params `provider`, `utility`, `own_utility`): `flow.full` (`capacity`, `least_utility`: everybody
there is worth at least as much), `flow.margin` (`least_utility`: somebody there is worth less, but the total would
lose more by moving them), `flow.load_tier` (`penalty`: the provider's next place costs more than the gain),
`flow.equal_total` (taking it would leave the total as it is).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from engine.arrays import BoolArray, FloatArray, IntArray, Places, as_flags, as_floats
from engine.errors import EngineError
from engine.pairs import Pairs, check_capacity, measure_gini, read_assignment, sort_pairs
from engine.reasons import Param, Reason

SCALE = 1_000_000


@dataclass(frozen=True)
class FlowRules:
    """`tiers`: (share of the capacity up to which a tier reaches, penalty in utility for each place in it), both
    rising, the last share 1. A newcomer's first `newcomer_places` earn `newcomer_bonus` each. `unmatched` is the
    utility of leaving a request without a provider."""

    tiers: Sequence[tuple[float, float]] = ((0.6, 0.0), (0.8, 0.05), (1.0, 0.15))
    newcomer_places: int = 1
    newcomer_bonus: float = 0.05
    unmatched: float = 0.0

    def __post_init__(self) -> None:
        """Raise EngineError unless shares and penalties rise and the bonus is not negative."""
        shares, penalties = [share for share, _ in self.tiers], [penalty for _, penalty in self.tiers]
        rising = shares == sorted(set(shares)) and penalties == sorted(penalties) and bool(shares)
        if not rising or shares[0] <= 0 or shares[-1] != 1 or penalties[0] < 0:
            raise EngineError(
                "bad_tiers",
                "The load tiers do not rise to the whole capacity.",
                field="tiers",
                remedy="Give shares that rise to 1 and penalties of at least 0 that do not fall.",
            )
        if self.newcomer_places < 0 or self.newcomer_bonus < 0:
            raise EngineError(
                "bad_reserve",
                "The newcomers' reserve is negative.",
                field="newcomer_places",
                remedy="Give a number of places and a bonus of at least 0.",
            )


@dataclass(frozen=True)
class FlowResult:
    """The optimal assignment. `units` and `objective_units` are its utility in millionths, exact."""

    provider: Places
    pair: Places
    units: int
    objective_units: int
    load: IntArray
    capacity: IntArray
    pairs: Pairs
    pair_units: IntArray
    own_units: IntArray
    next_penalty: IntArray
    released: IntArray
    least_units: IntArray

    @property
    def utility(self) -> float:
        """Sum of the utilities of the assigned pairs."""
        return self.units / SCALE

    @property
    def objective(self) -> float:
        """What was maximised: utility less load penalties plus newcomers' bonuses plus the utility of the unmatched."""
        return self.objective_units / SCALE

    @property
    def gini(self) -> float:
        """Gini coefficient of the load after the round, over providers with capacity."""
        return measure_gini(self.load[self.capacity > 0])

    @property
    def idle(self) -> int:
        """Providers with capacity and without any load after the round."""
        return int(((self.load == 0) & (self.capacity > 0)).sum())

    def why_not(self, request: int) -> tuple[Reason, ...]:
        """Why each provider that `request` values more than what it got was not the one; the best first."""
        rows = np.arange(len(self.pairs.request))[self.pairs.of(request)]
        better = rows[self.pair_units[rows] > self.own_units[request]]
        best_first = better[np.lexsort((self.pairs.provider[better], -self.pair_units[better]))]
        return tuple(self._explain(request, int(row)) for row in best_first)

    def _explain(self, request: int, row: int) -> Reason:
        provider = int(self.pairs.provider[row])
        own, wanted = int(self.own_units[request]), int(self.pair_units[row])
        params: dict[str, Param] = {"provider": provider, "utility": wanted / SCALE, "own_utility": own / SCALE}
        if self.load[provider] < self.capacity[provider]:
            penalty = int(self.next_penalty[provider])
            gain = wanted - penalty - (own - int(self.released[request]))
            code = "flow.equal_total" if gain == 0 else "flow.load_tier"
            return Reason(code, False, {**params, "penalty": penalty / SCALE})
        least = int(self.least_units[provider])
        params["capacity"] = int(self.capacity[provider])
        params["least_utility"] = None if least == NOBODY else least / SCALE
        return Reason("flow.full" if least >= wanted else "flow.margin", False, params)


NOBODY = int(np.iinfo(np.int64).max)  # the least utility at a provider who took nobody in this round


def assign_by_flow(
    *,
    request: ArrayLike,
    provider: ArrayLike,
    utility: ArrayLike,
    requests: int,
    capacity: ArrayLike,
    load: ArrayLike | None = None,
    newcomer: ArrayLike | None = None,
    rules: FlowRules | None = None,
) -> FlowResult:
    """Assign every request to at most one provider so that the objective is the greatest possible.

    `request`, `provider`, `utility`: one entry per pair that passed the filters; `requests`: number of requests.
    `capacity` is each provider's total number of places, of which `load` are taken already; `newcomer` marks those
    with a reserve. Raises EngineError for pairs, capacities or utilities that cannot be used.
    """
    chosen = rules or FlowRules()
    places = np.asarray(capacity)
    providers = len(places)
    total = check_capacity(places, providers)
    taken = np.zeros(providers, dtype=np.int64) if load is None else check_capacity(load, providers)
    pairs = sort_pairs(request, provider, requests=requests, providers=providers)
    units = _integer_utility(as_floats("utility", utility, len(pairs.request)))[pairs.source]
    new = as_flags("newcomer", newcomer, providers)
    width, cost = _tier_arcs(total, taken, new, chosen)
    unmatched = round(chosen.unmatched * SCALE)
    flows, objective = _solve(pairs, units, width, cost, unmatched)

    picked = np.flatnonzero(flows)
    own = np.full(requests, unmatched, dtype=np.int64)
    own[pairs.request[picked]] = units[picked]
    used = np.bincount(pairs.provider[picked], minlength=providers).astype(np.int64)
    least = np.full(providers, NOBODY)
    np.minimum.at(least, pairs.provider[picked], units[picked])
    released = np.zeros(requests, dtype=np.int64)
    released[pairs.request[picked]] = _price_of_place(width, cost, used)[pairs.provider[picked]]
    pair = np.full(requests, -1, dtype=np.int64)
    pair[pairs.request[picked]] = pairs.source[picked]
    return FlowResult(
        provider=read_assignment(pairs, picked),
        pair=np.ma.masked_array(pair, mask=pair < 0),
        units=int(units[picked].sum()),
        objective_units=-objective,
        load=taken + used,
        capacity=total,
        pairs=pairs,
        pair_units=units,
        own_units=own,
        next_penalty=_price_of_place(width, cost, used + 1),
        released=released,
        least_units=least,
    )


def _integer_utility(utility: FloatArray) -> IntArray:
    """Utilities in millionths. Raises EngineError for one that is missing or beyond a thousand in size."""
    if not (np.abs(utility) <= 1000).all():
        raise EngineError(
            "bad_utility",
            "A pair has no utility or one beyond 1000.",
            field="utility",
            remedy="Give every pair a number, best from 0 to 1, and leave out pairs that may not be matched.",
        )
    return np.rint(utility * SCALE).astype(np.int64)


def _tier_arcs(capacity: IntArray, load: IntArray, newcomer: BoolArray, rules: FlowRules) -> tuple[IntArray, IntArray]:
    """Free places and cost of each tier: two arrays tiers x providers, costs rising; the first tier is the reserve."""
    reserve = np.where(newcomer, np.minimum(rules.newcomer_places, capacity), 0)
    edges = [np.zeros_like(capacity), reserve]
    for share, _ in rules.tiers:
        # Rounded up, so that a provider with one place has it in the first tier; 1e-9 keeps 0.6 * 5 at 3.
        edges.append(np.maximum(edges[-1], np.ceil(share * capacity - 1e-9).astype(np.int64)))
    width = np.stack([np.clip(high - np.maximum(low, load), 0, None) for low, high in pairwise(edges)])
    prices = [-rules.newcomer_bonus, *(penalty for _, penalty in rules.tiers)]
    cost = np.repeat(np.rint(np.array(prices) * SCALE).astype(np.int64)[:, None], len(capacity), axis=1)
    return width, cost


def _price_of_place(width: IntArray, cost: IntArray, number: IntArray) -> IntArray:
    """Cost of the `number`-th place each provider fills in this round; that of the last tier beyond the capacity."""
    filled_before = np.cumsum(width, axis=0)
    tier = np.minimum((filled_before < np.maximum(number, 1)).sum(axis=0), len(width) - 1)
    prices: IntArray = cost[tier, np.arange(width.shape[1])]
    return prices


def _solve(pairs: Pairs, units: IntArray, width: IntArray, cost: IntArray, unmatched: int) -> tuple[IntArray, int]:
    """Flow on each pair (0 or 1) and the least cost."""
    if not pairs.requests:
        return np.zeros(0, dtype=np.int64), 0
    sink = pairs.requests + pairs.providers
    network = SimpleMinCostFlow()
    ones = np.ones(len(units), dtype=np.int64)
    heads = (pairs.requests + pairs.provider).astype(np.int32)
    if len(units):
        network.add_arcs_with_capacity_and_unit_cost(pairs.request.astype(np.int32), heads, ones, -units)
    tier, provider = np.nonzero(width)
    if len(tier):
        network.add_arcs_with_capacity_and_unit_cost(
            (pairs.requests + provider).astype(np.int32),
            np.full(len(tier), sink, dtype=np.int32),
            width[tier, provider],
            cost[tier, provider],
        )
    everybody = np.arange(pairs.requests, dtype=np.int32)
    network.add_arcs_with_capacity_and_unit_cost(
        everybody,
        np.full(pairs.requests, sink, dtype=np.int32),
        np.ones(pairs.requests, dtype=np.int64),
        np.full(pairs.requests, -unmatched, dtype=np.int64),
    )
    network.set_nodes_supplies(everybody, np.ones(pairs.requests, dtype=np.int64))
    network.set_node_supply(sink, -pairs.requests)
    status = network.solve()
    if status != network.OPTIMAL:
        raise EngineError(
            "no_optimum",
            "The round could not be solved (%(status)s).",
            remedy="Check the utilities and capacities.",
            params={"status": str(status)},
        )
    flows: IntArray = np.asarray(network.flows(np.arange(len(units), dtype=np.int32)), dtype=np.int64)
    return flows, int(network.optimal_cost())
