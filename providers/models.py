"""Gathers the models of this room."""

from providers.admission.decision_models import ApplicationAnswer, RejectionReason
from providers.admission.models import Application, CapabilityEvidence
from providers.admission.review.draft_models import ReviewDraft
from providers.admission.review.models import Panel, PanelResult, Review, ReviewScore
from providers.admission.review.rubric_models import Rubric, RubricLevel
from providers.admission.triage_models import MitigatingFact, Triage, TriageVerdict
from providers.conduct.models import Judgement, JudgementRow, Probation, ProbationTarget, WatchEntry
from providers.criteria.dry_run_models import DryRun
from providers.criteria.measure_models import MeasureRun, ProviderMeasures
from providers.criteria.models import CriteriaSet, Criterion
from providers.documents.models import Document, DocumentNotice, DocumentRule
from providers.registry.models import Provider
from providers.relations.link_models import Link
from providers.relations.models import BarredParty, Party, PartyIdentifier
from providers.traders.models import CapabilityClaim, Certificate, Employment, Person, Trader
from providers.verification.models import FalseClaim
from providers.windows.models import AdmissionWindow

__all__ = [
    "AdmissionWindow",
    "Application",
    "ApplicationAnswer",
    "BarredParty",
    "CapabilityClaim",
    "CapabilityEvidence",
    "Certificate",
    "CriteriaSet",
    "Criterion",
    "Document",
    "DocumentNotice",
    "DocumentRule",
    "DryRun",
    "Employment",
    "FalseClaim",
    "Judgement",
    "JudgementRow",
    "Link",
    "MeasureRun",
    "MitigatingFact",
    "Panel",
    "PanelResult",
    "Party",
    "PartyIdentifier",
    "Person",
    "Probation",
    "ProbationTarget",
    "Provider",
    "ProviderMeasures",
    "RejectionReason",
    "Review",
    "ReviewDraft",
    "ReviewScore",
    "Rubric",
    "RubricLevel",
    "Trader",
    "Triage",
    "TriageVerdict",
    "WatchEntry",
]
