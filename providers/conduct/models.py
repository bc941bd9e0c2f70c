"""Gathers the models of this folder."""

from providers.conduct.probation_models import Probation, ProbationTarget
from providers.conduct.watch_models import Judgement, JudgementRow, WatchEntry

__all__ = ["Judgement", "JudgementRow", "Probation", "ProbationTarget", "WatchEntry"]
