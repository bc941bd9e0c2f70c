"""Which providers outsiders of the registry, such as shops, belong to: the same network, walked from outside.

An outsider is one step from the providers whose identifiers or owners it shares, and two from those whom such a
provider is linked to. Reasons count as between companies (`strengths`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import numpy as np

from accounts.models import Membership
from accounts.roles import Role
from engine.links import join_reasons, strongest_ways
from providers.registry.models import Provider
from providers.relations import strengths
from providers.relations.enums import REASON_OF_KIND, Reason
from providers.relations.models import PartyIdentifier
from providers.relations.search import Shared

STEPS = 2
CHUNK = 5_000


@dataclass(frozen=True)
class Outsider:
    """Somebody who is no provider: a name of the caller's, sealed identifiers (whether each has ended), owners."""

    name: str
    identifiers: dict[str, bool] = field(default_factory=dict)
    owners: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Relative:
    """A provider and an outsider who belong together, by the strongest way between them."""

    provider_id: int
    name: str
    strength: float
    reasons: tuple[str, ...]
    grounds: tuple[str, ...]


def find_relatives(outsiders: Sequence[Outsider]) -> list[Relative]:
    """Pairs at least as strong as a link that keeps an applicant out, by provider and name.

    Providers have their own keys as nodes, outsiders follow below zero.
    """
    shared = steps_to_outsiders(outsiders)
    near = {item.one for item in shared}
    shared += steps_between(near)
    by_step: dict[tuple[int, int], list[Shared]] = {}
    for item in shared:
        by_step.setdefault((min(item.one, item.other), max(item.one, item.other)), []).append(item)
    nodes = sorted({node for pair in by_step for node in pair})
    number = {node: place for place, node in enumerate(nodes)}
    every = [item for items in by_step.values() for item in unrepeated(items)]
    if not every:
        return []
    steps = join_reasons(
        np.array([number[item.one] for item in every], dtype=np.int64),
        np.array([number[item.other] for item in every], dtype=np.int64),
        np.array([item.strength for item in every], dtype=np.float64),
    )
    # Nothing leads on from an outsider: two providers with a common client shop are no relatives by that.
    outside = np.array([node < 0 for node in nodes], dtype=np.bool_)
    found = []
    for place, outsider in enumerate(outsiders):
        if (start := number.get(-1 - place)) is None:
            continue
        ends = outside.copy()
        ends[start] = False
        ways = strongest_ways(steps, ends=ends, start=start, most=STEPS)
        for node in np.flatnonzero((ways.strength >= strengths.INTERCEPTS) & ~outside):
            path = [nodes[step] for step in ways.paths[int(node)]]
            reasons = [item for one, two in pairwise(path) for item in by_step[min(one, two), max(one, two)]]
            found.append(
                Relative(
                    provider_id=nodes[int(node)],
                    name=outsider.name,
                    strength=round(float(ways.strength[node]), 4),
                    reasons=tuple(sorted({str(item.reason) for item in reasons})),
                    grounds=tuple(sorted({item.fingerprint for item in reasons})),
                )
            )
    return sorted(found, key=lambda one: (one.provider_id, one.name))


def steps_to_outsiders(outsiders: Sequence[Outsider]) -> list[Shared]:
    """What outsiders share with providers."""
    holders: dict[str, list[tuple[int, bool]]] = {}
    owned: dict[int, list[int]] = {}
    for place, outsider in enumerate(outsiders):
        for digest, ended in outsider.identifiers.items():
            holders.setdefault(digest, []).append((-1 - place, ended))
        for user in outsider.owners:
            owned.setdefault(user, []).append(-1 - place)
    known = identifiers_with(holders)
    parties = Counter(digest for digest, _kind, _masked, _provider, _ended in known)
    shared = []
    for digest, kind, masked, provider, ended in known:
        hub = parties[digest] + len(holders[digest]) > strengths.HUB_PARTIES
        for node, gone in holders[digest]:
            strength = strengths.of_identifier(kind, ended=ended or gone, hub=hub)
            shared.append(Shared(provider, node, REASON_OF_KIND[kind], digest, masked, strength, ended or gone))
    owners = Membership.objects.filter(user_id__in=owned, role=Role.PROVIDER_OWNER)
    companies = dict(Provider.objects.filter(organisation__isnull=False).values_list("organisation_id", "pk"))
    for user, organisation in owners.values_list("user_id", "organisation_id"):
        shared += [
            Shared(companies[organisation], node, Reason.SAME_OWNER, str(user), "", strengths.SAME_OWNER)
            for node in owned[user]
            if organisation in companies
        ]
    return shared


def steps_between(providers: Iterable[int]) -> list[Shared]:
    """What these providers share with other providers; what many share leads nowhere."""
    own: dict[str, list[tuple[int, bool]]] = {}
    rows = PartyIdentifier.objects.filter(party__provider_id__in=list(providers))
    for digest, provider, ended in rows.values_list("digest", "party__provider_id", "ended_at"):
        own.setdefault(digest, []).append((provider, ended is not None))
    known = identifiers_with(own)
    parties = Counter(digest for digest, _kind, _masked, _provider, _ended in known)
    return [
        Shared(
            provider,
            other,
            REASON_OF_KIND[kind],
            digest,
            masked,
            strengths.of_identifier(kind, ended=ended or gone, hub=False),
        )
        for digest, kind, masked, provider, ended in known
        for other, gone in own[digest]
        if provider != other and parties[digest] < strengths.HUB_PARTIES
    ]


def identifiers_with(digests: Iterable[str]) -> list[tuple[str, str, str, int, bool]]:
    """Digest, kind, masked form, provider and whether it has ended, of every provider's such identifier."""
    wanted = sorted(digests)
    found: list[tuple[str, str, str, int, datetime | None]] = []
    for start in range(0, len(wanted), CHUNK):
        rows = PartyIdentifier.objects.filter(
            digest__in=wanted[start : start + CHUNK], party__provider__isnull=False
        ).order_by("digest", "party__provider_id", "pk")
        found += rows.values_list("digest", "kind", "masked", "party__provider_id", "ended_at")
    # In use once is in use: an identifier that was ended and declared again counts as the present one.
    merged: dict[tuple[str, int], tuple[str, str, str, int, bool]] = {}
    for digest, kind, masked, provider, ended in found:
        before = merged.get((digest, provider))
        gone = ended is not None and (before is None or before[4])
        merged[digest, provider] = (digest, kind, masked, provider, gone)
    return list(merged.values())


def unrepeated(items: Sequence[Shared]) -> list[Shared]:
    """Each reason between two parties once."""
    return list({item.fingerprint: item for item in items}.values())
