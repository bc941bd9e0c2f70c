"""Gathers the models of this room."""

from scoring.capabilities.exclusion_models import Exclusion
from scoring.capabilities.models import PeerGroup, Scorecard, ScoreRun, ScoringModel
from scoring.capabilities.recompute_models import Recomputation
from scoring.disputes.models import Dispute, DisputeFile
from scoring.duties.models import DutyWork
from scoring.facts.adjustment_models import Adjustment, AdjustmentLine
from scoring.facts.models import FactBatch
from scoring.facts.related_models import RelatedMerchant
from scoring.lab.models import LabMove, LabResult, LabTrial
from scoring.season_lab.models import ReplayMove, SeasonReplay, SeasonTrial
from scoring.seasons.ban_models import BoardBan
from scoring.seasons.board_models import BoardNight, BoardRow
from scoring.seasons.comment_models import SeasonComment
from scoring.seasons.entry_models import Division, Entry
from scoring.seasons.models import Season, Standing, StandingNight, Track
from scoring.seasons.objection_models import Objection
from scoring.seasons.verdict_models import Settlement, Verdict

__all__ = [
    "Adjustment",
    "AdjustmentLine",
    "BoardBan",
    "BoardNight",
    "BoardRow",
    "Dispute",
    "DisputeFile",
    "Division",
    "DutyWork",
    "Entry",
    "Exclusion",
    "FactBatch",
    "LabMove",
    "LabResult",
    "LabTrial",
    "Objection",
    "PeerGroup",
    "Recomputation",
    "RelatedMerchant",
    "ReplayMove",
    "ScoreRun",
    "Scorecard",
    "ScoringModel",
    "Season",
    "SeasonComment",
    "SeasonReplay",
    "SeasonTrial",
    "Settlement",
    "Standing",
    "StandingNight",
    "Track",
    "Verdict",
]
