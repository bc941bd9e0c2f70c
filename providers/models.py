"""Gathers the models of this room."""

from providers.admission.models import Application, CapabilityEvidence
from providers.admission.review.models import Panel, PanelResult, Review, ReviewScore
from providers.admission.review.rubric_models import Rubric, RubricLevel
from providers.registry.models import Provider
from providers.traders.models import Trader

__all__ = [
    "Application",
    "CapabilityEvidence",
    "Panel",
    "PanelResult",
    "Provider",
    "Review",
    "ReviewScore",
    "Rubric",
    "RubricLevel",
    "Trader",
]
