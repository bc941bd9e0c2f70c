"""Traders: the people who operate live rooms, who they are and what the platform decided about them."""

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
from api.v1.certificates import CertificateRowSerializer, CertificateSerializer
from common.exceptions import InvalidInput, NotFound
from providers.enums import Capability
from providers.registry import selectors as registry
from providers.traders import employment_services, permissions, selectors, services, verification_services
from providers.traders.filters import TraderFilter
from providers.traders.models import MAX_LIVE_ROOMS, Certificate, Employment, Trader
from providers.traders.states import TRADER, VERIFICATION, verification_of


class EmploymentSerializer(serializers.ModelSerializer[Employment]):
    class Meta:
        model = Employment
        fields = ["starts_on", "ends_on"]
        read_only_fields = fields


class TraderRowSerializer(serializers.ModelSerializer[Trader]):
    """In lists: what may be done with each is said by its own representation."""

    provider = serializers.CharField(source="provider.code")
    identity_number = serializers.CharField(
        source="person.identity_masked",
        default=None,
        allow_null=True,
        help_text="Masked; null while it was not given.",
    )
    employment = serializers.SerializerMethodField(help_text="Null while the identity number was not given.")
    certificate = serializers.SerializerMethodField(help_text="The valid one; null for a trainee.")

    class Meta:
        model = Trader
        fields = [
            "code",
            "provider",
            "name",
            "identity_number",
            "level",
            "capabilities",
            "max_live_rooms",
            "status",
            "joined_at",
            "left_at",
            "verification",
            "verification_at",
            "verification_note",
            "employment",
            "certificate",
            "version",
        ]
        read_only_fields = fields

    @extend_schema_field(EmploymentSerializer(allow_null=True))
    def get_employment(self, trader: Trader) -> dict[str, Any] | None:
        employment = selectors.employment_of(trader)
        return dict(EmploymentSerializer(employment).data) if employment else None

    @extend_schema_field(CertificateRowSerializer(allow_null=True))
    def get_certificate(self, trader: Trader) -> dict[str, Any] | None:
        certificate = selectors.current_certificate(trader)
        return self.describe_certificate(certificate) if certificate else None

    def describe_certificate(self, certificate: Certificate) -> dict[str, Any]:
        return dict(CertificateRowSerializer(certificate).data)


class TraderSerializer(TraderRowSerializer):
    allowed_actions = serializers.SerializerMethodField()
    allowed_verification_actions = serializers.SerializerMethodField()

    class Meta(TraderRowSerializer.Meta):
        fields = [*TraderRowSerializer.Meta.fields, "allowed_actions", "allowed_verification_actions"]
        read_only_fields = fields

    @extend_schema_field(CertificateSerializer(allow_null=True))
    def get_certificate(self, trader: Trader) -> dict[str, Any] | None:
        return super().get_certificate(trader)

    def describe_certificate(self, certificate: Certificate) -> dict[str, Any]:
        return dict(CertificateSerializer(certificate, context=self.context).data)

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, trader: Trader) -> list[dict[str, Any]]:
        return describe_offers(permissions.offer_steps(self.context["request"].user, trader))

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_verification_actions(self, trader: Trader) -> list[dict[str, Any]]:
        return describe_offers(permissions.offer_verification(self.context["request"].user, trader))


class IdentityRequest(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that you read.")
    identity_number = serializers.CharField(
        max_length=40, help_text="Resident identity number; only a keyed hash and a masked form of it are kept."
    )


class TraderRequest(serializers.Serializer[Any]):
    provider = serializers.CharField(max_length=40, help_text="The code of your provider.")
    name = serializers.CharField(max_length=80)
    capabilities = serializers.ListField(
        child=serializers.ChoiceField(choices=Capability.choices), min_length=1, max_length=len(Capability)
    )
    max_live_rooms = serializers.IntegerField(min_value=1, max_value=MAX_LIVE_ROOMS, required=False)
    identity_number = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Resident identity number, needed for verification; only a keyed hash and a masked form are kept.",
    )


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


class TraderListView(IdempotentMixin, ListAPIView[Trader]):
    """The traders that you may see; POST registers one."""

    serializer_class = TraderRowSerializer
    filterset_class = TraderFilter

    def get_queryset(self) -> Any:
        return selectors.for_lists(selectors.visible_to(self.request.user)).order_by("code")

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
        return Response(TraderSerializer(trader, context=self.get_serializer_context()).data, status=201)


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


class TraderIdentityView(TraderPart):
    """Say who the trader is; the employment at your provider begins with it."""

    @extend_schema(request=IdentityRequest, responses=TraderSerializer)
    def post(self, request: Request, code: str) -> Response:
        form = IdentityRequest(data=request.data)
        form.is_valid(raise_exception=True)
        trader = employment_services.give_identity(
            trader_id=self.get_trader().pk, by=request.user, **form.validated_data
        )
        return Response(self.get_serializer(trader).data)


class TraderVerificationView(TraderPart):
    """Take a step of the verification: ask, verify, refuse."""

    @extend_schema(request=ActionInput, responses=TraderSerializer)
    def post(self, request: Request, code: str) -> Response:
        subject = verification_of(self.get_trader())
        trader = run_action(request, subject, VERIFICATION, verification_services.ACTIONS, "trader_id")
        return Response(self.get_serializer(trader).data)


class TraderActionsView(TraderPart):
    """Take a step: leave, or release by the platform."""

    @extend_schema(request=ActionInput, responses=TraderSerializer)
    def post(self, request: Request, code: str) -> Response:
        trader = run_action(request, self.get_trader(), TRADER, services.ACTIONS, "trader_id")
        return Response(self.get_serializer(trader).data)
