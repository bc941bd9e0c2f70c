"""Gathers the models of this room."""

from providers.admission.models import Application, CapabilityEvidence
from providers.admission.triage_models import MitigatingFact, Triage, TriageVerdict
from providers.conduct.models import Judgement, JudgementRow, Probation, ProbationTarget, WatchEntry
from providers.criteria.dry_run_models import DryRun
from providers.criteria.measure_models import MeasureRun, ProviderMeasures
from providers.criteria.models import CriteriaSet, Criterion
from providers.registry.models import Provider
from providers.traders.models import CapabilityClaim, Certificate, Employment, Person, Trader

__all__ = [
    "Application",
    "CapabilityEvidence",
    "CriteriaSet",
    "Criterion",
    "DryRun",
    "Judgement",
    "JudgementRow",
    "MeasureRun",
    "MitigatingFact",
    "Probation",
    "ProbationTarget",
    "Provider",
    "ProviderMeasures",
    "Trader",
    "Triage",
    "TriageVerdict",
    "WatchEntry",
    "CapabilityClaim",
    "CapabilityEvidence",
    "Certificate",
    "Employment",
    "Person",
    "Provider",
    "Trader",
]
