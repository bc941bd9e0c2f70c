"""Score runs: start one, follow it, cancel it."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from api.v1.jobs import JobSerializer
from common.exceptions import NotFound
from scoring.capabilities import runs, selectors
from scoring.capabilities.filters import ScoreRunFilter
from scoring.capabilities.models import ScoreRun
from scoring.capabilities.permissions import offer_run_actions
from scoring.capabilities.states import SCORE_RUN


class ScoreRunListItem(serializers.ModelSerializer[ScoreRun]):
    class Meta:
        model = ScoreRun
        fields = [
            "id",
            "scoring_model",
            "as_of",
            "batch_ids",
            "seed",
            "input_digest",
            "result_digest",
            "status",
            "advanced_from",
            "engine_version",
            "fact_count",
            "provider_count",
            "assessed_count",
            "timings",
            "failure",
            "created_at",
            "started_at",
            "finished_at",
            "superseded_by",
            "version",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "advanced_from": {
                "help_text": "The day whose saved sums the run went on from; null when it summed all facts."
            },
            "engine_version": {
                "help_text": "The version of the engine that computed the run. Digests of results compare within one."
            },
        }


class ScoreRunSerializer(ScoreRunListItem):
    job = JobSerializer(read_only=True, allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta(ScoreRunListItem.Meta):
        fields = [*ScoreRunListItem.Meta.fields, "job", "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, run: ScoreRun) -> list[dict[str, Any]]:
        return describe_offers(offer_run_actions(run, self.context["request"].user))


class RunInput(serializers.Serializer[Any]):
    as_of = serializers.DateField(required=False, help_text="The last business day that counts; default yesterday.")
    scoring_model = serializers.IntegerField(
        required=False, help_text="A version that was published; default the one in force."
    )


class ScoreRunListView(IdempotentMixin, ListAPIView[ScoreRun]):
    """All runs, the newest day first; POST starts one."""

    serializer_class = ScoreRunListItem
    filterset_class = ScoreRunFilter

    def get_queryset(self) -> Any:
        return selectors.runs_visible_to(self.request.user)

    @extend_schema(
        request=RunInput,
        responses={200: ScoreRunSerializer, 202: ScoreRunSerializer},
        description="202 while the run is under way; 200 with the finished run of the same inputs.",
    )
    def post(self, request: Request) -> Response:
        form = RunInput(data=request.data)
        form.is_valid(raise_exception=True)
        run = runs.start_run(
            by=request.user,
            as_of=form.validated_data.get("as_of"),
            scoring_model_id=form.validated_data.get("scoring_model"),
        )
        body = ScoreRunSerializer(run, context={"request": request}).data
        return Response(body, status=202 if run.is_open else 200)


class ScoreRunPart(IdempotentMixin, GenericAPIView[ScoreRun]):
    """What the endpoints of one run share."""

    serializer_class = ScoreRunSerializer
    queryset = ScoreRun.objects.none()

    def get_run(self) -> ScoreRun:
        run = selectors.runs_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if run is None:
            raise NotFound()
        return run


class ScoreRunView(ScoreRunPart):
    """One run with its job."""

    @extend_schema(responses=ScoreRunSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_run()).data)


class ScoreRunActionsView(ScoreRunPart):
    """Take a step: cancel."""

    @extend_schema(request=ActionInput, responses=ScoreRunSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run = run_action(request, self.get_run(), SCORE_RUN, runs.ACTIONS, "run_id")
        return Response(self.get_serializer(run).data)
