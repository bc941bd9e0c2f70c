"""Gathers the background work of this room."""

from scoring.capabilities.tasks import run_scores
from scoring.facts.tasks import import_facts, sweep_facts
from scoring.lab.tasks import try_model
from scoring.measures.tasks import measure
from scoring.seasons.tasks import nightly, start_nightly

__all__ = ["import_facts", "measure", "nightly", "run_scores", "start_nightly", "sweep_facts", "try_model"]
