"""Scorecards, their ledger, and why a score moved."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from common.exceptions import NotFound
from scoring.capabilities import selectors
from scoring.capabilities.explain import explain_scorecard, say_status
from scoring.capabilities.filters import ScorecardFilter
from scoring.capabilities.models import Scorecard
from scoring.capabilities.moves import explain_move


class ScorecardSerializer(serializers.ModelSerializer[Scorecard]):
    provider = serializers.CharField(source="provider.code")
    as_of = serializers.DateField(source="run.as_of")

    class Meta:
        model = Scorecard
        fields = [
            "id",
            "run",
            "as_of",
            "provider",
            "external",
            "status",
            "reason",
            "composite",
            "lower",
            "upper",
            "level",
            "gates",
            "rank",
            "rank_lower",
            "rank_upper",
            "metrics_assessed",
            "capability_scores",
            "capability_lowers",
            "capability_uppers",
        ]
        read_only_fields = fields


class MetricRowSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.CharField()
    higher_is_better = serializers.BooleanField()
    raw = serializers.FloatField(allow_null=True)
    evidence = serializers.FloatField(allow_null=True)
    needed = serializers.FloatField()
    days = serializers.IntegerField()
    shrunk = serializers.FloatField(allow_null=True)
    winsorised = serializers.FloatField(allow_null=True)
    normalised = serializers.FloatField(allow_null=True)
    weight = serializers.FloatField(allow_null=True)
    contribution = serializers.FloatField(allow_null=True, help_text="Sums to the capability before it is rounded.")
    points = serializers.FloatField(allow_null=True, help_text="Sums to `exact`.")
    peer_value = serializers.FloatField(allow_null=True)
    peer_normalised = serializers.FloatField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class CapabilityRowSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    weight = serializers.FloatField(allow_null=True)
    points = serializers.FloatField(allow_null=True)
    floor = serializers.FloatField(allow_null=True)
    peer_median = serializers.FloatField(allow_null=True)
    peer_first_quartile = serializers.FloatField(allow_null=True)
    peer_third_quartile = serializers.FloatField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    metrics = MetricRowSerializer(many=True)


class LedgerSerializer(serializers.Serializer[Any]):
    scorecard = ScorecardSerializer()
    sentence = serializers.CharField()
    exact = serializers.FloatField(allow_null=True, help_text="The composite before rounding and limits.")
    gate_effect = serializers.FloatField(allow_null=True)
    capabilities = CapabilityRowSerializer(many=True)


class MetricMoveSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    capability = serializers.CharField()
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)
    points = serializers.FloatField()


class CapabilityMoveSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)
    points = serializers.FloatField()


class MoveSerializer(serializers.Serializer[Any]):
    before = ScorecardSerializer()
    after = ScorecardSerializer()
    total = serializers.FloatField(allow_null=True)
    other = serializers.FloatField(help_text="Rounding and limits.")
    capabilities = CapabilityMoveSerializer(many=True)
    metrics = MetricMoveSerializer(many=True)
    sentences = serializers.ListField(child=serializers.CharField())


class ScorecardListView(ListAPIView[Scorecard]):
    """The scorecards that you may see: of the present run, or of `run`."""

    serializer_class = ScorecardSerializer
    filterset_class = ScorecardFilter
    queryset = Scorecard.objects.none()  # the schema is made without a database

    def get_queryset(self) -> Any:
        cards = selectors.scorecards_visible_to(self.request.user).order_by("rank", "provider__code")
        chosen = self.request.query_params.get("run", "")
        return cards if chosen.isdecimal() else cards.filter(run=selectors.current_run())


class ScorecardPart(GenericAPIView[Scorecard]):
    """What the endpoints of one scorecard share."""

    serializer_class = ScorecardSerializer
    queryset = Scorecard.objects.none()

    def get_card(self) -> Scorecard:
        cards = selectors.scorecards_visible_to(self.request.user).select_related("peer_group")
        card = cards.filter(pk=self.kwargs["pk"]).first()
        if card is None:
            raise NotFound()
        return card


class ScorecardView(ScorecardPart):
    """One scorecard."""

    @extend_schema(responses=ScorecardSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_card()).data)


class LedgerView(ScorecardPart):
    """Every metric of one scorecard, from raw value to points."""

    @extend_schema(responses=LedgerSerializer)
    def get(self, request: Request, pk: int) -> Response:
        card = self.get_card()
        ledger = {
            "scorecard": card,
            "sentence": say_status(card),
            "exact": card.exact,
            "gate_effect": card.gate_effect,
            "capabilities": [asdict(row) for row in explain_scorecard(card)],
        }
        return Response(LedgerSerializer(ledger).data)


class MoveView(ScorecardPart):
    """Why the score moved between this scorecard and any other of the same provider, the earlier one first."""

    @extend_schema(
        responses=MoveSerializer,
        parameters=[
            OpenApiParameter("since", OpenApiTypes.INT, description="The other scorecard; default a week before.")
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        card = self.get_card()
        since = request.query_params.get("since", "")
        others = selectors.cards_of(card.provider_id)
        other = others.filter(pk=since).first() if since.isdecimal() else selectors.card_to_compare(card)
        if other is None:
            raise NotFound()
        return Response(MoveSerializer(explain_move(*selectors.cards_in_time(other, card))).data)
