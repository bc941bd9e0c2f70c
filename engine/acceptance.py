"""Deferred acceptance: matching where both sides rank the other, stable and best for the requests.

    result = accept_deferred(
        request=[0, 0, 1], provider=[0, 1, 0], request_rank=[1, 2, 1], provider_rank=[2, 1, 1],   # 1 is the most liked
        requests=2, capacity=[1, 1],
    )
    result.provider.tolist()      # provider of each request; None is unmatched
    result.why_not(request)       # Reason("acceptance.preferred_others", params provider, rank, own_rank, their_rank,
                                  #   last_rank, capacity) for every provider the request ranks above what it got
    find_blocking_pairs(result)   # empty: no request and provider would both rather have each other

Requests propose in the order of their own ranks; a provider keeps the best it has been offered up to its capacity
(Gale and Shapley 1962; many places each: Roth and Sotomayor 1990). A pair that one side does not rank is simply not
given. Ranks are numbers, the smaller the better, and may have gaps; equal ranks are decided by the smaller number of
provider or request.
"""

from dataclasses import dataclass
from heapq import heappush, heappushpop

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import FloatArray, IntArray, Places, as_floats
from engine.errors import EngineError
from engine.pairs import Pairs, check_capacity, measure_gini, read_assignment, sort_pairs
from engine.reasons import Reason


@dataclass(frozen=True)
class AcceptanceResult:
    """A stable assignment. `pair[r]` is the row of the input that request r was matched by; masked without one.

    `own_rank[r]` is the rank request r gives to what it got (inf: unmatched), `last_rank[p]` the worst rank among those
    whom provider p holds (inf while it has places left; -inf with no capacity).
    """

    provider: Places
    pair: Places
    load: IntArray
    capacity: IntArray
    pairs: Pairs
    request_rank: FloatArray
    provider_rank: FloatArray
    own_rank: FloatArray
    last_rank: FloatArray

    @property
    def gini(self) -> float:
        """Gini coefficient of the load over providers with capacity."""
        return measure_gini(self.load[self.capacity > 0])

    @property
    def idle(self) -> int:
        """Providers with capacity and nobody."""
        return int(((self.load == 0) & (self.capacity > 0)).sum())

    def why_not(self, request: int) -> tuple[Reason, ...]:
        """Why each provider that `request` ranks above what it got was not the one; the best first."""
        rows = np.arange(len(self.pairs.request))[self.pairs.of(request)]
        better = rows[self.request_rank[rows] < self.own_rank[request]]
        own = float(self.own_rank[request])
        reasons = []
        for row in better[np.lexsort((self.pairs.provider[better], self.request_rank[better]))].tolist():
            provider = int(self.pairs.provider[row])
            last = float(self.last_rank[provider])
            reasons.append(
                Reason(
                    "acceptance.preferred_others",
                    False,
                    {
                        "provider": provider,
                        "rank": float(self.request_rank[row]),
                        "own_rank": own if np.isfinite(own) else None,
                        "their_rank": float(self.provider_rank[row]),
                        "last_rank": last if np.isfinite(last) else None,
                        "capacity": int(self.capacity[provider]),
                    },
                )
            )
        return tuple(reasons)


def accept_deferred(
    *,
    request: ArrayLike,
    provider: ArrayLike,
    request_rank: ArrayLike,
    provider_rank: ArrayLike,
    requests: int,
    capacity: ArrayLike,
) -> AcceptanceResult:
    """The stable assignment that every request likes at least as much as any other stable one.

    One entry per pair that both sides rank; `capacity` has one whole number per provider. Raises EngineError for
    pairs or capacities that cannot be used, or a missing rank.
    """
    places = np.asarray(capacity)
    providers = len(places)
    total = check_capacity(places, providers)
    pairs = sort_pairs(request, provider, requests=requests, providers=providers)
    size = len(pairs.request)
    liked, wanted = (
        _check_ranks(name, ranks, size)[pairs.source]
        for name, ranks in (("request_rank", request_rank), ("provider_rank", provider_rank))
    )
    chosen = _propose(pairs, liked, wanted, total)

    own = np.full(requests, np.inf)
    own[pairs.request[chosen]] = liked[chosen]
    load = np.bincount(pairs.provider[chosen], minlength=providers).astype(np.int64)
    last = np.full(providers, -np.inf)
    np.maximum.at(last, pairs.provider[chosen], wanted[chosen])
    last[load < total] = np.inf
    pair = np.full(requests, -1, dtype=np.int64)
    pair[pairs.request[chosen]] = pairs.source[chosen]
    return AcceptanceResult(
        provider=read_assignment(pairs, chosen),
        pair=np.ma.masked_array(pair, mask=pair < 0),
        load=load,
        capacity=total,
        pairs=pairs,
        request_rank=liked,
        provider_rank=wanted,
        own_rank=own,
        last_rank=last,
    )


def find_blocking_pairs(result: AcceptanceResult) -> list[tuple[int, int]]:
    """Requests and providers who would both rather have each other than what they hold; a stable result has none."""
    pairs = result.pairs
    blocking = (result.request_rank < result.own_rank[pairs.request]) & (
        result.provider_rank < result.last_rank[pairs.provider]
    )
    return list(zip(pairs.request[blocking].tolist(), pairs.provider[blocking].tolist(), strict=True))


def _propose(pairs: Pairs, liked: FloatArray, wanted: FloatArray, capacity: IntArray) -> NDArray[np.int64]:
    """Rows of the pairs that hold at the end."""
    by_liking = np.lexsort((pairs.provider, liked, pairs.request)).tolist()
    # Position of each pair in its provider's own order: one number that says who is dropped first, ties settled.
    standing = np.empty(len(by_liking), dtype=np.int64)
    standing[np.lexsort((pairs.request, wanted, pairs.provider))] = np.arange(len(by_liking))
    order, providers, owners = standing.tolist(), pairs.provider.tolist(), pairs.request.tolist()
    end = pairs.start[1:].tolist()
    following = pairs.start[:-1].tolist()
    rooms = capacity.tolist()
    held: list[list[tuple[int, int]]] = [[] for _ in rooms]  # heaps with the least wanted on top
    waiting = list(range(pairs.requests))
    while waiting:
        request = waiting.pop()
        while following[request] < end[request]:
            row = by_liking[following[request]]
            following[request] += 1
            provider = providers[row]
            offer = (-order[row], row)
            if len(held[provider]) < rooms[provider]:
                heappush(held[provider], offer)
                break
            if not rooms[provider]:
                continue
            dropped = heappushpop(held[provider], offer)[1]
            if dropped != row:
                waiting.append(owners[dropped])
                break
    return np.array(sorted(row for heap in held for _, row in heap), dtype=np.int64)


def _check_ranks(name: str, ranks: ArrayLike, size: int) -> FloatArray:
    values = as_floats(name, ranks, size)
    if not np.isfinite(values).all():
        raise EngineError(
            "missing_rank",
            "A pair has no %(name)s.",
            field=name,
            remedy="Give every pair a number, 1 for the most liked, and leave out pairs that one side does not rank.",
            params={"name": name},
        )
    return values
