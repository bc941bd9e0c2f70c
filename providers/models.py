"""Gathers the models of this room."""

from providers.admission.models import Application, CapabilityEvidence
from providers.registry.models import Provider
from providers.relations.link_models import Link
from providers.relations.models import BarredParty, Party, PartyIdentifier
from providers.traders.models import Trader

__all__ = [
    "Application",
    "BarredParty",
    "CapabilityEvidence",
    "Link",
    "Party",
    "PartyIdentifier",
    "Provider",
    "Trader",
]
