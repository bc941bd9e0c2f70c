"""A shortlist as the API shows it."""

from typing import Any

from rest_framework import serializers

from merchants.matching.models import Candidate, Shortlist
from merchants.matching.selectors import candidates_of
from merchants.matching.sentences import tell_reason
from providers.enums import Capability


class ReasonSerializer(serializers.Serializer[dict[str, Any]]):
    """A stable code, its params, and the sentence in the caller's language."""

    code = serializers.CharField()
    params = serializers.DictField()
    text = serializers.CharField()


class CapabilityScoreSerializer(serializers.Serializer[dict[str, Any]]):
    score = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)


class CandidateSerializer(serializers.Serializer[dict[str, Any]]):
    provider = serializers.CharField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    seat = serializers.CharField()
    fit = serializers.FloatField()
    contributions = serializers.DictField(child=serializers.FloatField())
    reasons_for = ReasonSerializer(many=True)
    reasons_against = ReasonSerializer(many=True)
    spare_rooms = serializers.IntegerField(allow_null=True)
    composite = CapabilityScoreSerializer()
    capabilities = serializers.DictField(child=CapabilityScoreSerializer())


class ShortlistSerializer(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    help_request = serializers.IntegerField()
    request_version = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    score_run = serializers.IntegerField(allow_null=True)
    digest = serializers.CharField()
    considered = serializers.IntegerField()
    eligible = serializers.IntegerField()
    excluded = serializers.DictField(child=serializers.IntegerField())
    candidates = CandidateSerializer(many=True)


def describe_reasons(stored: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Stored reasons with their sentences."""
    return [{**reason, "text": tell_reason(reason, currency=currency)} for reason in stored]


def describe_shortlist(shortlist: Shortlist) -> Any:
    """The representation of a shortlist with its candidates."""
    currency = shortlist.request.currency
    return ShortlistSerializer(
        {
            "id": shortlist.pk,
            "help_request": shortlist.request_id,
            "request_version": shortlist.request_version,
            "made_at": shortlist.made_at,
            "score_run": shortlist.score_run_id,
            "digest": shortlist.digest,
            "considered": shortlist.considered,
            "eligible": shortlist.eligible,
            "excluded": shortlist.excluded,
            "candidates": [_describe_candidate(candidate, currency) for candidate in candidates_of(shortlist)],
        }
    ).data


def _describe_candidate(candidate: Candidate, currency: str) -> dict[str, Any]:
    bounds = zip(
        Capability.values,
        candidate.capability_scores,
        candidate.capability_lowers,
        candidate.capability_uppers,
        strict=True,
    )
    return {
        "provider": candidate.provider.code,
        "name": candidate.provider.name,
        "position": candidate.position,
        "seat": candidate.seat,
        "fit": candidate.fit,
        "contributions": candidate.contributions,
        "reasons_for": describe_reasons(candidate.reasons_for, currency),
        "reasons_against": describe_reasons(candidate.reasons_against, currency),
        "spare_rooms": candidate.spare_rooms,
        "composite": {"score": candidate.composite, "lower": candidate.lower, "upper": candidate.upper},
        "capabilities": {
            name: {"score": score, "lower": lower, "upper": upper} for name, score, lower, upper in bounds
        },
    }
