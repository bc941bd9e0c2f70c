"""What companies are known by, and the list of parties that were barred elsewhere."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import IdempotentMixin
from common.exceptions import NotFound
from providers.enums import Region
from providers.registry import selectors as registry
from providers.registry.models import Provider
from providers.relations import barred_services, selectors, services
from providers.relations.barred_files import BarredRow
from providers.relations.enums import IdentifierKind
from providers.relations.filters import BarredPartyFilter
from providers.relations.models import BarredParty, PartyIdentifier


class IdentifierSerializer(serializers.ModelSerializer[PartyIdentifier]):
    """Masked; the value itself is not kept."""

    class Meta:
        model = PartyIdentifier
        fields = ["id", "kind", "masked", "source", "recorded_at", "ended_at"]
        read_only_fields = fields


class CompanyIdentityRequest(serializers.Serializer[Any]):
    """What is given takes the place of what was declared of the same kind; what is left out stays."""

    representative = serializers.CharField(max_length=80, required=False)
    representative_id = serializers.CharField(
        max_length=6, required=False, help_text="The last six characters of the representative's identity number."
    )
    phones = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=5)
    bank_account = serializers.CharField(max_length=40, required=False)
    address = serializers.CharField(max_length=200, required=False)


class FeedRowSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=IdentifierKind.choices)
    value = serializers.CharField(max_length=200)


class FeedRequest(serializers.Serializer[Any]):
    rows = FeedRowSerializer(many=True, allow_empty=False)


class FeedAnswer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="How many identifiers were new.")


class BarredPartySerializer(serializers.ModelSerializer[BarredParty]):
    """A party that was barred elsewhere."""

    class Meta:
        model = BarredParty
        fields = [
            "id",
            "number",
            "name",
            "uscc",
            "region",
            "reason",
            "until",
            "created_at",
            "withdrawn_at",
            "withdrawal_note",
            "version",
        ]
        read_only_fields = fields


class BarredRequest(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=160)
    reason = serializers.CharField(max_length=4000)
    uscc = serializers.CharField(max_length=40, required=False)
    region = serializers.ChoiceField(choices=Region.choices, required=False)
    representative = serializers.CharField(max_length=80, required=False)
    representative_id = serializers.CharField(max_length=6, required=False)
    phone = serializers.CharField(max_length=40, required=False)
    until = serializers.DateField(required=False, allow_null=True, help_text="The last day; null for no end.")


class WithdrawalRequest(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=4000)
    version = serializers.IntegerField(min_value=1)


class IdentityView(IdempotentMixin, GenericAPIView[PartyIdentifier]):
    """What a provider is known by; POST declares it."""

    serializer_class = IdentifierSerializer
    queryset = PartyIdentifier.objects.none()
    pagination_class = None

    def get_provider(self) -> Provider:
        provider = registry.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if provider is None:
            raise NotFound()
        return provider

    def answer(self) -> Response:
        """The identifiers as they are now, the current ones first."""
        return Response(self.get_serializer(selectors.identifiers_of(self.get_provider()), many=True).data)

    @extend_schema(responses=IdentifierSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        return self.answer()

    @extend_schema(request=CompanyIdentityRequest, responses=IdentifierSerializer(many=True))
    def post(self, request: Request, code: str) -> Response:
        provider = self.get_provider()
        form = CompanyIdentityRequest(data=request.data)
        form.is_valid(raise_exception=True)
        services.declare_identifiers(provider_id=provider.pk, by=request.user, **form.validated_data)
        return self.answer()


class IdentifierEndView(IdentityView):
    """Say that something declared is no longer in use."""

    @extend_schema(request=None, responses=IdentifierSerializer(many=True))
    def post(self, request: Request, code: str, pk: int) -> Response:  # type: ignore[override]
        row = selectors.identifiers_of(self.get_provider()).filter(pk=pk).first()
        if row is None:
            raise NotFound()
        services.end_identifier(identifier_id=row.pk, by=request.user)
        return self.answer()

    @extend_schema(exclude=True)
    def get(self, request: Request, code: str, pk: int) -> Response:  # type: ignore[override]
        return self.http_method_not_allowed(request)


class IdentifierFeedView(IdempotentMixin, GenericAPIView[PartyIdentifier]):
    """A feed of identifiers from the platform, devices above all: all rows or none."""

    serializer_class = FeedAnswer
    queryset = PartyIdentifier.objects.none()

    @extend_schema(request=FeedRequest, responses=FeedAnswer)
    def post(self, request: Request) -> Response:
        form = FeedRequest(data=request.data)
        form.is_valid(raise_exception=True)
        rows = [services.FeedRow(**row) for row in form.validated_data["rows"]]
        return Response({"added": services.import_identifiers(rows=rows, by=request.user)})


class BarredListView(IdempotentMixin, ListAPIView[BarredParty]):
    """The parties that were barred elsewhere; POST enters one."""

    serializer_class = BarredPartySerializer
    filterset_class = BarredPartyFilter

    def get_queryset(self) -> Any:
        return selectors.barred_visible_to(self.request.user)

    @extend_schema(request=BarredRequest, responses={201: BarredPartySerializer})
    def post(self, request: Request) -> Response:
        form = BarredRequest(data=request.data)
        form.is_valid(raise_exception=True)
        row = BarredRow(**form.validated_data)
        barred = barred_services.bar_party(row=row, by=request.user)
        return Response(BarredPartySerializer(barred).data, status=201)


class BarredPart(IdempotentMixin, GenericAPIView[BarredParty]):
    """What the endpoints of one barred party share."""

    serializer_class = BarredPartySerializer
    queryset = BarredParty.objects.none()

    def get_barred(self) -> BarredParty:
        barred = selectors.barred_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if barred is None:
            raise NotFound()
        return barred


class BarredView(BarredPart):
    """One party."""

    @extend_schema(responses=BarredPartySerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_barred()).data)


class BarredWithdrawalView(BarredPart):
    """Take a party off the list."""

    @extend_schema(request=WithdrawalRequest, responses=BarredPartySerializer)
    def post(self, request: Request, pk: int) -> Response:
        barred = self.get_barred()
        form = WithdrawalRequest(data=request.data)
        form.is_valid(raise_exception=True)
        barred = barred_services.withdraw_barred(barred_id=barred.pk, by=request.user, **form.validated_data)
        return Response(self.get_serializer(barred).data)
