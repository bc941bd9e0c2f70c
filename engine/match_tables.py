"""Tables of a matching round: requests, providers and the pairs between them, read into arrays.

tables = read_match_tables(requests, candidates, providers)
tables.request, tables.provider          # index of each pair's request and provider
tables.column("spare_rooms")             # a pair's column: of the candidates, or of its provider; None if absent
tables.capacity, tables.load, tables.newcomer          # one entry per provider
tables.need(), tables.features()         # what engine.fit and engine.screen take, one row per pair
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import BoolArray, IntArray, as_flags, as_floats, missing_column
from engine.errors import EngineError
from engine.fit import Candidates, Need
from engine.pairs import check_capacity
from engine.tables import Table

NEED, CAPABILITY = "need_", "capability_"
PLAIN_COLUMNS = tuple(name for name in Candidates.__dataclass_fields__ if name not in ("provider", "capabilities"))


@dataclass(frozen=True)
class MatchTables:
    """Numbered requests and providers, the pairs between them, and the tables they came from."""

    request_ids: NDArray[Any]
    provider_ids: NDArray[Any]
    request: IntArray
    provider: IntArray
    capacity: IntArray
    load: IntArray
    newcomer: BoolArray
    requests: Mapping[str, NDArray[Any]]
    candidates: Mapping[str, NDArray[Any]]
    providers: Mapping[str, NDArray[Any]]

    def column(self, name: str) -> NDArray[Any] | None:
        """A column with one entry per pair; the candidates' own comes before the provider's."""
        if name in self.candidates:
            return self.candidates[name]
        if name in self.providers:
            spread: NDArray[Any] = self.providers[name][self.provider]
            return spread
        return None

    def names(self, prefix: str) -> list[str]:
        """What follows `prefix` in the names of the pairs' columns, in order."""
        found = dict.fromkeys([*self.candidates, *self.providers])
        return [name.removeprefix(prefix) for name in found if name.startswith(prefix)]

    def need(self) -> Need:
        """What each pair's request asks."""
        needs = {name.removeprefix(NEED): name for name in self.requests if name.startswith(NEED)}
        size = len(self.request_ids)
        zero = {name: np.nan_to_num(as_floats(own, self.requests[own], size)) for name, own in needs.items()}
        rooms = as_floats("rooms", self.requests.get("rooms", np.ones(size)), size)
        return Need(
            capabilities={name: column[self.request] for name, column in zero.items()},
            budget_minor=as_floats("budget_minor", self.requests.get("budget_minor"), size)[self.request],
            rooms=np.where(np.isnan(rooms), 1, rooms)[self.request],
        )

    def features(self) -> Candidates:
        """What is known of each pair's provider."""
        return Candidates(
            provider=self.provider_ids[self.provider],
            capabilities={
                name: column
                for name in self.names(CAPABILITY)
                if (column := self.column(CAPABILITY + name)) is not None
            },
            **{name: self.column(name) for name in PLAIN_COLUMNS},
        )


def read_match_tables(requests: Table, candidates: Table, providers: Table | None = None) -> MatchTables:
    """Check and number the tables. `requests` has a row per request, `candidates` one per pair, `providers` one per
    provider; without `providers`, capacity, load and newcomer are columns of the candidates. Raises EngineError."""
    for name, table in (("request", requests), ("request", candidates), ("provider", candidates)):
        if name not in table:
            raise missing_column(name)
    request_ids = _check_ids("request", requests["request"])
    if providers is None:
        provider_ids, first, numbers = np.unique(candidates["provider"], return_index=True, return_inverse=True)
        provider = numbers.reshape(len(candidates["provider"])).astype(np.int64)
        known: Table = {
            name: candidates[name][first] for name in ("capacity", "load", "newcomer") if name in candidates
        }
        _check_alike(known, candidates, provider)
    else:
        if "provider" not in providers:
            raise missing_column("provider")
        provider_ids, known = _check_ids("provider", providers["provider"]), dict(providers)
        provider = _find("provider", provider_ids, candidates["provider"])
    if "capacity" not in known:
        raise missing_column("capacity")
    request = _find("request", request_ids, candidates["request"])
    _check_pairs(request, provider, candidates)
    size = len(provider_ids)
    return MatchTables(
        request_ids=request_ids,
        provider_ids=provider_ids,
        request=request,
        provider=provider,
        capacity=check_capacity(known["capacity"], size),
        load=check_capacity(known.get("load", np.zeros(size, dtype=np.int64)), size),
        newcomer=as_flags("newcomer", known.get("newcomer"), size),
        requests=requests,
        candidates=candidates,
        providers=providers or {},
    )


def _check_ids(name: str, column: NDArray[Any]) -> NDArray[Any]:
    values, counts = np.unique(column, return_counts=True)
    if (counts > 1).any():
        raise EngineError(
            "repeated_id",
            "The %(name)s %(id)s stands twice in its table.",
            field=name,
            remedy="Give one row for each.",
            params={"name": name, "id": values[counts > 1][0]},
        )
    return column


def _find(name: str, known: NDArray[Any], wanted: NDArray[Any]) -> IntArray:
    """Number of each wanted id among the known ones."""
    numbers = {key: number for number, key in enumerate(known.tolist())}
    try:
        return np.array([numbers[key] for key in wanted.tolist()], dtype=np.int64)
    except KeyError as error:
        raise EngineError(
            "unknown_id",
            "The candidates name a %(name)s %(id)s that has no row of its own.",
            field=name,
            remedy="Add it to its table, or take the pair out.",
            params={"name": name, "id": error.args[0]},
        ) from None


def _check_pairs(request: IntArray, provider: IntArray, candidates: Table) -> None:
    """Raise EngineError when a pair stands twice."""
    order = np.lexsort((provider, request))
    twice = order[1:][(np.diff(request[order]) == 0) & (np.diff(provider[order]) == 0)]
    if len(twice):
        raise EngineError(
            "repeated_pair",
            "Request %(request)s and provider %(provider)s are paired twice.",
            field="provider",
            remedy="Give each pair once.",
            params={"request": candidates["request"][twice[0]], "provider": candidates["provider"][twice[0]]},
        )


def _check_alike(known: Mapping[str, NDArray[Any]], candidates: Table, provider: IntArray) -> None:
    """Raise EngineError when the rows of one provider differ in what only the provider can have."""
    for name, column in known.items():
        differs = np.flatnonzero(column[provider] != candidates[name])
        if len(differs):
            raise EngineError(
                "conflicting_rows",
                "The provider %(provider)s has two different values of %(column)s.",
                field=name,
                remedy="Give the same value in every row of the provider, or use a table of providers.",
                params={"provider": candidates["provider"][differs[0]], "column": name},
            )
