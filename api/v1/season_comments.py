"""Comments on the rules of a season, and their answers."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import has_permission, organisation_ids_with
from api.base import IdempotentMixin
from api.v1.seasons import SeasonPart
from common.exceptions import InvalidInput, NotFound
from providers.registry import selectors as registry
from scoring.seasons import comment_services, selectors
from scoring.seasons.comment_models import SeasonComment


class CommentSerializer(serializers.ModelSerializer[SeasonComment]):
    season = serializers.CharField(source="season.code")
    provider = serializers.SerializerMethodField(help_text="Null when the comment is another provider's.")

    class Meta:
        model = SeasonComment
        fields = ["id", "season", "provider", "text", "written_at", "answer", "answered_at", "version"]
        read_only_fields = fields

    def get_provider(self, comment: SeasonComment) -> str | None:
        user = self.context["request"].user
        own = comment.provider.organisation_id in organisation_ids_with(user, "season.comment")
        return comment.provider.code if own or has_permission(user, "season.view") else None


class CommentInput(serializers.Serializer[Any]):
    provider = serializers.CharField(help_text="The code of your provider.")
    text = serializers.CharField(max_length=2000)


class AnswerInput(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=2000)
    version = serializers.IntegerField(min_value=1, help_text="The version that you read.")


class CommentListView(SeasonPart):
    """The answered comments on a season, and your own; POST comments on announced rules."""

    filter_backends: list[Any] = []

    @extend_schema(responses=CommentSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        page = self.paginate_queryset(selectors.comments_of(self.get_season(), request.user))
        return self.get_paginated_response(CommentSerializer(page, many=True, context={"request": request}).data)

    @extend_schema(request=CommentInput, responses={201: CommentSerializer})
    def post(self, request: Request, pk: int) -> Response:
        season = self.get_season()
        form = CommentInput(data=request.data)
        form.is_valid(raise_exception=True)
        provider = find_own(request, form.validated_data["provider"])
        comment = comment_services.write_comment(
            season_id=season.pk, provider_id=provider, text=form.validated_data["text"], by=request.user
        )
        return Response(CommentSerializer(comment, context={"request": request}).data, status=201)


def find_own(request: Request, code: str) -> int:
    """The provider that the sender names, among those that it may see; raises InvalidInput."""
    provider = registry.visible_to(request.user).filter(code=code).first()
    if provider is None:
        raise InvalidInput(
            _("There is no such provider among yours."),
            field="provider",
            remedy=_("Give the code of your provider."),
        )
    return provider.pk


class CommentAnswerView(IdempotentMixin, GenericAPIView[SeasonComment]):
    """Answer a comment."""

    serializer_class = CommentSerializer
    queryset = SeasonComment.objects.none()

    @extend_schema(request=AnswerInput, responses=CommentSerializer)
    def post(self, request: Request, pk: int) -> Response:
        if not has_permission(request.user, "season.view"):
            raise NotFound()
        form = AnswerInput(data=request.data)
        form.is_valid(raise_exception=True)
        comment = comment_services.answer_comment(comment_id=pk, by=request.user, **form.validated_data)
        return Response(CommentSerializer(comment, context={"request": request}).data)
