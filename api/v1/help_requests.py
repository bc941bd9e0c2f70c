"""Help requests and their shortlists."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import check_permission
from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer, VersionedChange
from api.v1.shortlists import ReasonSerializer, ShortlistSerializer, describe_reasons, describe_shortlist
from common.exceptions import InvalidInput, NotFound
from merchants.clocks import business_day
from merchants.matching import selectors as matching
from merchants.matching.judge import describe_reason, explain_why_not
from merchants.matching.services import REQUEST_ACTIONS, make_shortlist
from merchants.registry import selectors as registry
from merchants.requests import selectors, services
from merchants.requests.enums import BudgetModel, Goal, Mode, TargetMetric
from merchants.requests.filters import HelpRequestFilter
from merchants.requests.models import MAX_ROOMS, HelpRequest
from merchants.requests.permissions import offer_actions
from merchants.requests.states import HELP_REQUEST
from providers.enums import Capability, Category, Region
from providers.registry.models import Provider


class NeedsSerializer(serializers.Serializer[dict[str, int]]):
    """How much each capability matters, 0 to 3."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: serializers.IntegerField(required=False, min_value=0, max_value=3) for name in Capability.values}


class HelpRequestSerializer(serializers.ModelSerializer[HelpRequest]):
    merchant = serializers.CharField(source="merchant.code", read_only=True)
    needs = NeedsSerializer(source="needs_by_capability", read_only=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = HelpRequest
        fields = [
            "id",
            "code",
            "merchant",
            *services.EDITABLE,
            "currency",
            "stage",
            "status",
            "status_at",
            "due_at",
            "created_at",
            "submitted_at",
            "shortlist_job",
            "version",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, request: HelpRequest) -> list[dict[str, Any]]:
        return describe_offers(offer_actions(self.context["request"].user, request))


class HelpRequestInput(serializers.Serializer[dict[str, Any]]):
    """What is asked. A draft needs title and goal; submitting asks for the rest. Money is in minor units."""

    title = serializers.CharField(max_length=120)
    goal = serializers.ChoiceField(choices=Goal.choices)
    target_metric = serializers.ChoiceField(choices=TargetMetric.choices, required=False, allow_blank=True)
    target_amount = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    target_by = serializers.DateField(required=False, allow_null=True)
    description = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    needs = NeedsSerializer(required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    region = serializers.ChoiceField(choices=Region.choices, required=False, allow_blank=True)
    rooms = serializers.IntegerField(required=False, min_value=1, max_value=MAX_ROOMS)
    budget_model = serializers.ChoiceField(choices=BudgetModel.choices, required=False, allow_blank=True)
    budget_min_minor = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    budget_max_minor = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    commission_max_bp = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=10_000)
    mode = serializers.ChoiceField(choices=Mode.choices, required=False, allow_blank=True)


class HelpRequestCreation(HelpRequestInput):
    merchant = serializers.CharField(max_length=40)


class HelpRequestChange(HelpRequestInput, VersionedChange):
    """Any of the fields, with the version."""


class WhyNotSerializer(serializers.Serializer[dict[str, Any]]):
    provider = serializers.CharField()
    on_shortlist = serializers.BooleanField()
    reasons = ReasonSerializer(many=True)


class ShortlistInput(serializers.Serializer[dict[str, Any]]):
    version = serializers.IntegerField(min_value=1)


def find_request(request: Request, pk: int) -> HelpRequest:
    """The help request among those that the caller may see, else 404."""
    return get_object_or_404(selectors.visible_to(request.user), pk=pk)


def _represent(request: Request, found: HelpRequest, code: int = status.HTTP_200_OK) -> Response:
    return Response(HelpRequestSerializer(found, context={"request": request}).data, status=code)


class HelpRequestListView(IdempotentMixin, ListAPIView[HelpRequest]):
    """Requests that the caller may see; a new one starts as a draft."""

    serializer_class = HelpRequestSerializer
    filterset_class = HelpRequestFilter

    def get_queryset(self) -> QuerySet[HelpRequest]:
        return selectors.visible_to(self.request.user)

    @extend_schema(request=HelpRequestCreation, responses={201: HelpRequestSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = HelpRequestCreation(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        merchant = registry.visible_to(request.user).filter(code=data.pop("merchant")).first()
        if merchant is None:
            raise InvalidInput(
                _("There is no such shop among yours."), field="merchant", remedy=_("Give the code of your shop.")
            )
        made = services.create_help_request(merchant_id=merchant.pk, data=data, by=request.user)
        return _represent(request, made, status.HTTP_201_CREATED)


class HelpRequestView(APIView):
    """One help request."""

    @extend_schema(responses=HelpRequestSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return _represent(request, find_request(request, pk))

    @extend_schema(request=HelpRequestChange, responses=HelpRequestSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        found = find_request(request, pk)
        given = HelpRequestChange(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        changes = dict(given.validated_data)
        version = changes.pop("version")
        return _represent(
            request,
            services.edit_help_request(request_id=found.pk, changes=changes, version=version, by=request.user),
        )


class HelpRequestActionView(IdempotentMixin, APIView):
    """Submit, shortlist, reopen or cancel."""

    @extend_schema(request=ActionInput, responses=HelpRequestSerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = find_request(request, pk)
        return _represent(request, run_action(request, found, HELP_REQUEST, REQUEST_ACTIONS, "request_id"))


class ShortlistView(IdempotentMixin, APIView):
    """The shortlist that counts now; POST makes a new one."""

    @extend_schema(responses=ShortlistSerializer)
    def get(self, request: Request, pk: int) -> Response:
        found = find_request(request, pk)
        check_permission(request.user, "match.view", organisation_id=found.merchant.organisation_id)
        shortlist = matching.latest_shortlist(found)
        if shortlist is None:
            raise NotFound()
        return Response(describe_shortlist(shortlist))

    @extend_schema(request=ShortlistInput, responses={201: ShortlistSerializer})
    def post(self, request: Request, pk: int) -> Response:
        found = find_request(request, pk)
        given = ShortlistInput(data=request.data)
        given.is_valid(raise_exception=True)
        changed = make_shortlist(request_id=found.pk, by=request.user, version=given.validated_data["version"])
        shortlist = matching.latest_shortlist(changed)
        if shortlist is None:
            raise NotFound()
        return Response(describe_shortlist(shortlist), status=status.HTTP_201_CREATED)


class WhyNotView(APIView):
    """Why a provider would not be on a shortlist made now; for staff."""

    @extend_schema(
        parameters=[OpenApiParameter("provider", OpenApiTypes.STR, required=True)], responses=WhyNotSerializer
    )
    def get(self, request: Request, pk: int) -> Response:
        found = find_request(request, pk)
        check_permission(request.user, "match.manage")
        code = request.query_params.get("provider", "")
        provider = Provider.objects.filter(code=code).first()
        if provider is None:
            raise InvalidInput(
                _("There is no provider with this code."), field="provider", remedy=_("Give a code such as P000123.")
            )
        reasons = explain_why_not(found, provider.pk, today=business_day(timezone.now()))
        stored = [describe_reason(reason) for reason in reasons]
        body = {
            "provider": code,
            "on_shortlist": not reasons,
            "reasons": describe_reasons(stored, found.currency),
        }
        return Response(body)
