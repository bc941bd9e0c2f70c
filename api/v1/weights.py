"""What if the weights were others, over a finished run."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import check_permission
from api.base import IdempotentMixin
from common.exceptions import NotFound
from scoring.capabilities import selectors
from scoring.capabilities.models import ScoreRun
from scoring.capabilities.what_if_weights import PERMISSION, ask_weights


class AskWeightsSerializer(serializers.Serializer[Any]):
    capabilities = serializers.DictField(
        child=serializers.FloatField(),
        default=dict,
        help_text="Capability key to weight, on any scale: weights count by their proportions. What is not named keeps "
        "its own; 0 leaves a part out.",
    )
    metrics = serializers.DictField(
        child=serializers.FloatField(), default=dict, help_text="Metric key to weight within its capability."
    )


class MoverSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField(source="provider.code")
    name = serializers.CharField(source="provider.name")
    rank_before = serializers.IntegerField()
    rank_after = serializers.IntegerField()
    climbed = serializers.IntegerField()
    score_before = serializers.FloatField()
    score_after = serializers.FloatField()


class TierSerializer(serializers.Serializer[Any]):
    level = serializers.IntegerField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class GroupShiftSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    score_change = serializers.FloatField(allow_null=True)
    climbed = serializers.FloatField(allow_null=True)


class WeightRowSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    before = serializers.FloatField()
    after = serializers.FloatField(help_text="As it counts: the weights of siblings sum to 1.")


class WeightAnswerSerializer(serializers.Serializer[Any]):
    ranked = serializers.IntegerField()
    moved = serializers.IntegerField(help_text="How many change their rank.")
    correlation = serializers.FloatField(allow_null=True, help_text="Spearman's, of the ranks before and after.")
    largest_change = serializers.FloatField(allow_null=True)
    mean_change = serializers.FloatField(allow_null=True, help_text="Of the scores, without their sign.")
    tiers = TierSerializer(many=True)
    changed_tier = serializers.IntegerField()
    up = MoverSerializer(many=True)
    down = MoverSerializer(many=True)
    groups = GroupShiftSerializer(many=True)
    capabilities = WeightRowSerializer(many=True)
    metrics = WeightRowSerializer(many=True)


class RunWhatIfView(IdempotentMixin, GenericAPIView[ScoreRun]):
    """Who would move if the weights of a finished run were others. Nothing is stored."""

    throttle_scope = "what_if"
    serializer_class = AskWeightsSerializer
    queryset = ScoreRun.objects.none()

    @extend_schema(request=AskWeightsSerializer, responses=WeightAnswerSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run = selectors.runs_visible_to(request.user).filter(pk=pk).first()
        if run is None:
            raise NotFound()
        check_permission(request.user, PERMISSION)
        asked = AskWeightsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        answer = ask_weights(run, asked.validated_data["capabilities"], asked.validated_data["metrics"])
        return Response(WeightAnswerSerializer(answer).data)
