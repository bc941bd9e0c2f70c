"""The boards of a season, by kind and night, as JSON and as CSV."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.seasons import SeasonPart
from api.v1.standings import DayInput
from common.csv_texts import write_csv
from common.exceptions import NotFound
from scoring.seasons import board_selectors, selectors
from scoring.seasons.board_filters import BoardRowFilter
from scoring.seasons.board_models import BoardNight, BoardRow
from scoring.seasons.enums import SEASON_BOARDS, STORED_BOARDS


class CsvRenderer(BaseRenderer):
    """The rows of a list as CSV, safe for spreadsheets; a refusal stays a problem document."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if not isinstance(data, list):
            return JSONRenderer().render(data)
        view = (renderer_context or {})["view"]
        return write_csv(view.get_serializer_class().Meta.fields, data).encode()


class BoardSerializer(serializers.ModelSerializer[BoardNight]):
    track = serializers.CharField(source="track.key", allow_null=True, default=None)

    class Meta:
        model = BoardNight
        fields = ["kind", "track", "day", "run", "start_run", "ranked_count", "unranked_count", "digest", "created_at"]
        read_only_fields = fields


class BoardRowSerializer(serializers.ModelSerializer[BoardRow]):
    """What `value` and `evidence` are depends on the board: points (capabilities, brand), points of growth and number
    of peers (rising), percent and cold starts begun (incubation), yuan per live hour and live hours (traders)."""

    provider = serializers.CharField(source="provider.code")
    name = serializers.CharField(source="provider.name")
    trader = serializers.CharField(source="trader.code", allow_null=True, default=None)

    class Meta:
        model = BoardRow
        fields = [
            "place",
            "tied_to",
            "provider",
            "name",
            "trader",
            "value",
            "lower",
            "upper",
            "evidence",
            "start",
            "finish",
            "baseline",
            "previous_place",
            "movement",
        ]
        read_only_fields = fields


class BoardListView(SeasonPart):
    """The newest night of each board of a season; the comprehensive one is the standings."""

    filter_backends: list[Any] = []

    @extend_schema(operation_id="seasons_boards_newest", responses=BoardSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        page = self.paginate_queryset(board_selectors.boards_of(self.get_season()))
        return self.get_paginated_response(BoardSerializer(page, many=True).data)


@extend_schema_view(
    get=extend_schema(
        parameters=[
            OpenApiParameter("day", OpenApiTypes.DATE, description="A past night; default the newest."),
            OpenApiParameter("track", description="The key of a track; default the season's first."),
            OpenApiParameter(
                "format", enum=["json", "csv"], description="csv gives all rows as one table; or send Accept: text/csv."
            ),
        ]
    )
)
class BoardRowListView(ListAPIView[BoardRow]):
    """The places of one night on one board. Who is banned from the boards is shown to staff alone."""

    serializer_class = BoardRowSerializer
    filterset_class = BoardRowFilter
    renderer_classes = [JSONRenderer, CsvRenderer]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return BoardRow.objects.none()
        season = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        kind = self.kwargs["kind"]
        if season is None or kind not in STORED_BOARDS:
            raise NotFound()
        wanted = DayInput(data={name: value for name, value in self.request.query_params.items() if name == "day"})
        wanted.is_valid(raise_exception=True)
        key = self.request.query_params.get("track", "")
        track = None if kind in SEASON_BOARDS else selectors.track_of(season, key)
        night = board_selectors.night_of(season, kind, track, wanted.validated_data.get("day"))
        if night is None:
            raise NotFound()
        return board_selectors.shown_to(board_selectors.rows_of(night), self.request.user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if request.accepted_renderer.format != CsvRenderer.format:
            return super().list(request, *args, **kwargs)
        rows = self.filter_queryset(self.get_queryset())
        name = f'attachment; filename="board-{self.kwargs["kind"]}.csv"'
        return Response(self.get_serializer(rows, many=True).data, headers={"Content-Disposition": name})
