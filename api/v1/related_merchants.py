"""Merchants whose orders do not count for a provider, and the feed by which they are found."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import IdempotentMixin
from common.exceptions import NotFound
from merchants.registry import identity_services
from providers.registry import selectors as registry
from providers.relations.enums import IdentifierKind
from scoring.facts import related_selectors, related_services
from scoring.facts.adjustment_filters import RelatedMerchantFilter
from scoring.facts.related_models import RelatedMerchant


class RelatedMerchantSerializer(serializers.ModelSerializer[RelatedMerchant]):
    """While `ended_at` is empty the facts of the pair do not count."""

    provider = serializers.CharField(source="provider.code")

    class Meta:
        model = RelatedMerchant
        fields = [
            "id",
            "provider",
            "merchant",
            "reasons",
            "strength",
            "recorded_at",
            "ended_at",
            "end_note",
            "version",
        ]
        read_only_fields = fields


class RelatedMerchantRequest(serializers.Serializer[Any]):
    provider = serializers.CharField(max_length=40)
    merchant = serializers.CharField(max_length=40)
    note = serializers.CharField(max_length=2000)


class RelatedMerchantEndRequest(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=2000)
    version = serializers.IntegerField(min_value=1)


class RelatedMerchantListView(IdempotentMixin, ListAPIView[RelatedMerchant]):
    """The pairs that you may see; POST records one that the registries cannot know."""

    serializer_class = RelatedMerchantSerializer
    filterset_class = RelatedMerchantFilter
    queryset = RelatedMerchant.objects.none()
    throttle_scope = "write"

    def get_queryset(self) -> Any:
        return related_selectors.visible_to(self.request.user)

    @extend_schema(request=RelatedMerchantRequest, responses={201: RelatedMerchantSerializer})
    def post(self, request: Request) -> Response:
        form = RelatedMerchantRequest(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        provider = registry.visible_to(request.user).filter(code=fields.pop("provider")).first()
        if provider is None:
            raise NotFound()
        pair = related_services.record_related(provider_id=provider.pk, by=request.user, **fields)
        return Response(self.get_serializer(pair).data, status=201)


class RelatedMerchantEndView(IdempotentMixin, GenericAPIView[RelatedMerchant]):
    """Let the orders of a pair count again."""

    serializer_class = RelatedMerchantSerializer
    queryset = RelatedMerchant.objects.none()

    @extend_schema(request=RelatedMerchantEndRequest, responses=RelatedMerchantSerializer)
    def post(self, request: Request, pk: int) -> Response:
        pair = related_selectors.visible_to(request.user).filter(pk=pk).first()
        if pair is None:
            raise NotFound()
        form = RelatedMerchantEndRequest(data=request.data)
        form.is_valid(raise_exception=True)
        ended = related_services.end_related(related_id=pair.pk, by=request.user, **form.validated_data)
        return Response(self.get_serializer(ended).data)


class ShopFeedRow(serializers.Serializer[Any]):
    merchant = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=IdentifierKind.choices)
    value = serializers.CharField(max_length=200)


class ShopFeedRequest(serializers.Serializer[Any]):
    rows = ShopFeedRow(many=True, allow_empty=False)


class ShopFeedAnswer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="How many identifiers were new.")


class ShopIdentifiersView(IdempotentMixin, GenericAPIView[RelatedMerchant]):
    """A feed of what shops are known by: all rows or none. Values are kept as keyed hashes alone."""

    serializer_class = ShopFeedAnswer
    queryset = RelatedMerchant.objects.none()
    throttle_scope = "write"

    @extend_schema(request=ShopFeedRequest, responses={201: ShopFeedAnswer})
    def post(self, request: Request) -> Response:
        form = ShopFeedRequest(data=request.data)
        form.is_valid(raise_exception=True)
        rows = [identity_services.ShopRow(**row) for row in form.validated_data["rows"]]
        added = identity_services.import_shop_identifiers(rows=rows, by=request.user)
        return Response({"added": added}, status=201)
