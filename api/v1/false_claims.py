"""Reports of false claims: anybody sends one, a conduct officer decides."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import NotFound
from providers.verification import selectors, services
from providers.verification.filters import FalseClaimFilter
from providers.verification.models import FalseClaim
from providers.verification.permissions import check_act
from providers.verification.states import FALSE_CLAIM


class FalseClaimListItem(serializers.ModelSerializer[FalseClaim]):
    """A report in a list."""

    class Meta:
        model = FalseClaim
        fields = [
            "id",
            "number",
            "status",
            "claimant",
            "claimed_code",
            "seen_at_url",
            "text",
            "contact_email",
            "created_at",
            "decided_at",
            "decision_note",
            "version",
        ]
        read_only_fields = fields


class FalseClaimSerializer(FalseClaimListItem):
    allowed_actions = serializers.SerializerMethodField()

    class Meta(FalseClaimListItem.Meta):
        fields = [*FalseClaimListItem.Meta.fields, "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, claim: FalseClaim) -> list[dict[str, Any]]:
        user = self.context["request"].user
        return describe_offers(FALSE_CLAIM.offer_actions(claim, lambda row: check_act(user, claim, row)))


class FalseClaimReport(serializers.Serializer[Any]):
    """Who claims what, and where it was seen."""

    claimant = serializers.CharField(max_length=160)
    text = serializers.CharField(max_length=2000)
    claimed_code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    seen_at_url = serializers.CharField(max_length=500, required=False, allow_blank=True)
    contact_email = serializers.EmailField(required=False, allow_blank=True)


class FalseClaimReceipt(serializers.Serializer[Any]):
    number = serializers.CharField(help_text="Name it when you write to us about your report.")


class FalseClaimReportView(IdempotentMixin, GenericAPIView[FalseClaim]):
    """Report a false claim; no account is needed."""

    permission_classes = [AllowAny]
    throttle_scope = "false_claim"
    serializer_class = FalseClaimReport

    @extend_schema(request=FalseClaimReport, responses={201: FalseClaimReceipt})
    def post(self, request: Request) -> Response:
        form = FalseClaimReport(data=request.data)
        form.is_valid(raise_exception=True)
        by = request.user if isinstance(request.user, User) else None
        claim = services.report_false_claim(by=by, **form.validated_data)
        return Response({"number": claim.number}, status=201)


class FalseClaimListView(ListAPIView[FalseClaim]):
    """The reports that you may see."""

    serializer_class = FalseClaimListItem
    filterset_class = FalseClaimFilter

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user)


class FalseClaimPart(IdempotentMixin, GenericAPIView[FalseClaim]):
    """What the endpoints of one report share."""

    serializer_class = FalseClaimSerializer
    queryset = FalseClaim.objects.none()

    def get_claim(self) -> FalseClaim:
        claim = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if claim is None:
            raise NotFound()
        return claim


class FalseClaimView(FalseClaimPart):
    """One report."""

    @extend_schema(responses=FalseClaimSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_claim()).data)


class FalseClaimActionsView(FalseClaimPart):
    """Take a step: confirm or dismiss."""

    @extend_schema(request=ActionInput, responses=FalseClaimSerializer)
    def post(self, request: Request, pk: int) -> Response:
        claim = run_action(request, self.get_claim(), FALSE_CLAIM, services.ACTIONS, "claim_id")
        return Response(self.get_serializer(claim).data)
