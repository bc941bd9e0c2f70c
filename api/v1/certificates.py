"""Certificates of traders, and what a provider can claim through them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.days import business_day
from common.exceptions import NotFound
from providers.enums import Capability
from providers.registry import selectors as registry
from providers.traders import certificate_services, permissions, selectors
from providers.traders.claims import Claim, claims_of
from providers.traders.enums import CERTIFIED_LEVELS, ClaimStatus
from providers.traders.models import Certificate
from providers.traders.states import CERTIFICATE


class CertificateRowSerializer(serializers.ModelSerializer[Certificate]):
    """In lists: what may be done with each is said by its own representation."""

    trader = serializers.CharField(source="trader.code")
    expires_on = serializers.DateField(help_text="The first day without it.")

    class Meta:
        model = Certificate
        fields = [
            "id",
            "trader",
            "level",
            "capabilities",
            "issued_on",
            "expires_on",
            "note",
            "status",
            "status_at",
            "status_note",
            "version",
        ]
        read_only_fields = fields


class CertificateSerializer(CertificateRowSerializer):
    allowed_actions = serializers.SerializerMethodField()

    class Meta(CertificateRowSerializer.Meta):
        fields = [*CertificateRowSerializer.Meta.fields, "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, certificate: Certificate) -> list[dict[str, Any]]:
        return describe_offers(permissions.offer_certificate(self.context["request"].user, certificate))


class CertificateRequest(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version of the trader that you read.")
    level = serializers.ChoiceField(choices=CERTIFIED_LEVELS)
    capabilities = serializers.ListField(
        child=serializers.ChoiceField(choices=Capability.choices),
        min_length=1,
        max_length=len(Capability),
        required=False,
        help_text="Some of the trader's capabilities; all of them when left out.",
    )
    note = serializers.CharField(max_length=4000, help_text="What the level rests on.")


class ClaimSerializer(serializers.Serializer[Claim]):
    capability = serializers.ChoiceField(choices=Capability.choices)
    status = serializers.ChoiceField(choices=ClaimStatus.choices)
    traders = serializers.IntegerField(help_text="Verified traders with a certificate that holds and covers it.")
    certified = serializers.IntegerField(help_text="Of these, at level certified.")
    senior = serializers.IntegerField(help_text="Of these, at level senior.")
    gold = serializers.IntegerField(help_text="Of these, at level gold medal.")


class TraderCertificatesView(IdempotentMixin, ListAPIView[Certificate]):
    """The certificates of one trader, newest first; POST issues one, which supersedes the valid one."""

    serializer_class = CertificateRowSerializer
    queryset = Certificate.objects.none()
    filter_backends = ()

    def get_trader_id(self) -> int:
        trader = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if trader is None:
            raise NotFound()
        return trader.pk

    def get_queryset(self) -> Any:
        return selectors.certificates_visible_to(self.request.user).filter(trader=self.get_trader_id())

    @extend_schema(request=CertificateRequest, responses={201: CertificateSerializer})
    def post(self, request: Request, code: str) -> Response:
        form = CertificateRequest(data=request.data)
        form.is_valid(raise_exception=True)
        certificate = certificate_services.certify_trader(
            trader_id=self.get_trader_id(), by=request.user, **form.validated_data
        )
        body = CertificateSerializer(certificate, context=self.get_serializer_context())
        return Response(body.data, status=201)


class CertificateActionsView(IdempotentMixin, GenericAPIView[Certificate]):
    """Take a step: revoke."""

    serializer_class = CertificateSerializer
    queryset = Certificate.objects.none()

    @extend_schema(request=ActionInput, responses=CertificateSerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = selectors.certificates_visible_to(request.user).filter(pk=pk).first()
        if found is None:
            raise NotFound()
        certificate = run_action(request, found, CERTIFICATE, certificate_services.ACTIONS, "certificate_id")
        return Response(self.get_serializer(certificate).data)


class ProviderClaimsView(GenericAPIView[Any]):
    """How far each of the five capabilities is held by the provider's people today."""

    serializer_class = ClaimSerializer
    queryset = Certificate.objects.none()
    pagination_class = None
    filter_backends = ()

    @extend_schema(responses=ClaimSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        provider = registry.visible_to(request.user).filter(code=code).first()
        if provider is None:
            raise NotFound()
        claims = claims_of(provider.pk, today=business_day(timezone.now()))
        return Response(ClaimSerializer(claims, many=True).data)
