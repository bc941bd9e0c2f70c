"""The rule lab: try a model on past runs, follow it, read what it found."""

from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.filters import OrderingFilter
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.v1 import trials
from api.v1.acting import ActionInput
from api.v1.scoring_models import ScoringModelPart
from common.exceptions import NotFound
from scoring.lab import selectors, services
from scoring.lab.filters import LabMoveFilter, LabTrialFilter
from scoring.lab.models import LabMove, LabResult, LabTrial
from scoring.lab.options import MAX_RUNS
from scoring.lab.states import TRIAL


class OptionsInput(serializers.Serializer[Any]):
    draws = serializers.IntegerField(required=False, help_text="Draws of weights, 0 to 2000; default 500.")
    spread = serializers.FloatField(required=False, help_text="By which share weights vary; default 0.2.")
    variation = serializers.CharField(required=False, help_text="relative (default) or dirichlet.")
    across = serializers.BooleanField(required=False, help_text="Vary the weights of capabilities; default true.")
    inside = serializers.BooleanField(required=False, help_text="Vary the weights of metrics; default true.")
    replicates = serializers.IntegerField(required=False, help_text="Redraws of the facts, 0 to 500; default 50.")
    top = serializers.IntegerField(required=False, help_text="The first places; default 20.")
    least = serializers.FloatField(required=False, help_text="Affected from a change of so many points; default 1.")
    seed = serializers.IntegerField(required=False, help_text="The same seed gives the same result; default 2022.")


class TrialInput(serializers.Serializer[Any]):
    run_ids = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        max_length=MAX_RUNS,
        help_text="Finished runs; default the newest.",
    )
    options = OptionsInput(required=False)


class ResultListItem(serializers.ModelSerializer[LabResult]):
    class Meta:
        model = LabResult
        fields = [
            "id",
            "run",
            "base_digest",
            "base_result_digest",
            "input_digest",
            "model_digest",
            "result_digest",
            "provider_count",
            "assessed_before",
            "assessed_after",
            "affected_count",
            "created_at",
        ]
        read_only_fields = fields


class ResultSerializer(ResultListItem):
    class Meta(ResultListItem.Meta):
        fields = [*ResultListItem.Meta.fields, "trial", "summary", "timings"]
        read_only_fields = fields


class TrialListItem(serializers.ModelSerializer[LabTrial]):
    class Meta:
        model = LabTrial
        fields = ["id", "scoring_model", "digest", "run_ids", *trials.FIELDS]
        read_only_fields = fields


class TrialSerializer(trials.WithSteps, TrialListItem):
    results = ResultListItem(many=True, read_only=True)

    class Meta(TrialListItem.Meta):
        fields = [*TrialListItem.Meta.fields, "job", "results", "allowed_actions"]
        read_only_fields = fields


class LabMoveSerializer(serializers.ModelSerializer[LabMove]):
    provider = serializers.CharField(source="provider.code")
    name = serializers.CharField(source="provider.name")

    class Meta:
        model = LabMove
        exclude = ["id", "result"]


class ModelTrialsView(ScoringModelPart):
    """Try a version, as it is defined now, on past runs."""

    @extend_schema(request=TrialInput, responses={202: TrialSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = TrialInput(data=request.data)
        form.is_valid(raise_exception=True)
        trial = services.start_trial(model_id=self.get_model().pk, by=request.user, **form.validated_data)
        return Response(TrialSerializer(trial, context={"request": request}).data, status=202)


class TrialListView(ListAPIView[LabTrial]):
    """All trials, the newest first."""

    serializer_class = TrialListItem
    filterset_class = LabTrialFilter

    def get_queryset(self) -> Any:
        return selectors.trials_visible_to(self.request.user)


class TrialPart(trials.OneTrial[LabTrial]):
    """What the endpoints of one trial share."""

    serializer_class = TrialSerializer
    queryset = LabTrial.objects.none()
    visible = staticmethod(selectors.trials_visible_to)


class TrialView(TrialPart):
    """One trial with its job and results."""

    @extend_schema(responses=TrialSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_trial()).data)


class TrialActionsView(TrialPart):
    """Take a step: cancel."""

    @extend_schema(request=ActionInput, responses=TrialSerializer)
    def post(self, request: Request, pk: int) -> Response:
        trial = run_action(request, self.get_trial(), TRIAL, services.ACTIONS, "trial_id")
        return Response(self.get_serializer(trial).data)


def find_result(request: Request, pk: int) -> LabResult:
    """A result among those that the viewer may see; raises NotFound."""
    result = selectors.results_visible_to(request.user).filter(pk=pk).first()
    if result is None:
        raise NotFound()
    return result


class ResultView(GenericAPIView[LabResult]):
    """What a trial found on one run, with the digests of both sides."""

    serializer_class = ResultSerializer
    queryset = LabResult.objects.none()

    @extend_schema(responses=ResultSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(find_result(request, pk)).data)


class MoveListView(ListAPIView[LabMove]):
    """Every provider before and after, to filter and sort."""

    serializer_class = LabMoveSerializer
    filterset_class = LabMoveFilter
    filter_backends = [DjangoFilterBackend, OrderingFilter]
    ordering_fields = ["score_change", "rank_change", "level_change", "score_before", "score_after", "provider__code"]
    ordering = ["score_change", "provider__code"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return LabMove.objects.none()
        moves = selectors.moves_visible_to(self.request.user).filter(
            result=find_result(self.request, self.kwargs["pk"])
        )
        return moves.order_by("score_change", "provider__code")
