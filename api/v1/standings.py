"""Standings of a season, by night."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.seasons import SeasonPart
from common.days import business_day
from common.exceptions import NotFound
from scoring.seasons import selectors
from scoring.seasons.board_services import rank_night
from scoring.seasons.filters import StandingFilter
from scoring.seasons.models import Standing, StandingNight


class OddsSerializer(serializers.Serializer[dict[str, float]]):
    """Probabilities from 0 to 1 that sum to 1."""

    promotion = serializers.FloatField()
    play_off = serializers.FloatField()
    stay = serializers.FloatField()
    relegation = serializers.FloatField()


class StandingSerializer(serializers.ModelSerializer[Standing]):
    provider = serializers.CharField(source="provider.code")
    name = serializers.CharField(source="provider.name")
    track = serializers.CharField(source="track.key")
    rank_method = serializers.CharField(
        source="night.rank_method", help_text="How the rank interval was found: confidence, stability or empty."
    )
    odds = serializers.SerializerMethodField(
        help_text="How sure the place is; null for other providers than your own unless you are staff."
    )

    class Meta:
        model = Standing
        fields = [
            "track",
            "day",
            "provider",
            "name",
            "place",
            "tied_to",
            "reason",
            "score",
            "lower",
            "upper",
            "rank_method",
            "rank_lower",
            "rank_upper",
            "odds",
            "previous_place",
            "movement",
            "to_promotion",
            "above_relegation",
            "evidence",
            "decided_by",
        ]
        read_only_fields = fields

    @extend_schema_field(OddsSerializer(allow_null=True))
    def get_odds(self, standing: Standing) -> dict[str, float] | None:
        if standing.odds_stay is None or not self.context["may_read_odds"](standing):
            return None
        return {name: getattr(standing, f"odds_{name}") for name in ("promotion", "play_off", "stay", "relegation")}


class NightSerializer(serializers.ModelSerializer[StandingNight]):
    track = serializers.CharField(source="track.key")

    class Meta:
        model = StandingNight
        fields = [
            "id",
            "track",
            "day",
            "run",
            "ranked_count",
            "unranked_count",
            "promotion_places",
            "relegation_places",
            "rank_method",
            "rank_level",
            "odds_seed",
            "odds_draws",
            "digest",
            "created_at",
        ]
        read_only_fields = fields


class NightInput(serializers.Serializer[Any]):
    day = serializers.DateField(required=False, help_text="A day of the season that is over; default yesterday.")


class DayInput(serializers.Serializer[Any]):
    day = serializers.DateField(required=False)


@extend_schema_view(
    get=extend_schema(
        parameters=[
            OpenApiParameter("day", OpenApiTypes.DATE, description="A past night; default the newest."),
            OpenApiParameter("track", description="The key of a track; default the season's first."),
        ]
    )
)
class StandingListView(ListAPIView[Standing]):
    """The places of one night in one track."""

    serializer_class = StandingSerializer
    filterset_class = StandingFilter

    def get_serializer_context(self) -> dict[str, Any]:
        may_read = selectors.odds_reader(self.request.user)
        return {**super().get_serializer_context(), "may_read_odds": may_read}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Standing.objects.none()
        season = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if season is None:
            raise NotFound()
        wanted = DayInput(data={name: value for name, value in self.request.query_params.items() if name == "day"})
        wanted.is_valid(raise_exception=True)
        track = selectors.track_of(season, self.request.query_params.get("track", ""))
        night = selectors.night_of(track, wanted.validated_data.get("day"))
        if night is None:
            raise NotFound()
        rows = selectors.standings_visible_to(self.request.user)
        return rows.filter(night=night).order_by("place", "provider__code")


class NightListView(SeasonPart):
    """The nights of a season, newest first; POST computes one now."""

    filter_backends: list[Any] = []

    @extend_schema(responses=NightSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        nights = StandingNight.objects.filter(track__season=self.get_season()).select_related("track")
        page = self.paginate_queryset(nights.order_by("-day", "track"))
        return self.get_paginated_response(NightSerializer(page, many=True).data)

    @extend_schema(request=NightInput, responses={201: NightSerializer(many=True)})
    def post(self, request: Request, pk: int) -> Response:
        form = NightInput(data=request.data)
        form.is_valid(raise_exception=True)
        day = form.validated_data.get("day") or business_day(timezone.now()) - timedelta(days=1)
        nights = rank_night(season_id=self.get_season().pk, day=day, by=request.user)
        return Response(NightSerializer(nights, many=True).data, status=201)
