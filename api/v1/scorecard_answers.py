"""The questions that a scorecard answers: peers, next steps, what if, outlook, history."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import IdempotentMixin
from api.v1.scorecards import ScorecardPart, ScorecardSerializer
from common.exceptions import Conflict
from scoring.capabilities.arrays import Standpoint, standpoint_of
from scoring.capabilities.next_steps import find_steps
from scoring.capabilities.outlook import look_ahead
from scoring.capabilities.peers import compare_with_peers
from scoring.capabilities.selectors import history_of
from scoring.capabilities.what_if import ask


class PeerRowSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(allow_blank=True, help_text="Empty for the score itself.")
    label = serializers.CharField()
    unit = serializers.CharField()
    capability = serializers.CharField(allow_blank=True)
    higher_is_better = serializers.BooleanField()
    value = serializers.FloatField(allow_null=True)
    first_quartile = serializers.FloatField(allow_null=True, help_text="Of the peers, in the metric's good direction.")
    median = serializers.FloatField(allow_null=True)
    third_quartile = serializers.FloatField(allow_null=True)
    best_tenth = serializers.FloatField(allow_null=True)
    to_median = serializers.FloatField(allow_null=True, help_text="Negative on the worse side of the median.")
    place = serializers.IntegerField(allow_null=True, help_text="By points; 1 is best.")
    count = serializers.IntegerField()
    next_line = serializers.CharField(allow_blank=True)
    next_value = serializers.FloatField(allow_null=True)
    to_next = serializers.FloatField(allow_null=True)


class PeersSerializer(serializers.Serializer[Any]):
    composite = PeerRowSerializer()
    capabilities = PeerRowSerializer(many=True)
    metrics = PeerRowSerializer(many=True)
    bottleneck = serializers.CharField(allow_blank=True, help_text="The weakest capability.")


class NextStepSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.CharField()
    capability = serializers.CharField()
    higher_is_better = serializers.BooleanField()
    value = serializers.FloatField(allow_null=True)
    line_name = serializers.CharField(allow_blank=True)
    line_value = serializers.FloatField(allow_null=True, help_text="The peers' next line.")
    line_gain = serializers.FloatField(allow_null=True, help_text="What reaching it adds to the score.")
    line_level = serializers.IntegerField(allow_null=True, help_text="The level that it reaches, when a higher one.")
    effort_value = serializers.FloatField(
        allow_null=True, help_text="A tenth of the way from the peers' first quartile to their best tenth further."
    )
    effort_gain = serializers.FloatField(allow_null=True, help_text="What that adds to the score; ranks the steps.")
    effort_text = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField(allow_blank=True)


class BottleneckSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    score = serializers.FloatField()
    gain = serializers.FloatField(help_text="What one more point of it adds to the score.")
    sentence = serializers.CharField()


class NextStepsSerializer(serializers.Serializer[Any]):
    bottleneck = BottleneckSerializer(allow_null=True)
    sentences = serializers.ListField(child=serializers.CharField())
    steps = NextStepSerializer(many=True, source="rows")


class AskSerializer(serializers.Serializer[Any]):
    values = serializers.DictField(
        child=serializers.FloatField(),
        help_text="Metric key to the value to try; a share from 0 to 1. What is not named stays as it is.",
    )


class OutcomeSerializer(serializers.Serializer[Any]):
    composite = serializers.FloatField(allow_null=True)
    level = serializers.IntegerField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True, help_text="Over all ranked providers.")
    place = serializers.IntegerField(allow_null=True, help_text="Within the peer group.")


class CapabilityChangeSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)
    points_before = serializers.FloatField()
    points = serializers.FloatField()


class MetricChangeSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    capability = serializers.CharField()
    value_before = serializers.FloatField(allow_null=True)
    value_after = serializers.FloatField(allow_null=True)
    normalised_before = serializers.FloatField(allow_null=True)
    normalised_after = serializers.FloatField(allow_null=True)
    points_before = serializers.FloatField()
    points = serializers.FloatField(help_text="Sums to the composite before rounding and limits.")


class WhatIfAnswerSerializer(serializers.Serializer[Any]):
    before = OutcomeSerializer()
    after = OutcomeSerializer()
    total = serializers.FloatField(allow_null=True)
    other = serializers.FloatField(help_text="Rounding and limits.")
    peers = serializers.IntegerField()
    ranked = serializers.IntegerField()
    capabilities = CapabilityChangeSerializer(many=True)
    metrics = MetricChangeSerializer(many=True)
    gates = serializers.ListField(child=serializers.CharField(), help_text="Limits that bind.")


class OutlookDaySerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField()
    as_of = serializers.DateField()
    composite = serializers.FloatField(allow_null=True)
    change = serializers.FloatField(allow_null=True)
    level = serializers.IntegerField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True, help_text="Among the others as they stand now.")
    capabilities = serializers.ListField(
        child=serializers.FloatField(allow_null=True), help_text="In the model's order."
    )
    assessed = serializers.IntegerField(help_text="How many metrics are assessed.")
    reasons = serializers.ListField(child=serializers.CharField())


class ScenarioSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="`no_facts`: none come; `repeat`: the last 28 settled days repeat.")
    label = serializers.CharField()
    days = OutlookDaySerializer(many=True)


class OutlookSerializer(serializers.Serializer[Any]):
    scenarios = ScenarioSerializer(many=True)
    fading = serializers.ListField(child=serializers.CharField(), help_text="What leaves the window, and when.")


class AnsweringPart(ScorecardPart):
    """An endpoint that asks the engine about one scorecard."""

    def get_standpoint(self) -> Standpoint:
        """The card among its peers; raises Conflict when its run knew no facts of the provider."""
        standpoint = standpoint_of(self.get_card())
        if standpoint is None:
            raise Conflict(
                _("The run found no facts of this provider in its window."),
                remedy=_("Choose another run."),
                code="nothing_to_compare",
            )
        return standpoint


class PeersView(AnsweringPart):
    """How far a scorecard's figures stand from the peer group."""

    @extend_schema(responses=PeersSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(PeersSerializer(compare_with_peers(self.get_standpoint())).data)


class NextStepsView(AnsweringPart):
    """What a small improvement of each metric would add, the most rewarding first, and the weakest capability."""

    @extend_schema(responses=NextStepsSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(NextStepsSerializer(find_steps(self.get_standpoint())).data)


class WhatIfView(IdempotentMixin, AnsweringPart):
    """What the score would be if some figures were others. Nothing is stored; the peer group, the other providers and
    the evidence stay as they are in the scorecard's run."""

    throttle_scope = "what_if"
    serializer_class = AskSerializer

    @extend_schema(request=AskSerializer, responses=WhatIfAnswerSerializer)
    def post(self, request: Request, pk: int) -> Response:
        standpoint = self.get_standpoint()
        asked = AskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(WhatIfAnswerSerializer(ask(standpoint, asked.validated_data["values"])).data)


class OutlookView(AnsweringPart):
    """What the score will be in 7, 30, 60 and 90 days as facts grow older."""

    @extend_schema(responses=OutlookSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(OutlookSerializer(look_ahead(self.get_standpoint())).data)


class HistoryView(ScorecardPart):
    """Score and rank of the scorecard's provider over time, newest first, at most 90 days, with their intervals."""

    @extend_schema(responses=ScorecardSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        cards = history_of(self.get_card().provider_id).select_related("provider", "run__scoring_model")
        return Response(ScorecardSerializer(cards, many=True).data)
