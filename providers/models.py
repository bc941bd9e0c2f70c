"""Gathers the models of this room."""

from providers.admission.models import Application, CapabilityEvidence
from providers.documents.models import Document, DocumentNotice, DocumentRule
from providers.registry.models import Provider
from providers.traders.models import Trader
from providers.verification.models import FalseClaim

__all__ = [
    "Application",
    "CapabilityEvidence",
    "Document",
    "DocumentNotice",
    "DocumentRule",
    "FalseClaim",
    "Provider",
    "Trader",
]
