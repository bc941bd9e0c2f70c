"""Drafts of scoring models part by part, copies, comparison, and the preview of a metric."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import check_permission
from api.v1.scoring_models import ScoringModelPart, ScoringModelSerializer
from common.exceptions import NotFound
from engine.model import Metric
from scoring.capabilities import draft_services, editing, policies
from scoring.capabilities.comparison import as_mapping, compare_models
from scoring.capabilities.preview import preview_metric
from scoring.capabilities.selectors import comparable_with

KIND = OpenApiParameter("kind", str, "path", enum=list(editing.KINDS))


class PartInput(serializers.Serializer[Any]):
    content = serializers.DictField(help_text="The part as TOML has it: plain values, tables as objects.")
    version = serializers.IntegerField(required=False, help_text="The version of the row that you read.")


class PartChange(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, help_text="The version of the row that you read.")


class MoveInput(PartChange):
    steps = serializers.IntegerField(help_text="Negative moves up, positive down; metrics move in their capability.")


class SettingsInput(serializers.Serializer[Any]):
    content = serializers.DictField(
        help_text="Any of key, version, label, description, window, integrity, peers, composite, bootstrap, extras."
    )
    version = serializers.IntegerField(required=False, help_text="The version of the row that you read.")


class WeightsInput(PartChange):
    capabilities = serializers.DictField(child=serializers.FloatField(), required=False, help_text="Weights by key.")
    metrics = serializers.DictField(child=serializers.FloatField(), required=False, help_text="Weights by key.")


class CopyInput(serializers.Serializer[Any]):
    model_version = serializers.CharField(
        max_length=40, required=False, help_text="The version name of the draft; default the next free one."
    )


class FaultSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    field = serializers.CharField(help_text="The path in the model, as in metrics[3].weight.")
    message = serializers.CharField()
    remedy = serializers.CharField()


class DraftSerializer(serializers.Serializer[Any]):
    """A draft after a change of a part, with what is still to mend before it can be announced."""

    model = ScoringModelSerializer()
    open_faults = FaultSerializer(many=True)


class PreviewInput(serializers.Serializer[Any]):
    metric = serializers.DictField(help_text="A metric as TOML has it.")


class SpreadSerializer(serializers.Serializer[Any]):
    edges = serializers.ListField(child=serializers.FloatField(), help_text="One more than there are counts.")
    counts = serializers.ListField(child=serializers.IntegerField())
    quartiles = serializers.ListField(child=serializers.FloatField())


class PreviewSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    providers = serializers.IntegerField()
    assessed = serializers.IntegerField()
    groups = serializers.IntegerField()
    missing = serializers.DictField(child=serializers.IntegerField(), help_text="Not assessed, by reason.")
    raw = SpreadSerializer()
    shrunk = SpreadSerializer()
    normalised = SpreadSerializer()
    kept_median = serializers.FloatField(allow_null=True)


class ModelFieldChangeSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ModelChangeSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    key = serializers.CharField(allow_blank=True)
    how = serializers.ChoiceField(choices=["added", "removed", "changed"])
    fields = ModelFieldChangeSerializer(many=True)  # type: ignore[assignment]


class WeightChangeSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    capability = serializers.CharField()
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)


class ModelComparisonSerializer(serializers.Serializer[Any]):
    equal = serializers.BooleanField()
    same = serializers.IntegerField(help_text="How many parts are the same.")
    changes = ModelChangeSerializer(many=True)
    weights = WeightChangeSerializer(many=True, help_text="Each metric's weight in the whole score.")


class DraftPartBase(ScoringModelPart):
    """What the endpoints of a draft share."""

    def read(self, form_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The checked body."""
        form = form_class(data=self.request.data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def answer(self, model: Any, status: int = 200) -> Response:
        """The draft with its open faults."""
        faults = [
            {"code": f.code, "field": f.field, "message": f.message, "remedy": f.remedy}
            for f in editing.open_faults(model.rule)
        ]
        return Response({"model": self.get_serializer(model).data, "open_faults": faults}, status=status)


@extend_schema(parameters=[KIND])
class PartListView(DraftPartBase):
    """Add a capability, metric or gate to a draft."""

    @extend_schema(request=PartInput, responses={201: DraftSerializer})
    def post(self, request: Request, pk: int, kind: str) -> Response:
        body = self.read(PartInput)
        model = draft_services.put_part(model_id=self.get_model().pk, kind=kind, by=request.user, **body)
        return self.answer(model, 201)


@extend_schema(parameters=[KIND])
class PartView(DraftPartBase):
    """One part of a version: read it, replace it, take it out."""

    @extend_schema(responses=PartInput)
    def get(self, request: Request, pk: int, kind: str, key: str) -> Response:
        model = self.get_model()
        content = editing.part_content(editing.find_part(model.rule, kind, key))
        return Response({"content": content, "version": model.version})

    @extend_schema(request=PartInput, responses=DraftSerializer)
    def put(self, request: Request, pk: int, kind: str, key: str) -> Response:
        body = self.read(PartInput)
        model = draft_services.put_part(model_id=self.get_model().pk, kind=kind, key=key, by=request.user, **body)
        return self.answer(model)

    @extend_schema(
        request=None, responses=DraftSerializer, parameters=[OpenApiParameter("version", int, required=False)]
    )
    def delete(self, request: Request, pk: int, kind: str, key: str) -> Response:
        form = PartChange(data=request.query_params)
        form.is_valid(raise_exception=True)
        model = draft_services.remove_part(
            model_id=self.get_model().pk, kind=kind, key=key, by=request.user, **form.validated_data
        )
        return self.answer(model)


@extend_schema(parameters=[KIND])
class PartMoveView(DraftPartBase):
    """Move a part up or down in its list."""

    @extend_schema(request=MoveInput, responses=DraftSerializer)
    def post(self, request: Request, pk: int, kind: str, key: str) -> Response:
        body = self.read(MoveInput)
        model = draft_services.move_part(model_id=self.get_model().pk, kind=kind, key=key, by=request.user, **body)
        return self.answer(model)


class ModelSettingsView(DraftPartBase):
    """Change what a draft has besides its parts."""

    @extend_schema(request=SettingsInput, responses=DraftSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        body = self.read(SettingsInput)
        return self.answer(draft_services.put_settings(model_id=self.get_model().pk, by=request.user, **body))


class ModelWeightsView(DraftPartBase):
    """Change several weights of a draft at once."""

    @extend_schema(request=WeightsInput, responses=DraftSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        body = self.read(WeightsInput)
        version = body.pop("version", None)
        model = draft_services.put_weights(model_id=self.get_model().pk, weights=body, by=request.user, version=version)
        return self.answer(model)


class ModelCopiesView(DraftPartBase):
    """Draft a new version as a copy of this one."""

    @extend_schema(request=CopyInput, responses={201: DraftSerializer})
    def post(self, request: Request, pk: int) -> Response:
        body = self.read(CopyInput)
        return self.answer(draft_services.copy_model(model_id=self.get_model().pk, by=request.user, **body), 201)


class ModelPreviewView(DraftPartBase):
    """The distribution of one metric on the newest facts, by the windows and peer groups of this version.

    Nothing is stored; the work ends after a few seconds at most.
    """

    @extend_schema(request=PreviewInput, responses=PreviewSerializer)
    def post(self, request: Request, pk: int) -> Response:
        model = self.get_model()
        check_permission(request.user, "model.edit")
        policies.check_editable(model)
        metric: Metric = editing.build_part(Metric, self.read(PreviewInput)["metric"])
        return Response(PreviewSerializer(asdict(preview_metric(model.rule, metric))).data)


class ModelComparisonView(ScoringModelPart):
    """What this version changes against another one, by default the one in force."""

    @extend_schema(responses=ModelComparisonSerializer, parameters=[OpenApiParameter("with", int, required=False)])
    def get(self, request: Request, pk: int) -> Response:
        model, asked = self.get_model(), request.query_params.get("with", "")
        offered = comparable_with(model, request.user)
        other = (offered.filter(pk=asked if asked.isdecimal() else 0) if asked else offered).first()
        if other is None:
            raise NotFound()
        return Response({"with": other.pk, **as_mapping(compare_models(other.rule, model.rule))})
