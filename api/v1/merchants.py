"""Merchants."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.base import IdempotentMixin
from api.v1.acting import VersionedChange
from merchants.registry import selectors, services
from merchants.registry.enums import MerchantType
from merchants.registry.filters import MerchantFilter
from merchants.registry.models import Merchant
from providers.enums import Category, Region


class MerchantSerializer(serializers.ModelSerializer[Merchant]):
    class Meta:
        model = Merchant
        fields = [
            "code",
            "name",
            "merchant_type",
            "category",
            "region",
            "followers",
            "monthly_gmv_minor",
            "currency",
            "stage",
            "registered_at",
            "version",
        ]
        read_only_fields = fields


class MerchantInput(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=160)
    merchant_type = serializers.ChoiceField(choices=MerchantType.choices, required=False)
    category = serializers.ChoiceField(choices=Category.choices)
    region = serializers.ChoiceField(choices=Region.choices, required=False, allow_blank=True)
    followers = serializers.IntegerField(required=False, min_value=0)
    monthly_gmv_minor = serializers.IntegerField(required=False, allow_null=True, min_value=0)


class MerchantRegistration(MerchantInput):
    code = serializers.CharField(max_length=40)


class MerchantChange(MerchantInput, VersionedChange):
    """Any of the fields, with the version."""


class MerchantListView(IdempotentMixin, ListAPIView[Merchant]):
    """Merchants that the caller may see; registering a shop makes the caller its owner."""

    serializer_class = MerchantSerializer
    filterset_class = MerchantFilter

    def get_queryset(self) -> QuerySet[Merchant]:
        return selectors.visible_to(self.request.user).order_by("code")

    @extend_schema(request=MerchantRegistration, responses={201: MerchantSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = MerchantRegistration(data=request.data)
        given.is_valid(raise_exception=True)
        merchant = services.register_merchant(by=request.user, **given.validated_data)
        return Response(MerchantSerializer(merchant).data, status=status.HTTP_201_CREATED)


class MerchantView(APIView):
    """One merchant."""

    def _merchant(self, request: Request, code: str) -> Merchant:
        return get_object_or_404(selectors.visible_to(request.user), code=code)

    @extend_schema(responses=MerchantSerializer)
    def get(self, request: Request, code: str) -> Response:
        return Response(MerchantSerializer(self._merchant(request, code)).data)

    @extend_schema(request=MerchantChange, responses=MerchantSerializer)
    def patch(self, request: Request, code: str) -> Response:
        merchant = self._merchant(request, code)
        given = MerchantChange(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        changes = dict(given.validated_data)
        version = changes.pop("version")
        changed = services.edit_merchant(merchant_id=merchant.pk, changes=changes, version=version, by=request.user)
        return Response(MerchantSerializer(changed).data)
