"""A round of requests that need different numbers of live rooms, class by class with the exact flow.

    result = assign_in_classes(
        request=[0, 0, 1], provider=[0, 1, 0], utility=[0.9, 0.8, 0.7],       # pairs by number, from 0
        rooms=[2, 1],                                                         # live rooms that each request needs
        capacity=[3, 5], load=[0, 2],                                         # live rooms of each provider
        newcomer=[False, True], rules=FlowRules(),
    )
    result.provider.tolist()     # provider of each request; None is unmatched
    result.units, result.mean    # utility of the assigned pairs in millionths, and its mean per matched request
    result.load, result.gini     # in live rooms, after the round; result.load_before, result.gini_before
    result.why_not(request)      # as `engine.flow` tells it

The flow sends single units, a request may need several rooms at one provider. To pack sizes to the best total is
NP-hard, so requests are taken by classes of equal need, the largest first: a class is solved exactly, a place of it
being as many rooms as it needs, and what it took is gone for the next. The largest come first because they find the
fewest providers with room; small ones fill what remains. With one class the result is that of `engine.flow`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.arrays import IntArray, Places, as_floats
from engine.errors import EngineError
from engine.flow import SCALE, FlowResult, FlowRules, assign_by_flow
from engine.pairs import check_capacity, measure_gini, sort_pairs
from engine.reasons import Reason


@dataclass(frozen=True)
class RoundResult:
    """Who goes to whom. `classes` maps the rooms needed to the flow of that class, in which request r is `number[r]`;
    `own_units` is the utility that each request got, in millionths."""

    provider: Places
    own_units: IntArray
    rooms: IntArray
    capacity: IntArray
    load_before: IntArray
    load: IntArray
    classes: Mapping[int, FlowResult]
    number: IntArray

    @property
    def matched(self) -> int:
        """Requests with a provider."""
        return int(self.provider.count())

    @property
    def units(self) -> int:
        """Sum of the utilities of the assigned pairs, in millionths."""
        return sum(flow.units for flow in self.classes.values())

    @property
    def mean(self) -> float | None:
        """Mean utility of the matched requests; None without any."""
        return self.units / self.matched / SCALE if self.matched else None

    @property
    def gini_before(self) -> float:
        """Gini coefficient of the load before the round, over providers with capacity."""
        return measure_gini(self.load_before[self.capacity > 0])

    @property
    def gini(self) -> float:
        """Gini coefficient of the load after the round, over providers with capacity."""
        return measure_gini(self.load[self.capacity > 0])

    @property
    def idle_before(self) -> int:
        """Providers with capacity and without any load before the round."""
        return int(((self.load_before == 0) & (self.capacity > 0)).sum())

    @property
    def idle(self) -> int:
        """Providers with capacity and without any load after the round."""
        return int(((self.load == 0) & (self.capacity > 0)).sum())

    def why_not(self, request: int) -> tuple[Reason, ...]:
        """Why each provider that `request` values more than what it got was not the one; the best first. Capacities are
        in places of its class. A provider whose rooms went to a larger class is `flow.full` without a least utility."""
        return self.classes[int(self.rooms[request])].why_not(int(self.number[request]))


def assign_in_classes(
    *,
    request: ArrayLike,
    provider: ArrayLike,
    utility: ArrayLike,
    rooms: ArrayLike,
    capacity: ArrayLike,
    load: ArrayLike | None = None,
    newcomer: ArrayLike | None = None,
    rules: FlowRules | None = None,
    key: ArrayLike | None = None,
) -> RoundResult:
    """Assign every request to at most one provider that has all the rooms it needs.

    `rooms`: what each request needs; `capacity`: each provider's live rooms, of which `load` are taken (more than all
    counts as all). `key` orders the requests, by default as they come: with keys that go with the requests, the order
    in which they are given decides nothing. Raises EngineError as `assign_by_flow` does, and for needs below 1.
    """
    needed = _check_rooms(rooms)
    requests = len(needed)
    total = check_capacity(capacity, len(np.asarray(capacity)))
    before = np.zeros_like(total) if load is None else np.minimum(check_capacity(load, len(total)), total)
    pairs = sort_pairs(request, provider, requests=requests, providers=len(total))
    values = as_floats("utility", utility, len(pairs.source))[pairs.source]
    order = np.arange(requests) if key is None else np.asarray(key)

    spare = total - before
    got, own, number = np.full(requests, -1), np.zeros(requests, dtype=np.int64), np.zeros(requests, dtype=np.int64)
    classes: dict[int, FlowResult] = {}
    for size in sorted(set(needed.tolist()), reverse=True):
        members = np.flatnonzero(needed == size)
        members = members[np.argsort(order[members], kind="stable")]
        number[members] = np.arange(len(members))
        mine = needed[pairs.request] == size
        places = total // size
        flow = assign_by_flow(
            request=number[pairs.request[mine]],
            provider=pairs.provider[mine],
            utility=values[mine],
            requests=len(members),
            capacity=places,
            load=places - spare // size,
            newcomer=newcomer,
            rules=rules,
        )
        classes[size] = flow
        got[members], own[members] = flow.provider.filled(-1), flow.own_units
        spare = spare - size * np.bincount(got[members][got[members] >= 0], minlength=len(total))
    return RoundResult(
        provider=np.ma.masked_array(got, mask=got < 0),
        own_units=own,
        rooms=needed,
        capacity=total,
        load_before=before,
        load=total - spare,
        classes=classes,
        number=number,
    )


def _check_rooms(rooms: ArrayLike) -> IntArray:
    given = np.asarray(rooms)
    if given.size and (given.dtype.kind not in "iu" or given.ndim != 1 or given.min() < 1):
        raise EngineError(
            "bad_rooms",
            "A request does not need a whole number of at least 1 live room.",
            field="rooms",
            remedy="Give every request a whole number of at least 1.",
        )
    return given.astype(np.int64)
