"""Whom a run scores, and what it knows of them: the peer columns and gate inputs that a model may name."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from engine.model import ScoringModel as Rule
from providers.registry.enums import ProviderOrigin, ProviderStatus
from providers.registry.models import Provider

# `size` comes from the facts of the run itself; `conduct_standing` is unknown until a provider has one.
REGISTRY = ("provider_type", "category", "region", "origin")
DERIVED = ("size", "conduct_standing")
ATTRIBUTES = ("track", *REGISTRY, *DERIVED)
SCORED_STATUSES = (ProviderStatus.PROBATION, ProviderStatus.ADMITTED, ProviderStatus.SUSPENDED)


@dataclass(frozen=True)
class Subject:
    """A provider as a run sees it. External ones are scored, and never ranked."""

    provider_id: int
    external: bool
    attributes: Mapping[str, str]


def check_attributes(rule: Rule) -> None:
    """Raise InvalidInput when the model names a peer column or an extra that the portal does not know."""
    for path, names in (("peers.columns", rule.peers.columns), ("extras", rule.extras)):
        for name in names:
            if name not in ATTRIBUTES:
                raise InvalidInput(
                    _("%(path)s: the portal knows no “%(name)s” of a provider.") % {"path": path, "name": name},
                    field="definition",
                    remedy=_("Use %(names)s.") % {"names": ", ".join(ATTRIBUTES)},
                    code="unknown_attribute",
                )


def read_subjects(rule: Rule) -> dict[str, Subject]:
    """Code to subject of every provider that may be scored, with the attributes that the model names."""
    wanted = sorted({*rule.peers.columns, *rule.extras} - set(DERIVED))
    rows = (
        Provider.objects.filter(Q(status__in=SCORED_STATUSES) | Q(origin=ProviderOrigin.EXTERNAL))
        .order_by("code")
        .values_list("code", "pk", *REGISTRY)
    )
    subjects = {}
    # Providers are many, what is known of them are few combinations.
    shared: dict[tuple[str, ...], tuple[bool, dict[str, str]]] = {}
    for code, pk, *values in rows:
        if (key := tuple(values)) not in shared:
            shared[key] = describe(dict(zip(REGISTRY, values, strict=True)), wanted)
        subjects[code] = Subject(pk, *shared[key])
    return subjects


def describe(known: dict[str, str], wanted: list[str]) -> tuple[bool, dict[str, str]]:
    """Whether a provider is an external one, and its attributes."""
    external = known["origin"] == ProviderOrigin.EXTERNAL
    if external:
        # What the registry holds for an external one are defaults, not knowledge.
        known = dict.fromkeys(REGISTRY, str(ProviderOrigin.EXTERNAL))
    known["track"] = known["provider_type"]
    return external, {name: known[name] for name in wanted}
