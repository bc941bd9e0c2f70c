"""Filters that you keep for the lists you use."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.saved_filters import selectors, services
from accounts.saved_filters.models import SavedFilter
from api.base import IdempotentMixin
from common.exceptions import NotFound


class SavedFilterSerializer(serializers.ModelSerializer[SavedFilter]):
    """The query of a list under a name of yours."""

    class Meta:
        model = SavedFilter
        fields = ["id", "list_name", "name", "query", "created_at"]
        read_only_fields = fields


class SavedFilterRequest(serializers.Serializer[Any]):
    list_name = serializers.CharField(max_length=40, help_text="Such as `applications` or `providers`.")
    name = serializers.CharField(max_length=40)
    query = serializers.CharField(
        max_length=1000, help_text="The list's query string, such as `panel=mine&sort=clock`."
    )


class SavedFilterListView(IdempotentMixin, ListAPIView[SavedFilter]):
    """Your filters; POST keeps one, in place of one of the same name."""

    serializer_class = SavedFilterSerializer

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user)

    @extend_schema(request=SavedFilterRequest, responses={201: SavedFilterSerializer})
    def post(self, request: Request) -> Response:
        form = SavedFilterRequest(data=request.data)
        form.is_valid(raise_exception=True)
        saved = services.save_filter(by=request.user, **form.validated_data)
        return Response(self.get_serializer(saved).data, status=201)


class SavedFilterView(GenericAPIView[SavedFilter]):
    """One of your filters."""

    serializer_class = SavedFilterSerializer
    queryset = SavedFilter.objects.none()

    def get(self, request: Request, pk: int) -> Response:
        saved = selectors.visible_to(request.user).filter(pk=pk).first()
        if saved is None:
            raise NotFound()
        return Response(self.get_serializer(saved).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        services.delete_filter(filter_id=pk, by=request.user)
        return Response(status=204)
