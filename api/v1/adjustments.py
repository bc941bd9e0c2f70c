"""Corrections of facts, and what a score left out."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import IdempotentMixin
from api.v1.scorecards import ScorecardPart
from common.exceptions import NotFound
from scoring.capabilities.left_out import list_left_out
from scoring.facts import adjustment_selectors, adjustment_services
from scoring.facts.adjustment_filters import AdjustmentFilter
from scoring.facts.adjustment_models import Adjustment, AdjustmentLine
from scoring.facts.adjustment_services import FakeOrders


class AdjustmentSerializer(serializers.ModelSerializer[Adjustment]):
    """A correction: rows that are added to the facts. `file_digest` is part of the identity of runs."""

    number = serializers.CharField()

    class Meta:
        model = Adjustment
        fields = [
            "id",
            "number",
            "kind",
            "reference",
            "reason",
            "day_from",
            "day_to",
            "line_count",
            "provider_count",
            "file_digest",
            "created_at",
        ]
        read_only_fields = fields


class AdjustmentLineSerializer(serializers.ModelSerializer[AdjustmentLine]):
    provider = serializers.CharField(source="provider.code")
    after = serializers.IntegerField()

    class Meta:
        model = AdjustmentLine
        fields = ["provider", "day", "merchant", "trader", "column", "before", "delta", "after"]
        read_only_fields = fields


class AdjustmentDetailSerializer(AdjustmentSerializer):
    lines = AdjustmentLineSerializer(many=True, source="visible_lines")

    class Meta(AdjustmentSerializer.Meta):
        fields = [*AdjustmentSerializer.Meta.fields, "lines"]
        read_only_fields = fields


class FakeOrdersEntry(serializers.Serializer[Any]):
    provider = serializers.CharField(max_length=40)
    merchant = serializers.CharField(max_length=40)
    trader = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    day = serializers.DateField()
    orders = serializers.IntegerField(min_value=1)
    gmv_minor = serializers.IntegerField(min_value=0)
    refunded_orders = serializers.IntegerField(min_value=0, required=False, default=0)
    refunded_gmv_minor = serializers.IntegerField(min_value=0, required=False, default=0)


class FakeOrdersRequest(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)
    entries = FakeOrdersEntry(many=True, allow_empty=False)


class AdjustmentListView(ListAPIView[Adjustment]):
    """The corrections that you may see."""

    serializer_class = AdjustmentSerializer
    filterset_class = AdjustmentFilter
    queryset = Adjustment.objects.none()

    def get_queryset(self) -> Any:
        return adjustment_selectors.visible_to(self.request.user).order_by("-pk")


class AdjustmentView(GenericAPIView[Adjustment]):
    """One correction with the lines that you may see."""

    serializer_class = AdjustmentDetailSerializer
    queryset = Adjustment.objects.none()

    @extend_schema(responses=AdjustmentDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        adjustment = adjustment_selectors.visible_to(request.user).filter(pk=pk).first()
        if adjustment is None:
            raise NotFound()
        adjustment.visible_lines = adjustment_selectors.lines_visible_to(request.user, adjustment)  # type: ignore
        return Response(self.get_serializer(adjustment).data)


class FakeOrdersView(IdempotentMixin, GenericAPIView[Adjustment]):
    """Take orders out of the facts that were ruled fake: all entries or none."""

    serializer_class = AdjustmentSerializer
    queryset = Adjustment.objects.none()
    throttle_scope = "write"

    @extend_schema(request=FakeOrdersRequest, responses={201: AdjustmentSerializer})
    def post(self, request: Request) -> Response:
        form = FakeOrdersRequest(data=request.data)
        form.is_valid(raise_exception=True)
        entries = [FakeOrders(**entry) for entry in form.validated_data["entries"]]
        adjustment = adjustment_services.enter_fake_orders(
            entries=entries, reason=form.validated_data["reason"], by=request.user
        )
        return Response(self.get_serializer(adjustment).data, status=201)


class LeftOutSerializer(serializers.Serializer[Any]):
    """Amounts are those that do not count; `counted` is the share that does, where part does."""

    reason = serializers.CharField()
    label = serializers.CharField()
    sentence = serializers.CharField()
    merchant = serializers.CharField(allow_blank=True)
    rows = serializers.IntegerField()
    orders = serializers.IntegerField()
    gmv_minor = serializers.IntegerField()
    counted = serializers.FloatField(allow_null=True)
    grounds = serializers.ListField(child=serializers.CharField())


class ScorecardExclusionsSerializer(serializers.Serializer[Any]):
    exclusions = LeftOutSerializer(many=True)
    corrections = AdjustmentLineSerializer(many=True)


class ScorecardExclusionsView(ScorecardPart):
    """What a scorecard's run left out of the provider's evidence, and which corrections it took in."""

    @extend_schema(responses=ScorecardExclusionsSerializer)
    def get(self, request: Request, pk: int) -> Response:
        card = self.get_card()
        corrections = adjustment_selectors.corrections_of(card.provider_id, card.run.adjustment_ids)
        told = {
            "exclusions": [asdict(one) for one in list_left_out(card)],
            "corrections": corrections.select_related("provider"),
        }
        return Response(ScorecardExclusionsSerializer(told).data)
