"""Gathers the models of this room."""

from providers.admission.decision_models import ApplicationAnswer, RejectionReason
from providers.admission.models import Application, CapabilityEvidence
from providers.registry.models import Provider
from providers.traders.models import Trader
from providers.windows.models import AdmissionWindow

__all__ = [
    "AdmissionWindow",
    "Application",
    "ApplicationAnswer",
    "CapabilityEvidence",
    "Provider",
    "RejectionReason",
    "Trader",
]
