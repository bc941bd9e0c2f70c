"""Engagements and their traders."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from merchants.engagements import selectors, services
from merchants.engagements.filters import EngagementPartiesFilter
from merchants.engagements.models import Assignment, Engagement
from merchants.engagements.permissions import offer_actions
from merchants.engagements.progress import measure_progress
from merchants.engagements.states import ENGAGEMENT


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    trader = serializers.CharField(source="trader.code", read_only=True)
    trader_name = serializers.CharField(source="trader.name", read_only=True)

    class Meta:
        model = Assignment
        fields = ["id", "trader", "trader_name", "rooms", "started_at", "ended_at"]
        read_only_fields = fields


class ProgressSerializer(serializers.Serializer[Any]):
    """What the facts say so far; `measured` is null while there are none."""

    measured = serializers.IntegerField(allow_null=True)
    target = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    until = serializers.DateField(allow_null=True)


class EngagementSerializer(serializers.ModelSerializer[Engagement]):
    merchant = serializers.CharField(source="merchant.code", read_only=True)
    provider = serializers.CharField(source="provider.code", read_only=True)
    title = serializers.CharField(source="request.title", read_only=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Engagement
        fields = [
            "id",
            "code",
            "title",
            "request",
            "invitation",
            "merchant",
            "provider",
            "scope",
            "goal",
            "target_metric",
            "target_amount",
            "target_by",
            "category",
            "stage",
            "rooms",
            "budget_model",
            "budget_max_minor",
            "commission_max_bp",
            "currency",
            "status",
            "status_at",
            "started_at",
            "ended_at",
            "end_note",
            "version",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, engagement: Engagement) -> list[dict[str, Any]]:
        return describe_offers(offer_actions(self.context["request"].user, engagement))


class EngagementDetailSerializer(EngagementSerializer):
    assignments = AssignmentSerializer(many=True, read_only=True)
    progress = serializers.SerializerMethodField()

    class Meta(EngagementSerializer.Meta):
        fields = [*EngagementSerializer.Meta.fields, "assignments", "progress"]
        read_only_fields = fields

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, engagement: Engagement) -> Any:
        return ProgressSerializer(measure_progress(engagement)).data


class AssignmentInput(serializers.Serializer[dict[str, Any]]):
    trader = serializers.CharField(max_length=20)
    rooms = serializers.IntegerField(min_value=1)
    version = serializers.IntegerField(min_value=1)


class AssignmentEnd(serializers.Serializer[dict[str, Any]]):
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)
    version = serializers.IntegerField(min_value=1)


def _find(request: Request, pk: int) -> Engagement:
    found = selectors.visible_to(request.user).prefetch_related("assignments__trader")
    return get_object_or_404(found, pk=pk)


def _represent(request: Request, pk: int, code: int = status.HTTP_200_OK) -> Response:
    body = EngagementDetailSerializer(_find(request, pk), context={"request": request}).data
    return Response(body, status=code)


class EngagementListView(ListAPIView[Engagement]):
    """Engagements of either side."""

    serializer_class = EngagementSerializer
    filterset_class = EngagementPartiesFilter

    def get_queryset(self) -> QuerySet[Engagement]:
        return selectors.visible_to(self.request.user)


class EngagementView(APIView):
    """One engagement with its traders and its progress."""

    @extend_schema(responses=EngagementDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return _represent(request, pk)


class EngagementActionView(IdempotentMixin, APIView):
    """Pause, resume, complete or terminate."""

    @extend_schema(request=ActionInput, responses=EngagementDetailSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run_action(request, _find(request, pk), ENGAGEMENT, services.ACTIONS, "engagement_id")
        return _represent(request, pk)


class AssignmentListView(IdempotentMixin, APIView):
    """Put a trader to work."""

    @extend_schema(request=AssignmentInput, responses={201: EngagementDetailSerializer})
    def post(self, request: Request, pk: int) -> Response:
        found = _find(request, pk)
        given = AssignmentInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        services.assign_trader(
            engagement_id=found.pk,
            trader_code=data["trader"],
            rooms=data["rooms"],
            version=data["version"],
            by=request.user,
        )
        return _represent(request, pk, status.HTTP_201_CREATED)


class AssignmentEndView(IdempotentMixin, APIView):
    """End a trader's work."""

    @extend_schema(request=AssignmentEnd, responses=EngagementDetailSerializer)
    def post(self, request: Request, pk: int, assignment: int) -> Response:
        found = get_object_or_404(_find(request, pk).assignments, pk=assignment)
        given = AssignmentEnd(data=request.data)
        given.is_valid(raise_exception=True)
        services.end_assignment(assignment_id=found.pk, by=request.user, **given.validated_data)
        return _represent(request, pk)
