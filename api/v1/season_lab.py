"""The season lab: try a season's rules on past seasons, follow it, read what it found."""

from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.filters import OrderingFilter
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.v1 import trials
from api.v1.acting import ActionInput
from api.v1.seasons import SeasonPart
from common.exceptions import NotFound
from scoring.season_lab import selectors, services
from scoring.season_lab.filters import ReplayMoveFilter, SeasonTrialFilter
from scoring.season_lab.models import ReplayMove, SeasonReplay, SeasonTrial
from scoring.season_lab.options import MAX_SEASONS
from scoring.season_lab.states import SEASON_TRIAL


class SeasonTrialOptionsInput(serializers.Serializer[Any]):
    draws = serializers.IntegerField(
        required=False, help_text="Redrawn seasons, 0 to 1000; default 200. 0 leaves out what noise decides."
    )
    seed = serializers.IntegerField(required=False, help_text="The same seed gives the same result; default 2022.")


class SeasonTrialInput(serializers.Serializer[Any]):
    season_ids = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        max_length=MAX_SEASONS,
        help_text="Past seasons with a final result; default the newest twelve.",
    )
    options = SeasonTrialOptionsInput(required=False)


class ReplayListItem(serializers.ModelSerializer[SeasonReplay]):
    season = serializers.CharField(source="season.code", help_text="The past season's code.")

    class Meta:
        model = SeasonReplay
        fields = [
            "id",
            "season",
            "run",
            "season_digest",
            "run_digest",
            "result_digest",
            "provider_count",
            "differing_count",
            "created_at",
        ]
        read_only_fields = fields


class ReplaySerializer(ReplayListItem):
    class Meta(ReplayListItem.Meta):
        fields = [*ReplayListItem.Meta.fields, "trial", "summary"]
        read_only_fields = fields


class SeasonTrialListItem(serializers.ModelSerializer[SeasonTrial]):
    class Meta:
        model = SeasonTrial
        fields = ["id", "season", "plan", "digest", "season_ids", *trials.FIELDS]
        read_only_fields = fields


class SeasonTrialSerializer(trials.WithSteps, SeasonTrialListItem):
    replays = serializers.SerializerMethodField(help_text="What was found, oldest season first.")

    class Meta(SeasonTrialListItem.Meta):
        fields = [*SeasonTrialListItem.Meta.fields, "job", "replays", "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(ReplayListItem(many=True))
    def get_replays(self, trial: SeasonTrial) -> Any:
        return ReplayListItem(selectors.replays_of(trial), many=True).data


class ReplayMoveSerializer(serializers.ModelSerializer[ReplayMove]):
    provider = serializers.CharField(source="provider.code")
    name = serializers.CharField(source="provider.name")

    class Meta:
        model = ReplayMove
        exclude = ["id", "replay"]


class SeasonTrialsView(SeasonPart):
    """Try a season's rules, as they are now, on past seasons."""

    @extend_schema(request=SeasonTrialInput, responses={202: SeasonTrialSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = SeasonTrialInput(data=request.data)
        form.is_valid(raise_exception=True)
        trial = services.start_trial(season_id=self.get_season().pk, by=request.user, **form.validated_data)
        return Response(SeasonTrialSerializer(trial, context={"request": request}).data, status=202)


class SeasonTrialListView(ListAPIView[SeasonTrial]):
    """All trials, the newest first."""

    serializer_class = SeasonTrialListItem
    filterset_class = SeasonTrialFilter

    def get_queryset(self) -> Any:
        return selectors.trials_visible_to(self.request.user)


class SeasonTrialPart(trials.OneTrial[SeasonTrial]):
    """What the endpoints of one trial share."""

    serializer_class = SeasonTrialSerializer
    queryset = SeasonTrial.objects.none()
    visible = staticmethod(selectors.trials_visible_to)


class SeasonTrialView(SeasonTrialPart):
    """One trial with its job and what it found."""

    @extend_schema(responses=SeasonTrialSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_trial()).data)


class SeasonTrialActionsView(SeasonTrialPart):
    """Take a step: cancel."""

    @extend_schema(request=ActionInput, responses=SeasonTrialSerializer)
    def post(self, request: Request, pk: int) -> Response:
        trial = run_action(request, self.get_trial(), SEASON_TRIAL, services.ACTIONS, "trial_id")
        return Response(self.get_serializer(trial).data)


def find_replay(request: Request, pk: int) -> SeasonReplay:
    """A replay among those that the viewer may see; raises NotFound."""
    replay = selectors.replays_visible_to(request.user).filter(pk=pk).first()
    if replay is None:
        raise NotFound()
    return replay


class ReplayView(GenericAPIView[SeasonReplay]):
    """What the tried rules would have decided in one past season."""

    serializer_class = ReplaySerializer
    queryset = SeasonReplay.objects.none()

    @extend_schema(responses=ReplaySerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(find_replay(request, pk)).data)


class ReplayMoveListView(ListAPIView[ReplayMove]):
    """Every provider: what happened, and what the tried rules say."""

    serializer_class = ReplayMoveSerializer
    filterset_class = ReplayMoveFilter
    filter_backends = [DjangoFilterBackend, OrderingFilter]
    ordering_fields = ["place", "kept", "up_odds", "down_odds", "provider__code"]
    ordering = ["ladder", "place", "provider__code"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return ReplayMove.objects.none()
        return selectors.moves_visible_to(self.request.user).filter(replay=find_replay(self.request, self.kwargs["pk"]))
