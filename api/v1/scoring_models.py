"""Scoring models: versions, their definitions and their steps."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import NotFound
from scoring.capabilities import selectors, services
from scoring.capabilities.filters import ScoringModelFilter
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.permissions import offer_model_actions
from scoring.capabilities.states import SCORING_MODEL


class ScoringModelListItem(serializers.ModelSerializer[ScoringModel]):
    class Meta:
        model = ScoringModel
        fields = [
            "id",
            "key",
            "model_version",
            "name_zh",
            "name_en",
            "digest",
            "status",
            "created_at",
            "announced_at",
            "effective_from",
            "published_at",
            "retired_at",
            "version",
        ]
        read_only_fields = fields


class ScoringModelSerializer(ScoringModelListItem):
    allowed_actions = serializers.SerializerMethodField()

    class Meta(ScoringModelListItem.Meta):
        fields = [*ScoringModelListItem.Meta.fields, "definition", "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, model: ScoringModel) -> list[dict[str, Any]]:
        return describe_offers(offer_model_actions(model, self.context["request"].user))


class DefinitionInput(serializers.Serializer[Any]):
    definition = serializers.CharField(
        max_length=400_000, trim_whitespace=False, help_text="The model as TOML, the format of `python -m engine`."
    )


class DefinitionChange(DefinitionInput):
    version = serializers.IntegerField(help_text="The version of the row that you read.")


class ScoringModelListView(IdempotentMixin, ListAPIView[ScoringModel]):
    """All versions of all models; POST drafts a new one."""

    serializer_class = ScoringModelListItem
    filterset_class = ScoringModelFilter

    def get_queryset(self) -> Any:
        return selectors.models_visible_to(self.request.user)

    @extend_schema(request=DefinitionInput, responses={201: ScoringModelSerializer})
    def post(self, request: Request) -> Response:
        form = DefinitionInput(data=request.data)
        form.is_valid(raise_exception=True)
        model = services.create_draft(definition=form.validated_data["definition"], by=request.user)
        return Response(ScoringModelSerializer(model, context={"request": request}).data, status=201)


class ScoringModelPart(IdempotentMixin, GenericAPIView[ScoringModel]):
    """What the endpoints of one version share."""

    serializer_class = ScoringModelSerializer
    queryset = ScoringModel.objects.none()

    def get_model(self) -> ScoringModel:
        model = selectors.models_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if model is None:
            raise NotFound()
        return model


class ScoringModelView(ScoringModelPart):
    """One version with its definition; PATCH changes a draft."""

    @extend_schema(responses=ScoringModelSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_model()).data)

    @extend_schema(request=DefinitionChange, responses=ScoringModelSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        form = DefinitionChange(data=request.data)
        form.is_valid(raise_exception=True)
        model = services.edit_draft(model_id=self.get_model().pk, by=request.user, **form.validated_data)
        return Response(self.get_serializer(model).data)


class ScoringModelTomlView(ScoringModelPart):
    """The definition as a TOML file."""

    @extend_schema(responses={(200, "application/toml"): OpenApiResponse(OpenApiTypes.STR)})
    def get(self, request: Request, pk: int) -> HttpResponse:
        return HttpResponse(self.get_model().definition, content_type="application/toml; charset=utf-8")


class ScoringModelActionsView(ScoringModelPart):
    """Take a step: announce, publish, withdraw or retire."""

    @extend_schema(request=ActionInput, responses=ScoringModelSerializer)
    def post(self, request: Request, pk: int) -> Response:
        model = run_action(request, self.get_model(), SCORING_MODEL, services.ACTIONS, "model_id")
        return Response(self.get_serializer(model).data)
