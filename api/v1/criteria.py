"""Criteria: the sets, their content and their steps, and the one in force."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import check_permission
from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import NotFound
from providers.criteria import selectors, services
from providers.criteria.comparison import compare_criteria
from providers.criteria.definition import dump_definition, set_text_of
from providers.criteria.enums import CriterionKind, Direction
from providers.criteria.filters import CriteriaSetFilter
from providers.criteria.models import CriteriaSet, Criterion
from providers.criteria.permissions import offer_actions
from providers.criteria.signals import SIGNALS
from providers.criteria.states import ACTIONS_OF_PEOPLE, CRITERIA_SET

ACTIONS = {name: services.ACTIONS[name] for name in ACTIONS_OF_PEOPLE}


class CriterionSerializer(serializers.ModelSerializer[Criterion]):
    """One criterion. It fails when `fail_when` is true, else passes when `pass_when` is true, else needs a human."""

    class Meta:
        model = Criterion
        fields = ["key", *services.EDITABLE]
        read_only_fields = fields


class CriteriaSetListItem(serializers.ModelSerializer[CriteriaSet]):
    criteria_count = serializers.IntegerField()

    class Meta:
        model = CriteriaSet
        fields = [
            "number",
            "title_zh",
            "title_en",
            "status",
            "digest",
            "criteria_count",
            "created_at",
            "edited_at",
            "published_at",
            "publish_note",
            "retired_at",
            "version",
        ]
        read_only_fields = fields


class CriteriaSetSerializer(serializers.ModelSerializer[CriteriaSet]):
    criteria = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = CriteriaSet
        fields = [
            *(name for name in CriteriaSetListItem.Meta.fields if name != "criteria_count"),
            "criteria",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(CriterionSerializer(many=True))
    def get_criteria(self, criteria_set: CriteriaSet) -> Any:
        return CriterionSerializer(selectors.criteria_of(criteria_set), many=True).data

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, criteria_set: CriteriaSet) -> list[dict[str, Any]]:
        return describe_offers(offer_actions(criteria_set, self.context["request"].user))


class SignalSerializer(serializers.Serializer[Any]):
    """A word that a condition may read; `unit` is count, days, share, minor or flag."""

    name = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.CharField()


class DraftInput(serializers.Serializer[Any]):
    definition = serializers.CharField(
        required=False,
        max_length=200_000,
        trim_whitespace=False,
        help_text="The set as TOML; without it the set in force is copied.",
    )


class CriteriaDefinitionInput(serializers.Serializer[Any]):
    definition = serializers.CharField(max_length=200_000, trim_whitespace=False, help_text="The whole set as TOML.")
    version = serializers.IntegerField(help_text="The version of the set that you read.")


class TitlesInput(serializers.Serializer[Any]):
    title_zh = serializers.CharField(max_length=120, required=False)
    title_en = serializers.CharField(max_length=120, required=False)
    version = serializers.IntegerField(help_text="The version of the set that you read.")


class CriterionInput(serializers.Serializer[Any]):
    """What is left out stays as it is; a new criterion needs texts, kind and `pass_when`."""

    version = serializers.IntegerField(help_text="The version of the set that you read.")
    position = serializers.IntegerField(min_value=1, max_value=999, required=False)
    kind = serializers.ChoiceField(choices=CriterionKind.choices, required=False)
    title_zh = serializers.CharField(max_length=120, required=False)
    title_en = serializers.CharField(max_length=120, required=False)
    text_zh = serializers.CharField(max_length=1000, required=False)
    text_en = serializers.CharField(max_length=1000, required=False)
    at_door = serializers.BooleanField(required=False)
    at_night = serializers.BooleanField(required=False)
    pass_when = serializers.CharField(max_length=500, required=False)
    fail_when = serializers.CharField(max_length=500, required=False, allow_blank=True)
    measure = serializers.CharField(max_length=40, required=False, allow_blank=True)
    limit = serializers.FloatField(required=False, allow_null=True)
    direction = serializers.ChoiceField(choices=Direction.choices, required=False, allow_blank=True)
    remedy_zh = serializers.CharField(max_length=1000, required=False)
    remedy_en = serializers.CharField(max_length=1000, required=False)


class FieldChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class CriterionChangeSerializer(serializers.Serializer[Any]):
    """How a criterion differs from the one in the set in force: added, removed, changed or same."""

    key = serializers.CharField(source="criterion.key")
    change = serializers.CharField(source="kind")
    fields_changed = FieldChangeSerializer(source="fields", many=True)


class CriteriaSetListView(IdempotentMixin, ListAPIView[CriteriaSet]):
    """The sets, the newest first; staff see drafts too. POST drafts the next one."""

    serializer_class = CriteriaSetListItem
    filterset_class = CriteriaSetFilter

    def get_queryset(self) -> Any:
        return selectors.with_counts(selectors.visible_to(self.request.user))

    @extend_schema(request=DraftInput, responses={201: CriteriaSetSerializer})
    def post(self, request: Request) -> Response:
        form = DraftInput(data=request.data)
        form.is_valid(raise_exception=True)
        draft = services.create_draft(definition=form.validated_data.get("definition"), by=request.user)
        return Response(CriteriaSetSerializer(draft, context={"request": request}).data, status=201)


class CriteriaSetPart(IdempotentMixin, GenericAPIView[CriteriaSet]):
    """What the endpoints of one set share."""

    serializer_class = CriteriaSetSerializer
    queryset = CriteriaSet.objects.none()

    def get_set(self) -> CriteriaSet:
        found = selectors.visible_to(self.request.user).filter(number=self.kwargs["number"]).first()
        if found is None:
            raise NotFound()
        return found

    def answer(self) -> Response:
        """The set as it is now."""
        return Response(self.get_serializer(self.get_set()).data)


class CriteriaSetView(CriteriaSetPart):
    """One set with its criteria; PATCH changes the titles of a draft."""

    @extend_schema(responses=CriteriaSetSerializer)
    def get(self, request: Request, number: int) -> Response:
        return self.answer()

    @extend_schema(request=TitlesInput, responses=CriteriaSetSerializer)
    def patch(self, request: Request, number: int) -> Response:
        form = TitlesInput(data=request.data)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        version = changes.pop("version")
        services.edit_titles(criteria_set_id=self.get_set().pk, changes=changes, by=request.user, version=version)
        return self.answer()


class CriteriaDefinitionView(CriteriaSetPart):
    """The whole set as TOML; PUT replaces the content of a draft."""

    @extend_schema(responses={(200, "application/toml"): OpenApiResponse(OpenApiTypes.STR)})
    def get(self, request: Request, number: int) -> HttpResponse:
        found = self.get_set()
        text = dump_definition(set_text_of(found, selectors.criteria_of(found)))
        return HttpResponse(text, content_type="application/toml; charset=utf-8")

    @extend_schema(request=CriteriaDefinitionInput, responses=CriteriaSetSerializer)
    def put(self, request: Request, number: int) -> Response:
        form = CriteriaDefinitionInput(data=request.data)
        form.is_valid(raise_exception=True)
        services.replace_definition(criteria_set_id=self.get_set().pk, by=request.user, **form.validated_data)
        return self.answer()


class CriterionView(CriteriaSetPart):
    """One criterion of a draft: PUT adds or changes it, DELETE takes it out."""

    @extend_schema(request=CriterionInput, responses=CriteriaSetSerializer)
    def put(self, request: Request, number: int, key: str) -> Response:
        form = CriterionInput(data=request.data)
        form.is_valid(raise_exception=True)
        content = dict(form.validated_data)
        version = content.pop("version")
        services.put_criterion(
            criteria_set_id=self.get_set().pk, key=key, content=content, by=request.user, version=version
        )
        return self.answer()

    @extend_schema(request=None, responses=CriteriaSetSerializer)
    def delete(self, request: Request, number: int, key: str) -> Response:
        services.remove_criterion(criteria_set_id=self.get_set().pk, key=key, by=request.user)
        return self.answer()


class CriteriaSetActionsView(CriteriaSetPart):
    """Take a step: publish or discard a draft."""

    @extend_schema(request=ActionInput, responses=CriteriaSetSerializer)
    def post(self, request: Request, number: int) -> Response:
        run_action(request, self.get_set(), CRITERIA_SET, ACTIONS, "criteria_set_id")
        return self.answer()


class CriteriaComparisonView(CriteriaSetPart):
    """What the set changes against the one in force."""

    @extend_schema(responses=CriterionChangeSerializer(many=True))
    def get(self, request: Request, number: int) -> Response:
        chosen, present = self.get_set(), selectors.published_set()
        before = selectors.criteria_of(present) if present is not None else []
        changes = compare_criteria(before, selectors.criteria_of(chosen))
        return Response(CriterionChangeSerializer(changes, many=True).data)


class CriteriaInForceView(APIView):
    """The criteria in force, open to everybody."""

    permission_classes = [AllowAny]

    @extend_schema(responses=CriteriaSetSerializer)
    def get(self, request: Request) -> Response:
        present = selectors.published_set()
        if present is None:
            raise NotFound()
        return Response(CriteriaSetSerializer(present, context={"request": request}).data)


class SignalListView(APIView):
    """The signals that conditions may read."""

    @extend_schema(responses=SignalSerializer(many=True))
    def get(self, request: Request) -> Response:
        check_permission(request.user, "criteria.view")
        return Response(SignalSerializer(SIGNALS, many=True).data)
