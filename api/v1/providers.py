"""Providers: the registry."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import NotFound
from providers.conduct import provider_services
from providers.enums import Category, ProviderType, Region
from providers.registry import permissions, selectors, services
from providers.registry.filters import ProviderFilter
from providers.registry.models import Provider
from providers.registry.states import PROVIDER


class ProviderSerializer(serializers.ModelSerializer[Provider]):
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Provider
        fields = [
            "code",
            "uscc",
            "name",
            "introduction",
            "origin",
            "provider_type",
            "category",
            "region",
            "status",
            "status_at",
            "registered_at",
            "admitted_at",
            "newcomer_until",
            "leave_from",
            "leave_until",
            "version",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, provider: Provider) -> list[dict[str, Any]]:
        user = self.context["request"].user
        return describe_offers(
            PROVIDER.offer_actions(provider, lambda row: permissions.check_offer(user, provider, row))
        )


class ProviderListItem(ProviderSerializer):
    """A provider in a list: without its allowed actions."""

    allowed_actions = None

    class Meta(ProviderSerializer.Meta):
        fields = [field for field in ProviderSerializer.Meta.fields if field != "allowed_actions"]
        read_only_fields = fields


class RegistrationRequest(serializers.Serializer[Any]):
    uscc = serializers.CharField(max_length=40, help_text="Unified social credit code, 18 characters.")
    name = serializers.CharField(max_length=160)
    provider_type = serializers.ChoiceField(choices=ProviderType.choices)
    category = serializers.ChoiceField(choices=Category.choices)
    region = serializers.ChoiceField(choices=Region.choices)
    introduction = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ProviderChanges(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that you read.")
    provider_type = serializers.ChoiceField(choices=ProviderType.choices, required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    region = serializers.ChoiceField(choices=Region.choices, required=False)
    introduction = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class LeaveRequest(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that you read.")
    leave_from = serializers.DateField(
        allow_null=True, help_text="First business day of the leave; null takes it back."
    )
    leave_until = serializers.DateField(allow_null=True, help_text="Last business day of the leave.")


class ProviderListView(IdempotentMixin, ListAPIView[Provider]):
    """The providers that you may see; POST registers your company."""

    serializer_class = ProviderListItem
    filterset_class = ProviderFilter

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).order_by("code")

    @extend_schema(request=RegistrationRequest, responses={201: ProviderSerializer})
    def post(self, request: Request) -> Response:
        form = RegistrationRequest(data=request.data)
        form.is_valid(raise_exception=True)
        provider = services.register_provider(by=request.user, **form.validated_data)
        request.user.__dict__.pop("_grants", None)
        return Response(ProviderSerializer(provider, context={"request": request}).data, status=201)


class ProviderPart(IdempotentMixin, GenericAPIView[Provider]):
    """What the endpoints of one provider share."""

    serializer_class = ProviderSerializer
    queryset = Provider.objects.none()

    def get_provider(self) -> Provider:
        provider = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if provider is None:
            raise NotFound()
        return provider


class ProviderView(ProviderPart):
    """One provider."""

    @extend_schema(responses=ProviderSerializer)
    def get(self, request: Request, code: str) -> Response:
        return Response(self.get_serializer(self.get_provider()).data)

    @extend_schema(request=ProviderChanges, responses=ProviderSerializer)
    def patch(self, request: Request, code: str) -> Response:
        form = ProviderChanges(data=request.data)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        version = changes.pop("version")
        provider = services.edit_provider(
            provider_id=self.get_provider().pk, changes=changes, by=request.user, version=version
        )
        return Response(self.get_serializer(provider).data)


class ProviderLeaveView(ProviderPart):
    """Declare a leave, or take it back."""

    @extend_schema(request=LeaveRequest, responses=ProviderSerializer)
    def post(self, request: Request, code: str) -> Response:
        form = LeaveRequest(data=request.data)
        form.is_valid(raise_exception=True)
        provider = services.declare_leave(provider_id=self.get_provider().pk, by=request.user, **form.validated_data)
        return Response(self.get_serializer(provider).data)


class ProviderActionsView(ProviderPart):
    """Take a step: complete_probation, suspend, reinstate or clear_out."""

    @extend_schema(request=ActionInput, responses=ProviderSerializer)
    def post(self, request: Request, code: str) -> Response:
        provider = run_action(request, self.get_provider(), PROVIDER, provider_services.ACTIONS, "provider_id")
        return Response(self.get_serializer(provider).data)
