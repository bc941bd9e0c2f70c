"""Duties of a season: what promotion asks for, and progress with its evidence."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.seasons import SeasonPart, SeasonSerializer
from scoring.duties.enums import Duty
from scoring.seasons import selectors
from scoring.seasons.duty_selectors import entries_visible_to, progress_of
from scoring.seasons.duty_services import set_duties


class DutyEvidenceSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField(source="work.reference")
    merchant = serializers.CharField(source="work.merchant")
    started_on = serializers.DateField(source="work.started_on")
    ended_on = serializers.DateField(source="work.ended_on", allow_null=True)
    target = serializers.IntegerField(source="work.target", help_text="In the unit of the promise.")
    measured = serializers.IntegerField(source="work.measured", allow_null=True, help_text="Null: no facts.")
    measured_until = serializers.DateField(source="work.measured_until", allow_null=True)
    counts = serializers.BooleanField()
    verdict = serializers.CharField(help_text="counts, or why it does not.")


class DutyProgressSerializer(serializers.Serializer[Any]):
    duty = serializers.CharField()
    done = serializers.IntegerField()
    target = serializers.IntegerField()
    met = serializers.BooleanField()
    evidence = DutyEvidenceSerializer(many=True)


class ProviderDutiesSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField(source="provider.code")
    name = serializers.CharField(source="provider.name")
    duties = DutyProgressSerializer(many=True)


class DutiesInput(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that you read.")
    duties = serializers.DictField(
        child=serializers.IntegerField(min_value=0),
        help_text=f"How many times each must have been done; 0 leaves it out. Of {', '.join(Duty.values)}.",
    )


class SeasonDutiesView(SeasonPart):
    """How far providers are on the duties of a track: staff see all, a provider itself. PUT sets those of a draft."""

    filter_backends: list[Any] = []

    @extend_schema(
        parameters=[
            OpenApiParameter("track", description="The key of a track; default the season's first."),
            OpenApiParameter("provider", description="The code of a provider; default all that you may see."),
        ],
        responses=ProviderDutiesSerializer(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        season = self.get_season()
        track = selectors.track_of(season, request.query_params.get("track", ""))
        entries = entries_visible_to(request.user, track)
        if code := request.query_params.get("provider"):
            entries = entries.filter(provider__code=code)
        page = self.paginate_queryset(entries) or []
        found = progress_of(season, track, [entry.provider_id for entry in page])
        rows = [{"provider": entry.provider, "duties": found[entry.provider_id]} for entry in page]
        return self.get_paginated_response(ProviderDutiesSerializer(rows, many=True).data)

    @extend_schema(request=DutiesInput, responses=SeasonSerializer)
    def put(self, request: Request, pk: int) -> Response:
        form = DutiesInput(data=request.data)
        form.is_valid(raise_exception=True)
        season = set_duties(season_id=self.get_season().pk, by=request.user, **form.validated_data)
        return Response(self.get_serializer(season).data)
