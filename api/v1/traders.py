"""Traders: the people who operate live rooms."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import InvalidInput, NotFound
from providers.enums import Capability
from providers.registry import selectors as registry
from providers.traders import permissions, selectors, services
from providers.traders.enums import TraderLevel
from providers.traders.filters import TraderFilter
from providers.traders.models import MAX_LIVE_ROOMS, Trader
from providers.traders.states import TRADER


class TraderSerializer(serializers.ModelSerializer[Trader]):
    provider = serializers.CharField(source="provider.code")
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Trader
        fields = [
            "code",
            "provider",
            "name",
            "level",
            "capabilities",
            "max_live_rooms",
            "status",
            "joined_at",
            "left_at",
            "version",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, trader: Trader) -> list[dict[str, Any]]:
        user = self.context["request"].user
        return describe_offers(TRADER.offer_actions(trader, lambda row: permissions.check_act(user, trader, row)))


class TraderRequest(serializers.Serializer[Any]):
    provider = serializers.CharField(max_length=40, help_text="The code of your provider.")
    name = serializers.CharField(max_length=80)
    capabilities = serializers.ListField(
        child=serializers.ChoiceField(choices=Capability.choices), min_length=1, max_length=len(Capability)
    )
    max_live_rooms = serializers.IntegerField(min_value=1, max_value=MAX_LIVE_ROOMS, required=False)


class TraderChanges(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that you read.")
    name = serializers.CharField(max_length=80, required=False)
    capabilities = serializers.ListField(
        child=serializers.ChoiceField(choices=Capability.choices),
        min_length=1,
        max_length=len(Capability),
        required=False,
    )
    max_live_rooms = serializers.IntegerField(min_value=1, max_value=MAX_LIVE_ROOMS, required=False)


class CertificationRequest(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that you read.")
    level = serializers.ChoiceField(choices=TraderLevel.choices)
    note = serializers.CharField(max_length=4000)


class TraderListView(IdempotentMixin, ListAPIView[Trader]):
    """The traders that you may see; POST registers one."""

    serializer_class = TraderSerializer
    filterset_class = TraderFilter

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).order_by("code")

    @extend_schema(request=TraderRequest, responses={201: TraderSerializer})
    def post(self, request: Request) -> Response:
        form = TraderRequest(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        provider = registry.visible_to(request.user).filter(code=fields.pop("provider")).first()
        if provider is None:
            raise InvalidInput(
                _("There is no such provider among yours."),
                field="provider",
                remedy=_("Give the code of your provider."),
            )
        trader = services.register_trader(provider_id=provider.pk, by=request.user, **fields)
        return Response(self.get_serializer(trader).data, status=201)


class TraderPart(IdempotentMixin, GenericAPIView[Trader]):
    """What the endpoints of one trader share."""

    serializer_class = TraderSerializer
    queryset = Trader.objects.none()

    def get_trader(self) -> Trader:
        trader = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if trader is None:
            raise NotFound()
        return trader


class TraderView(TraderPart):
    """One trader."""

    @extend_schema(responses=TraderSerializer)
    def get(self, request: Request, code: str) -> Response:
        return Response(self.get_serializer(self.get_trader()).data)

    @extend_schema(request=TraderChanges, responses=TraderSerializer)
    def patch(self, request: Request, code: str) -> Response:
        form = TraderChanges(data=request.data)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        version = changes.pop("version")
        trader = services.edit_trader(trader_id=self.get_trader().pk, changes=changes, by=request.user, version=version)
        return Response(self.get_serializer(trader).data)


class TraderCertificationView(TraderPart):
    """Set the level that the platform certifies."""

    @extend_schema(request=CertificationRequest, responses=TraderSerializer)
    def post(self, request: Request, code: str) -> Response:
        form = CertificationRequest(data=request.data)
        form.is_valid(raise_exception=True)
        trader = services.certify_trader(trader_id=self.get_trader().pk, by=request.user, **form.validated_data)
        return Response(self.get_serializer(trader).data)


class TraderActionsView(TraderPart):
    """Take a step: leave."""

    @extend_schema(request=ActionInput, responses=TraderSerializer)
    def post(self, request: Request, code: str) -> Response:
        trader = run_action(request, self.get_trader(), TRADER, services.ACTIONS, "trader_id")
        return Response(self.get_serializer(trader).data)
