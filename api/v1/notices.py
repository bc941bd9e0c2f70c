"""Notices: what the portal told you and your organisations."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.notices.filters import NoticeFilter
from accounts.notices.models import Notice
from accounts.notices.selectors import addressed_to
from accounts.notices.services import read_notice
from api.base import IdempotentMixin


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    title = serializers.CharField()
    text = serializers.CharField()

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "text", "parameters", "created_at", "read_at"]
        read_only_fields = fields


class NoticeListView(ListAPIView[Notice]):
    """Your notices, newest first; their words are in the language that you ask for."""

    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter

    def get_queryset(self) -> Any:
        return addressed_to(self.request.user)


class NoticeReadView(IdempotentMixin, APIView):
    """Mark one notice as read, for all whom it was sent to."""

    @extend_schema(request=None, responses=NoticeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        return Response(NoticeSerializer(read_notice(notice_id=pk, by=request.user)).data)
