"""Seasons: dates, rules and steps."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import NotFound
from scoring.capabilities.selectors import models_visible_to
from scoring.seasons import selectors, services
from scoring.seasons.entry_models import Entry
from scoring.seasons.filters import SeasonFilter
from scoring.seasons.models import Season, Track
from scoring.seasons.permissions import offer_season_actions
from scoring.seasons.states import SEASON


class TrackSerializer(serializers.ModelSerializer[Track]):
    cohort_of = serializers.CharField(source="cohort_of.key", allow_null=True)

    class Meta:
        model = Track
        fields = ["key", "ladder", "level", "cohort_of", "name_zh", "name_en", "who", "rules", "rules_digest"]
        read_only_fields = fields


class EntrySerializer(serializers.ModelSerializer[Entry]):
    provider = serializers.CharField(source="provider.code")
    name = serializers.CharField(source="provider.name")
    track = serializers.CharField(source="track.key")
    level = serializers.IntegerField(source="track.level", allow_null=True)

    class Meta:
        model = Entry
        fields = ["track", "level", "provider", "name", "late", "entered_at"]
        read_only_fields = fields


class SeasonListItem(serializers.ModelSerializer[Season]):
    class Meta:
        model = Season
        fields = [
            "id",
            "code",
            "name_zh",
            "name_en",
            "starts_on",
            "ends_on",
            "scoring_model",
            "plan",
            "pinned",
            "digest",
            "entries_digest",
            "status",
            "announced_at",
            "started_at",
            "closed_at",
            "standstill_at",
            "objections_until",
            "finalised_at",
            "archived_at",
            "version",
        ]
        read_only_fields = fields


class SeasonSerializer(SeasonListItem):
    tracks = TrackSerializer(many=True, read_only=True)
    next_season = serializers.SerializerMethodField(
        help_text="The code of the season after it; null while nobody has prepared one that you may see."
    )
    allowed_actions = serializers.SerializerMethodField()

    class Meta(SeasonListItem.Meta):
        fields = [*SeasonListItem.Meta.fields, "tracks", "next_season", "allowed_actions"]
        read_only_fields = fields

    def get_next_season(self, season: Season) -> str | None:
        following = selectors.season_after(season, self.context["request"].user)
        return following.code if following else None

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, season: Season) -> list[dict[str, Any]]:
        return describe_offers(offer_season_actions(season, self.context["request"].user))


class SeasonInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20)
    name_zh = serializers.CharField(max_length=80)
    name_en = serializers.CharField(max_length=80)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    scoring_model = serializers.IntegerField()
    rules = serializers.JSONField(
        required=False,
        help_text="`order`, `settlement`, `bans` and `tracks`; by default the house rules and one track.",
    )


class SeasonChanges(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that you read.")
    code = serializers.CharField(max_length=20, required=False)
    name_zh = serializers.CharField(max_length=80, required=False)
    name_en = serializers.CharField(max_length=80, required=False)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False)
    scoring_model = serializers.IntegerField(required=False)
    rules = serializers.JSONField(required=False)


class SeasonListView(IdempotentMixin, ListAPIView[Season]):
    """The seasons that you may see; POST prepares one."""

    serializer_class = SeasonListItem
    filterset_class = SeasonFilter

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user)

    @extend_schema(request=SeasonInput, responses={201: SeasonSerializer})
    def post(self, request: Request) -> Response:
        form = SeasonInput(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        model_id = find_model(request, data.pop("scoring_model"))
        season = services.create_season(scoring_model_id=model_id, by=request.user, **data)
        return Response(SeasonSerializer(season, context={"request": request}).data, status=201)


def find_model(request: Request, pk: int) -> int:
    """A scoring model that the sender may see; raises NotFound."""
    if not models_visible_to(request.user).filter(pk=pk).exists():
        raise NotFound()
    return pk


class SeasonPart(IdempotentMixin, GenericAPIView[Season]):
    """What the endpoints of one season share."""

    serializer_class = SeasonSerializer
    queryset = Season.objects.none()

    def get_season(self) -> Season:
        season = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if season is None:
            raise NotFound()
        return season


class SeasonView(SeasonPart):
    """One season with its tracks; PATCH changes a draft."""

    @extend_schema(responses=SeasonSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_season()).data)

    @extend_schema(request=SeasonChanges, responses=SeasonSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        form = SeasonChanges(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        version, rules = data.pop("version"), data.pop("rules", None)
        if "scoring_model" in data:
            data["scoring_model_id"] = find_model(request, data.pop("scoring_model"))
        season = services.edit_season(
            season_id=self.get_season().pk, changes=data, rules=rules, by=request.user, version=version
        )
        return Response(self.get_serializer(season).data)


class SeasonActionsView(SeasonPart):
    """Take a step: announce, start, close, open_objections, finalise or archive."""

    @extend_schema(request=ActionInput, responses=SeasonSerializer)
    def post(self, request: Request, pk: int) -> Response:
        season = run_action(request, self.get_season(), SEASON, services.ACTIONS, "season_id")
        return Response(self.get_serializer(season).data)


class EntryListView(SeasonPart):
    """Who races where."""

    filter_backends: list[Any] = []

    @extend_schema(
        parameters=[OpenApiParameter("track", description="The key of a track; default all.")],
        responses=EntrySerializer(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        entries = selectors.entries_in(self.get_season())
        if key := request.query_params.get("track"):
            entries = entries.filter(track__key=key)
        return self.get_paginated_response(EntrySerializer(self.paginate_queryset(entries), many=True).data)
