"""Probation contracts."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import InvalidInput, NotFound
from providers.conduct import permissions, probation_services, selectors
from providers.conduct.filters import ProbationFilter
from providers.conduct.models import Probation, ProbationTarget
from providers.conduct.states import PROBATION
from providers.conduct.targets import Target
from providers.criteria.enums import Direction
from providers.criteria.measures import SIGNALS
from providers.registry import selectors as registry

MEASURES = [(signal.name, signal.label) for signal in SIGNALS]


class TargetSerializer(serializers.ModelSerializer[ProbationTarget]):
    """A target; `value` and `met` are null until the contract is judged and where nothing could be measured."""

    class Meta:
        model = ProbationTarget
        fields = ["measure", "direction", "limit", "value", "met"]
        read_only_fields = fields


class ProbationListItem(serializers.ModelSerializer[Probation]):
    """A contract in a list."""

    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")
    mentor = serializers.SerializerMethodField(help_text="The mentor's name, null for none.")

    class Meta:
        model = Probation
        fields = [
            "id",
            "provider",
            "provider_name",
            "status",
            "mentor",
            "starts_on",
            "ends_on",
            "signed_at",
            "verdict",
            "judged_on",
            "version",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_mentor(self, probation: Probation) -> str | None:
        return str(probation.mentor) if probation.mentor else None


class ProbationSerializer(ProbationListItem):
    """One contract with its targets."""

    targets = TargetSerializer(many=True, read_only=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta(ProbationListItem.Meta):
        fields = [*ProbationListItem.Meta.fields, "targets", "decided_at", "decision_note", "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, probation: Probation) -> list[dict[str, Any]]:
        user = self.context["request"].user
        return describe_offers(
            PROBATION.offer_actions(probation, lambda row: permissions.check_probation_act(user, probation, row))
        )


class TargetInput(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(choices=MEASURES)
    direction = serializers.ChoiceField(choices=Direction.choices)
    limit = serializers.FloatField(help_text="Shares from 0 to 1, money in fen.")


class ProposalInput(serializers.Serializer[Any]):
    """A contract; it replaces one that waits for its signature."""

    provider = serializers.CharField(max_length=40, help_text="The code of a provider on probation.")
    ends_on = serializers.DateField(help_text="From two weeks to one year ahead.")
    targets = TargetInput(many=True)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class ProbationActionInput(ActionInput):
    """A step. `ends_on` goes with `extend` alone; without it the contract is extended by a month."""

    ends_on = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if "ends_on" in attrs and attrs["action"] != "extend":
            raise serializers.ValidationError({"ends_on": [_("Only an extension takes a new end.")]})
        return attrs


class ProbationListView(IdempotentMixin, ListAPIView[Probation]):
    """The contracts that you may see, the newest first; POST proposes one."""

    serializer_class = ProbationListItem
    filterset_class = ProbationFilter

    def get_queryset(self) -> Any:
        return selectors.probations_visible_to(self.request.user)

    @extend_schema(request=ProposalInput, responses={201: ProbationSerializer})
    def post(self, request: Request) -> Response:
        form = ProposalInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        provider = registry.visible_to(request.user).filter(code=given["provider"]).first()
        if provider is None:
            raise InvalidInput(_("There is no such provider."), field="provider", remedy=_("Give a provider's code."))
        probation = probation_services.propose_probation(
            provider_id=provider.pk,
            targets=[Target(**target) for target in given["targets"]],
            ends_on=given["ends_on"],
            note=given["note"],
            by=request.user,
        )
        return Response(ProbationSerializer(probation, context={"request": request}).data, status=201)


class ProbationPart(IdempotentMixin, GenericAPIView[Probation]):
    """What the endpoints of one contract share."""

    serializer_class = ProbationSerializer
    queryset = Probation.objects.none()

    def get_probation(self) -> Probation:
        probation = selectors.probations_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if probation is None:
            raise NotFound()
        return probation

    def answer(self) -> Response:
        """The contract as it is now."""
        return Response(self.get_serializer(self.get_probation()).data)


class ProbationView(ProbationPart):
    """One contract."""

    @extend_schema(responses=ProbationSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return self.answer()


class ProbationActionsView(ProbationPart):
    """Take a step: sign (the provider's owner), judge, complete, extend, fail or lapse (platform staff)."""

    @extend_schema(request=ProbationActionInput, responses=ProbationSerializer)
    def post(self, request: Request, pk: int) -> Response:
        actions = probation_services.ACTIONS
        run_action(request, self.get_probation(), PROBATION, actions, "probation_id", ProbationActionInput)
        return self.answer()
