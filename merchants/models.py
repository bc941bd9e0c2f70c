"""Gathers the models of this room."""

from merchants.engagements.models import Assignment, Engagement
from merchants.matching.models import Candidate, Invitation, Shortlist
from merchants.registry.identity_models import MerchantIdentifier
from merchants.registry.models import Merchant
from merchants.requests.models import HelpRequest
from merchants.rounds.models import MatchRound, RoundPlace

__all__ = [
    "Assignment",
    "Candidate",
    "Engagement",
    "HelpRequest",
    "Invitation",
    "MatchRound",
    "Merchant",
    "MerchantIdentifier",
    "RoundPlace",
    "Shortlist",
]
