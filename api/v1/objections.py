"""Objections to verdicts, and appeals against final ones."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import NotFound
from scoring.seasons import objection_policies, objection_selectors, objection_services, verdict_selectors
from scoring.seasons.enums import ObjectionKind, Relief
from scoring.seasons.filters import ObjectionFilter
from scoring.seasons.objection_models import Objection
from scoring.seasons.states import OBJECTION


class ObjectionSerializer(serializers.ModelSerializer[Objection]):
    season = serializers.CharField(source="track.season.code")
    track = serializers.CharField(source="track.key")
    provider = serializers.CharField(source="provider.code")
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Objection
        fields = [
            "id",
            "number",
            "kind",
            "season",
            "track",
            "provider",
            "verdict",
            "statement",
            "status",
            "opened_at",
            "relief",
            "decision_note",
            "decided_at",
            "settlement",
            "withdrawn_at",
            "version",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, objection: Objection) -> list[dict[str, Any]]:
        return describe_offers(objection_policies.offer_actions(self.context["request"].user, objection))


class ObjectionListItem(ObjectionSerializer):
    class Meta(ObjectionSerializer.Meta):
        fields = [name for name in ObjectionSerializer.Meta.fields if name != "allowed_actions"]
        read_only_fields = fields

    allowed_actions = None  # type: ignore[assignment]


class ObjectionInput(serializers.Serializer[Any]):
    verdict = serializers.IntegerField(help_text="The verdict of your provider that is in force.")
    statement = serializers.CharField(max_length=4000)
    kind = serializers.ChoiceField(
        choices=ObjectionKind.choices,
        default=ObjectionKind.OBJECTION,
        help_text="An objection while the season stands still, an appeal once it is final.",
    )


class ObjectionDecision(ActionInput):
    relief = serializers.ChoiceField(
        choices=Relief.choices, required=False, help_text="For `uphold`: count again, or spare this provider."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["action"] == "uphold" and "relief" not in attrs:
            raise serializers.ValidationError({"relief": [self.fields["relief"].error_messages["required"]]})
        if attrs["action"] != "uphold":
            attrs.pop("relief", None)
        return attrs


class ObjectionListView(IdempotentMixin, ListAPIView[Objection]):
    """The objections and appeals that you may see; POST objects to a verdict or appeals against a final one."""

    serializer_class = ObjectionListItem
    filterset_class = ObjectionFilter

    def get_queryset(self) -> Any:
        return objection_selectors.by_clock(objection_selectors.visible_to(self.request.user))

    @extend_schema(request=ObjectionInput, responses={201: ObjectionSerializer})
    def post(self, request: Request) -> Response:
        form = ObjectionInput(data=request.data)
        form.is_valid(raise_exception=True)
        verdict = verdict_selectors.visible_to(request.user).filter(pk=form.validated_data["verdict"]).first()
        if verdict is None:
            raise NotFound()
        objection = objection_services.OPENERS[form.validated_data["kind"]](
            verdict_id=verdict.pk, statement=form.validated_data["statement"], by=request.user
        )
        return Response(ObjectionSerializer(objection, context={"request": request}).data, status=201)


class ObjectionPart(IdempotentMixin, GenericAPIView[Objection]):
    """What the endpoints of one objection share."""

    serializer_class = ObjectionSerializer
    queryset = Objection.objects.none()

    def get_objection(self) -> Objection:
        objection = objection_selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if objection is None:
            raise NotFound()
        return objection


class ObjectionView(ObjectionPart):
    """One objection."""

    @extend_schema(responses=ObjectionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_objection()).data)


class ObjectionActionsView(ObjectionPart):
    """Take a step: uphold (with `relief`), reject or withdraw."""

    @extend_schema(request=ObjectionDecision, responses=ObjectionSerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = self.get_objection()
        objection = run_action(request, found, OBJECTION, objection_services.ACTIONS, "objection_id", ObjectionDecision)
        return Response(self.get_serializer(objection).data)
