"""Gathers the models of this room."""

from scoring.capabilities.models import PeerGroup, Scorecard, ScoreRun, ScoringModel
from scoring.facts.models import FactBatch
from scoring.lab.models import LabMove, LabResult, LabTrial
from scoring.seasons.models import Season, Standing, StandingNight, Track

__all__ = [
    "FactBatch",
    "LabMove",
    "LabResult",
    "LabTrial",
    "PeerGroup",
    "ScoreRun",
    "Scorecard",
    "ScoringModel",
    "Season",
    "Standing",
    "StandingNight",
    "Track",
]
