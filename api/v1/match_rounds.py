"""Match rounds: start one, follow it, read its figures and places, commit or discard it."""

from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.filters import OrderingFilter
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from api.v1.jobs import JobSerializer
from api.v1.shortlists import ReasonSerializer, describe_reasons
from common.exceptions import NotFound
from merchants.rounds import selectors, services
from merchants.rounds.enums import Balance, PlaceOutcome
from merchants.rounds.filters import MatchRoundFilter, RoundPlaceFilter
from merchants.rounds.models import FIGURES, MatchRound, RoundPlace
from merchants.rounds.permissions import offer_actions
from merchants.rounds.rules import (
    DEFAULT_BALANCE,
    DEFAULT_LIMIT,
    DEFAULT_NEWCOMER_PLACES,
    LIMITS,
    MAX_NEWCOMER_PLACES,
)
from merchants.rounds.sentences import tell_why_not
from merchants.rounds.states import MATCH_ROUND
from providers.registry.models import Provider


class MatchRoundInput(serializers.Serializer[dict[str, Any]]):
    """The settings of a round; all may be left out."""

    balance = serializers.ChoiceField(
        choices=Balance.choices,
        default=DEFAULT_BALANCE,
        help_text="How much fit is given up so that the load is spread.",
    )
    newcomer_places = serializers.IntegerField(
        min_value=0,
        max_value=MAX_NEWCOMER_PLACES,
        default=DEFAULT_NEWCOMER_PLACES,
        help_text="Places of each newcomer that count 0.05 more than its fit.",
    )
    candidate_limit = serializers.IntegerField(
        min_value=LIMITS[0],
        max_value=LIMITS[1],
        default=DEFAULT_LIMIT,
        help_text="How many of its best providers compete for a request.",
    )


class CostSerializer(serializers.Serializer[dict[str, Any]]):
    """What one setting would have given."""

    balance = serializers.CharField()
    newcomer_places = serializers.IntegerField()
    matched = serializers.IntegerField()
    mean_fit = serializers.FloatField(allow_null=True)
    gini = serializers.FloatField()
    idle = serializers.IntegerField()
    newcomers = serializers.IntegerField()


class LoadsSerializer(serializers.Serializer[dict[str, Any]]):
    """Providers that are idle, then by quarters of their live rooms taken."""

    before = serializers.ListField(child=serializers.IntegerField(), required=False)
    after = serializers.ListField(child=serializers.IntegerField(), required=False)


class MatchRoundListItem(serializers.ModelSerializer[MatchRound]):
    costs = CostSerializer(many=True, read_only=True)
    loads = LoadsSerializer(read_only=True)

    class Meta:
        model = MatchRound
        fields = [
            "id",
            "code",
            "status",
            "balance",
            "newcomer_places",
            "candidate_limit",
            *FIGURES,
            "created_at",
            "committed_at",
            "discarded_at",
            "finished_at",
            "version",
        ]
        read_only_fields = fields


class MatchRoundSerializer(MatchRoundListItem):
    job = JobSerializer(read_only=True, allow_null=True)
    last_committed = serializers.SerializerMethodField(help_text="Id of the round committed last before this one.")
    allowed_actions = serializers.SerializerMethodField()

    class Meta(MatchRoundListItem.Meta):
        fields = [*MatchRoundListItem.Meta.fields, "job", "last_committed", "allowed_actions"]
        read_only_fields = fields

    def get_last_committed(self, match_round: MatchRound) -> int | None:
        last = selectors.last_committed(match_round)
        return last.pk if last else None

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, match_round: MatchRound) -> list[dict[str, Any]]:
        return describe_offers(offer_actions(self.context["request"].user, match_round))


class RoundCandidateSerializer(serializers.Serializer[dict[str, Any]]):
    """The round's provider, or one who is asked when those before it decline."""

    provider = serializers.CharField()
    seat = serializers.CharField()
    fit = serializers.FloatField()
    contributions = serializers.DictField(child=serializers.FloatField())
    reasons_for = ReasonSerializer(many=True)
    reasons_against = ReasonSerializer(many=True)


class RoundPlaceSerializer(serializers.ModelSerializer[RoundPlace]):
    help_request = serializers.IntegerField(source="request_id", read_only=True)
    merchant = serializers.CharField(source="request.merchant.code", read_only=True)
    provider = serializers.CharField(source="provider.code", read_only=True, allow_null=True, default=None)
    outcome = serializers.ChoiceField(choices=PlaceOutcome.choices, read_only=True)
    candidates = serializers.SerializerMethodField()
    why_not = serializers.SerializerMethodField()

    class Meta:
        model = RoundPlace
        fields = [
            "id",
            "help_request",
            "request_version",
            "merchant",
            "provider",
            "fit",
            "outcome",
            "invitation",
            "skipped",
            "considered",
            "eligible",
            "excluded",
            "digest",
            "candidates",
            "why_not",
        ]
        read_only_fields = fields

    @extend_schema_field(RoundCandidateSerializer(many=True))
    def get_candidates(self, place: RoundPlace) -> list[dict[str, Any]]:
        codes, currency = self.context["codes"], place.request.currency
        return [
            {
                "provider": codes[entry["provider_id"]],
                "seat": entry["seat"],
                "fit": entry["fit"],
                "contributions": entry["contributions"],
                "reasons_for": describe_reasons(entry["reasons_for"], currency),
                "reasons_against": describe_reasons(entry["reasons_against"], currency),
            }
            for entry in place.candidates
        ]

    @extend_schema_field(ReasonSerializer(many=True))
    def get_why_not(self, place: RoundPlace) -> list[dict[str, Any]]:
        codes = self.context["codes"]
        return [
            {
                "code": reason["code"],
                "params": {**reason["params"], "provider": codes[reason["params"]["provider"]]},
                "text": tell_why_not(reason, codes),
            }
            for reason in place.why_not
        ]


class MatchRoundListView(IdempotentMixin, ListAPIView[MatchRound]):
    """All rounds, the newest first; POST prepares the preview of a new one."""

    serializer_class = MatchRoundListItem
    filterset_class = MatchRoundFilter

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user)

    @extend_schema(request=MatchRoundInput, responses={202: MatchRoundSerializer})
    def post(self, request: Request) -> Response:
        given = MatchRoundInput(data=request.data)
        given.is_valid(raise_exception=True)
        begun = services.start_round(by=request.user, **given.validated_data)
        return Response(MatchRoundSerializer(begun, context={"request": request}).data, status=202)


class RoundPart(IdempotentMixin, GenericAPIView[MatchRound]):
    """What the endpoints of one round share."""

    serializer_class = MatchRoundSerializer
    queryset = MatchRound.objects.none()

    def get_round(self) -> MatchRound:
        found = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found


class MatchRoundView(RoundPart):
    """One round with its figures, what each setting costs, and its job."""

    @extend_schema(responses=MatchRoundSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_round()).data)


class MatchRoundActionView(RoundPart):
    """Take a step: commit, discard or resume."""

    @extend_schema(request=ActionInput, responses=MatchRoundSerializer)
    def post(self, request: Request, pk: int) -> Response:
        changed = run_action(request, self.get_round(), MATCH_ROUND, services.ACTIONS, "round_id")
        return Response(self.get_serializer(changed).data)


class RoundPlaceListView(ListAPIView[RoundPlace]):
    """What a round gives each request, with the reasons and what became of it."""

    serializer_class = RoundPlaceSerializer
    filterset_class = RoundPlaceFilter
    filter_backends = [DjangoFilterBackend, OrderingFilter]
    ordering_fields = ["fit", "id"]
    ordering = ["id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return RoundPlace.objects.none()
        if not selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).exists():
            raise NotFound()
        return selectors.places_visible_to(self.request.user).filter(round=self.kwargs["pk"])

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """With the codes of all providers that the shown places name, read at once."""
        places = args[0] if args and kwargs.get("many") else []
        named = {entry["provider_id"] for place in places for entry in place.candidates}
        named |= {reason["params"]["provider"] for place in places for reason in place.why_not}
        codes = dict(Provider.objects.filter(pk__in=named).values_list("pk", "code"))
        kwargs["context"] = {**self.get_serializer_context(), "codes": codes}
        return super().get_serializer(*args, **kwargs)
