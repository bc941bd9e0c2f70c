"""Invitations."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from api.v1.help_requests import NeedsSerializer
from common.exceptions import InvalidInput
from merchants.matching import selectors
from merchants.matching.answer_services import ACTIONS, accept_invitation
from merchants.matching.filters import InvitationFilter
from merchants.matching.models import Invitation
from merchants.matching.permissions import offer_actions
from merchants.matching.services import invite
from merchants.matching.states import INVITATION
from merchants.requests import selectors as requests
from merchants.requests.models import HelpRequest


class AskedSerializer(serializers.ModelSerializer[HelpRequest]):
    """What the invited provider reads of the request."""

    merchant = serializers.CharField(source="merchant.code", read_only=True)
    merchant_name = serializers.CharField(source="merchant.name", read_only=True)
    needs = NeedsSerializer(source="needs_by_capability", read_only=True)

    class Meta:
        model = HelpRequest
        fields = [
            "id",
            "merchant",
            "merchant_name",
            "title",
            "goal",
            "target_metric",
            "target_amount",
            "target_by",
            "description",
            "needs",
            "category",
            "region",
            "rooms",
            "budget_model",
            "budget_min_minor",
            "budget_max_minor",
            "commission_max_bp",
            "currency",
            "stage",
        ]
        read_only_fields = fields


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    provider = serializers.CharField(source="provider.code", read_only=True)
    help_request = AskedSerializer(source="request", read_only=True)
    engagement = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields = [
            "id",
            "code",
            "help_request",
            "provider",
            "status",
            "created_at",
            "expires_at",
            "decided_at",
            "note",
            "engagement",
            "version",
            "allowed_actions",
        ]
        read_only_fields = fields

    def get_engagement(self, invitation: Invitation) -> int | None:
        engagement = getattr(invitation, "engagement", None)
        return engagement.pk if engagement else None

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, invitation: Invitation) -> list[dict[str, Any]]:
        return describe_offers(offer_actions(self.context["request"].user, invitation))


class InvitationInput(serializers.Serializer[dict[str, Any]]):
    """Whom to invite: a candidate of the request's shortlist. `version` is that of the request."""

    help_request = serializers.IntegerField()
    provider = serializers.CharField(max_length=40)
    version = serializers.IntegerField(min_value=1)


class InvitationAction(ActionInput):
    """Accepting names the traders in the order in which they take the live rooms."""

    traders = serializers.ListField(child=serializers.CharField(max_length=20), required=False, default=list)


def _find(request: Request, pk: int) -> Invitation:
    return get_object_or_404(selectors.visible_to(request.user).select_related("engagement"), pk=pk)


class InvitationListView(IdempotentMixin, ListAPIView[Invitation]):
    """Invitations of either side."""

    serializer_class = InvitationSerializer
    filterset_class = InvitationFilter

    def get_queryset(self) -> QuerySet[Invitation]:
        return selectors.visible_to(self.request.user).select_related("engagement")

    @extend_schema(request=InvitationInput, responses={201: InvitationSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = InvitationInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        asked = requests.visible_to(request.user).filter(pk=data["help_request"]).first()
        if asked is None:
            raise InvalidInput(
                _("There is no such request among yours."),
                field="help_request",
                remedy=_("Give the id of one of your requests."),
            )
        invitation = invite(
            request_id=asked.pk, provider_code=data["provider"], version=data["version"], by=request.user
        )
        body = InvitationSerializer(_find(request, invitation.pk), context={"request": request}).data
        return Response(body, status=status.HTTP_201_CREATED)


class InvitationView(APIView):
    """One invitation."""

    @extend_schema(responses=InvitationSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(InvitationSerializer(_find(request, pk), context={"request": request}).data)


class InvitationActionView(IdempotentMixin, APIView):
    """Accept, decline or withdraw."""

    @extend_schema(request=InvitationAction, responses=InvitationSerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = _find(request, pk)
        given = InvitationAction(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        if data.pop("action") == "accept":
            traders = data.pop("traders")
            accept_invitation(invitation_id=found.pk, trader_codes=traders, by=request.user, **data)
        else:
            run_action(request, found, INVITATION, ACTIONS, "invitation_id")
        return Response(InvitationSerializer(_find(request, pk), context={"request": request}).data)
