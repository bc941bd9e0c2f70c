"""Gathers the background work of this room."""

from scoring.capabilities.tasks import recompute, resume_recomputations, run_scores
from scoring.disputes.tasks import sweep_evidence
from scoring.facts.tasks import import_facts, sweep_facts
from scoring.lab.tasks import try_model
from scoring.measures.tasks import measure
from scoring.season_lab.tasks import try_season
from scoring.seasons.tasks import nightly, settle_season, start_nightly

__all__ = [
    "import_facts",
    "measure",
    "nightly",
    "recompute",
    "resume_recomputations",
    "run_scores",
    "settle_season",
    "start_nightly",
    "sweep_evidence",
    "sweep_facts",
    "try_model",
    "try_season",
]
