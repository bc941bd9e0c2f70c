"""Gathers the models of this room."""

from providers.admission.models import Application, CapabilityEvidence
from providers.registry.models import Provider
from providers.traders.models import Trader

__all__ = ["Application", "CapabilityEvidence", "Provider", "Trader"]
