"""Whom an applicant is linked to: the network is walked outwards from one party, and barred names are compared.

Nothing is kept in memory between two searches, so no answer is older than the tables.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from django.db import connection

from engine.links import Ways, join_reasons, noisy_or, strongest_ways
from engine.names import Name, compare_places, find_similar, length_range, search_pairs
from providers.relations import network_sql as sql
from providers.relations import strengths
from providers.relations.enums import REASON_OF_KIND, IdentifierKind, Reason
from providers.relations.models import Party

MOST_EXPANDED = 300


@dataclass(frozen=True)
class Shared:
    """One reason why two parties are one step apart. `note` says how places of similar names agree, or "hub"."""

    one: int
    other: int
    reason: str
    key: str
    masked: str
    strength: float
    ended: bool = False
    note: str = ""

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.reason}:{self.key}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Found:
    """A way to a barred party, as a Link keeps it."""

    other: int
    strength: float
    path: list[dict[str, Any]]
    reasons: list[str]
    evidence: list[str]


@dataclass
class _Network:
    """What the walk has seen so far."""

    start: int
    today: date
    shared: list[Shared] = field(default_factory=list)
    barred: set[int] = field(default_factory=set)
    known: dict[int, int] = field(default_factory=dict)

    def number(self, party: int) -> int:
        return self.known.setdefault(party, len(self.known))

    def ways(self, most: int) -> Ways:
        """The strongest ways over all that was seen, in at most `most` steps."""
        one = np.array([self.number(item.one) for item in self.shared], dtype=np.int64)
        other = np.array([self.number(item.other) for item in self.shared], dtype=np.int64)
        strength = np.array([item.strength for item in self.shared], dtype=np.float64)
        ends = np.array([pk in self.barred for pk in self.known], dtype=np.bool_)
        return strongest_ways(join_reasons(one, other, strength), ends=ends, start=0, most=most)


def find_links(party: Party, *, today: date) -> list[Found]:
    """The barred, cleared-out and suspended parties to whom `party` is linked, the strongest first.

    At most MOST_STEPS steps away and at least KEPT strong. No way leads on through a barred party.
    """
    network = _Network(start=party.pk, today=today)
    network.number(party.pk)
    network.shared += _alike(party, network)
    frontier = [party.pk]
    for step in range(1, strengths.MOST_STEPS + 1):
        fresh = _expand(network, frontier)
        if not fresh:
            break
        network.barred |= _barred_among(sorted(fresh), today)
        strength = network.ways(step).strength
        frontier = sorted(
            (pk for pk in fresh - network.barred if strength[network.known[pk]] >= strengths.KEPT),
            key=lambda pk: -strength[network.known[pk]],
        )[:MOST_EXPANDED]
        if not frontier:
            break
    return _describe(network)


def _expand(network: _Network, parties: Sequence[int]) -> set[int]:
    """Add what `parties` share with others; gives the parties seen for the first time."""
    before = set(network.known)
    rows = _read(sql.SHARED, parties=list(parties), most=strengths.HUB_PARTIES)
    sharers = Counter((one, digest) for one, _other, _kind, digest, _masked, _ended in rows)
    hubs: dict[str, tuple[str, str, bool]] = {}
    for one, other, kind, digest, masked, ended in rows:
        if sharers[one, digest] >= strengths.HUB_PARTIES:
            hubs[digest] = (kind, masked, ended)
            continue
        strength = strengths.of_identifier(kind, ended=ended, hub=False)
        network.shared.append(Shared(one, other, REASON_OF_KIND[kind], digest, masked, strength, ended))
    if hubs and list(parties) == [network.start]:
        network.shared += _at_hubs(network, hubs)
    for one, other, user in _read(sql.SAME_OWNER, parties=list(parties)):
        network.shared.append(Shared(one, other, Reason.SAME_OWNER, str(user), "", strengths.SAME_OWNER))
    for one, other, digest, masked, ended in _read(sql.SAME_TRADER, parties=list(parties)):
        strength = strengths.of_identifier(IdentifierKind.TRADER, ended=ended, hub=False)
        network.shared.append(Shared(one, other, Reason.SAME_TRADER, digest, masked, strength, ended))
    # A step seen from both of its ends is one reason, not two.
    once = {(_pair(item.one, item.other), item.fingerprint): item for item in network.shared}
    network.shared = list(once.values())
    for item in network.shared:
        network.number(item.one)
        network.number(item.other)
    return set(network.known) - before


def _at_hubs(network: _Network, hubs: dict[str, tuple[str, str, bool]]) -> list[Shared]:
    found = _read(
        sql.BARRED_AT_HUBS,
        digests=list(hubs),
        start=network.start,
        today=network.today,
        most=strengths.MOST_LINKS,
    )
    shared = []
    for other, digest, ended in found:
        kind, masked, _own = hubs[digest]
        strength = strengths.of_identifier(kind, ended=ended, hub=True)
        shared.append(Shared(network.start, other, REASON_OF_KIND[kind], digest, masked, strength, ended, note="hub"))
    return shared


def _alike(party: Party, network: _Network) -> list[Shared]:
    """Barred parties with a similar name."""
    if not party.core:
        return []
    shortest, longest = length_range(party.core)
    pairs = search_pairs(party.core)
    rows = _read(
        sql.named_alike(len(pairs)),
        **{f"pair_{at}": list(pair) for at, pair in enumerate(pairs)},
        shortest=shortest,
        longest=longest,
        start=party.pk,
        today=network.today,
    )
    near = find_similar(party.core, [core for _pk, core, _city, _region in rows])[: strengths.MOST_LINKS]
    spread = dict(_read(sql.SPREAD, cores=[rows[at][1] for at, _near in near])) if near else {}
    own = Name(party.core, party.city, party.region, ())
    shared = []
    for at, similarity in near:
        other, core, city, region = rows[at]
        place = compare_places(own, Name(core, city, region, ()))
        strength = strengths.of_name(similarity, place, spread[core])
        key = "/".join(sorted((party.core, core)))
        shared.append(Shared(party.pk, other, Reason.SIMILAR_NAME, key, core, strength, note=place.value))
        network.barred.add(other)
    return shared


def _barred_among(parties: list[int], today: date) -> set[int]:
    return {pk for (pk,) in _read(sql.BARRED_AMONG, parties=parties, today=today)}


def _describe(network: _Network) -> list[Found]:
    """The ways to barred parties, with the reasons of each step."""
    if not network.barred:
        return []
    ways = network.ways(strengths.MOST_STEPS)
    party_of = list(network.known)
    between: dict[tuple[int, int], list[Shared]] = {}
    for item in network.shared:
        between.setdefault(_pair(item.one, item.other), []).append(item)
    found = []
    for pk in network.barred:
        strength = float(ways.strength[network.known[pk]])
        way = [party_of[number] for number in ways.paths.get(network.known[pk], ())]
        if strength >= strengths.KEPT:
            steps = [(one, other, between[_pair(one, other)]) for one, other in pairwise(way)]
            found.append(_found(pk, strength, steps))
    found.sort(key=lambda item: (-item.strength, item.other))
    return found[: strengths.MOST_LINKS]


def _found(other: int, strength: float, steps: list[tuple[int, int, list[Shared]]]) -> Found:
    path = []
    for one, two, reasons in steps:
        reasons.sort(key=lambda item: (-item.strength, item.reason))
        joint = noisy_or(np.array([item.strength for item in reasons]))
        path.append(
            {
                "from": one,
                "to": two,
                "strength": round(joint, 4),
                "reasons": [
                    {
                        "code": str(item.reason),
                        "masked": item.masked,
                        "strength": round(item.strength, 4),
                        "ended": item.ended,
                        "note": item.note,
                    }
                    for item in reasons
                ],
            }
        )
    every = [item for _one, _two, reasons in steps for item in reasons]
    return Found(
        other=other,
        strength=round(strength, 4),
        path=path,
        reasons=sorted({str(item.reason) for item in every}),
        evidence=sorted({item.fingerprint for item in every}),
    )


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _read(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
