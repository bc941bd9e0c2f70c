"""Gathers the models of this room."""

from providers.admission.models import Application, CapabilityEvidence
from providers.registry.models import Provider
from providers.traders.models import CapabilityClaim, Certificate, Employment, Person, Trader

__all__ = [
    "Application",
    "CapabilityClaim",
    "CapabilityEvidence",
    "Certificate",
    "Employment",
    "Person",
    "Provider",
    "Trader",
]
