"""Verdicts of a season: settle, preview, read."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import check_permission, has_permission
from api.base import IdempotentMixin
from api.v1.jobs import JobSerializer
from api.v1.seasons import SeasonPart
from common.exceptions import NotFound
from scoring.seasons import selectors, settlement_services, verdict_selectors
from scoring.seasons.settling import settle_track_now
from scoring.seasons.verdict_models import Verdict
from scoring.seasons.verdict_words import say_verdict

TRACK = OpenApiParameter("track", description="The key of a track; default the season's first.")


class SentencesSerializer(serializers.Serializer[Any]):
    outcome = serializers.CharField()
    next = serializers.CharField()
    changed = serializers.CharField()
    deciding = serializers.ListField(child=serializers.CharField())
    others = serializers.ListField(child=serializers.CharField())


class VerdictSerializer(serializers.ModelSerializer[Verdict]):
    provider = serializers.CharField(source="provider.code")
    season = serializers.CharField(source="settlement.track.season.code")
    track = serializers.CharField(source="settlement.track.key")
    sentences = serializers.SerializerMethodField(help_text="The verdict in the language of the request.")

    class Meta:
        model = Verdict
        fields = [
            "id",
            "season",
            "track",
            "provider",
            "outcome",
            "place",
            "score",
            "reasons",
            "last_places",
            "to_ladder",
            "to_level",
            "outcome_before",
            "place_before",
            "sentences",
        ]
        read_only_fields = fields

    @extend_schema_field(SentencesSerializer)
    def get_sentences(self, verdict: Verdict) -> dict[str, Any]:
        return say_verdict(verdict)


class SettlementPreviewSerializer(serializers.Serializer[Any]):
    track = serializers.CharField()
    run = serializers.IntegerField()
    ranked_count = serializers.IntegerField()
    promotion_places = serializers.IntegerField()
    relegation_places = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())
    digest = serializers.CharField(help_text="The settlement gets the same when nothing changes until then.")


class SettlementInput(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, help_text="The season's version that you read.")


class ClearOutInput(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=2000)


class VerdictListView(SeasonPart):
    """The verdicts in force that you may see."""

    filter_backends: list[Any] = []

    @extend_schema(
        parameters=[OpenApiParameter("track", description="The key of a track; default all.")],
        responses=VerdictSerializer(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        found = verdict_selectors.visible_to(request.user).filter(settlement__track__season=self.get_season())
        if key := request.query_params.get("track"):
            found = found.filter(settlement__track__key=key)
        page = self.paginate_queryset(found.order_by("settlement__track__pk", "place", "provider__code"))
        return self.get_paginated_response(VerdictSerializer(page, many=True).data)


class SettlementView(SeasonPart):
    """What a track's settlement would be now; POST settles all tracks."""

    @extend_schema(parameters=[TRACK], responses=SettlementPreviewSerializer)
    def get(self, request: Request, pk: int) -> Response:
        season = self.get_season()
        check_permission(request.user, "season.view")
        track = selectors.track_of(season, request.query_params.get("track", ""))
        result = settle_track_now(track)
        values = {"track": track.key, "run": result.run.pk, "counts": result.counts, "digest": result.digest}
        names = ("ranked_count", "promotion_places", "relegation_places")
        return Response(SettlementPreviewSerializer({**values, **{name: getattr(result, name) for name in names}}).data)

    @extend_schema(request=SettlementInput, responses={202: JobSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = SettlementInput(data=request.data)
        form.is_valid(raise_exception=True)
        job = settlement_services.start_settlement(
            season_id=self.get_season().pk, by=request.user, **form.validated_data
        )
        return Response(JobSerializer(job).data, status=202)


class ClearOutView(IdempotentMixin, GenericAPIView[Verdict]):
    """Carry out a final verdict of clear-out."""

    serializer_class = VerdictSerializer
    queryset = Verdict.objects.none()

    @extend_schema(request=ClearOutInput, responses=VerdictSerializer)
    def post(self, request: Request, pk: int) -> Response:
        verdict = verdict_selectors.visible_to(request.user).filter(pk=pk).first()
        if verdict is None or not has_permission(request.user, "season.view"):
            raise NotFound()
        form = ClearOutInput(data=request.data)
        form.is_valid(raise_exception=True)
        settlement_services.clear_out_by_verdict(verdict_id=pk, by=request.user, **form.validated_data)
        return Response(VerdictSerializer(verdict).data)
