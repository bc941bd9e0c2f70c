"""Disputes of facts: open one, add evidence, follow and decide it."""

from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.downloads import send_file
from common.exceptions import InvalidInput, NotFound
from engine.columns import FACT_COLUMN_NAMES
from providers.documents.files import path_of
from providers.registry import selectors as registry
from scoring.disputes import decision_services, permissions, selectors, services
from scoring.disputes.filters import DisputeFilter
from scoring.disputes.models import Dispute, DisputeFile
from scoring.disputes.services import Upload
from scoring.disputes.states import DISPUTE


class DisputeListItem(serializers.ModelSerializer[Dispute]):
    """A dispute in a list. Sums are in the unit of the column, money in minor units."""

    number = serializers.CharField()
    provider = serializers.CharField(source="provider.code")

    class Meta:
        model = Dispute
        fields = [
            "id",
            "number",
            "provider",
            "status",
            "column",
            "day_from",
            "day_to",
            "merchant",
            "trader",
            "held",
            "should_be",
            "granted",
            "opened_at",
            "due_at",
            "decided_at",
            "version",
        ]
        read_only_fields = fields


class DisputeFileSerializer(serializers.ModelSerializer[DisputeFile]):
    """A file of evidence; `digest` is the SHA-256 of its bytes."""

    class Meta:
        model = DisputeFile
        fields = ["id", "file_name", "kind", "size", "digest", "added_at"]
        read_only_fields = fields


class DisputeSerializer(DisputeListItem):
    files = DisputeFileSerializer(many=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta(DisputeListItem.Meta):
        fields = [
            *DisputeListItem.Meta.fields,
            "statement",
            "decision_note",
            "held_then",
            "adjustment",
            "files",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, dispute: Dispute) -> list[dict[str, Any]]:
        concerned = selectors.people_behind(dispute) if dispute.is_open else set()
        return describe_offers(permissions.offer_actions(self.context["request"].user, dispute, concerned=concerned))


class DisputeFields(serializers.Serializer[Any]):
    """The claim."""

    provider = serializers.CharField(max_length=40, help_text="The code of your provider.")
    column = serializers.ChoiceField(choices=[(name, name) for name in FACT_COLUMN_NAMES])
    day_from = serializers.DateField()
    day_to = serializers.DateField()
    merchant = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    trader = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    should_be = serializers.IntegerField(min_value=0, help_text="The right sum over the slice; money in minor units.")
    statement = serializers.CharField(max_length=4000)


class DisputeUpload(DisputeFields):
    file = serializers.ListField(
        child=serializers.FileField(), required=False, help_text="Up to five files: PDF, PNG, JPEG or WebP."
    )


class DisputeDecision(ActionInput):
    """A step; `uphold_partly` takes the sum that is granted."""

    granted = serializers.IntegerField(min_value=0, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["action"] == "uphold_partly" and "granted" not in attrs:
            raise serializers.ValidationError({"granted": [self.fields["granted"].error_messages["required"]]})
        if attrs["action"] != "uphold_partly":
            attrs.pop("granted", None)
        return attrs


class DisputeListView(IdempotentMixin, ListAPIView[Dispute]):
    """The disputes that you may see; POST opens one."""

    serializer_class = DisputeListItem
    filterset_class = DisputeFilter
    parser_classes = [MultiPartParser, JSONParser]
    throttle_scope = "write"

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).order_by("-pk")

    @extend_schema(
        request={"multipart/form-data": DisputeUpload, "application/json": DisputeFields},
        responses={201: DisputeSerializer},
    )
    def post(self, request: Request) -> Response:
        form = DisputeFields(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        provider = registry.visible_to(request.user).filter(code=fields.pop("provider")).first()
        if provider is None:
            raise InvalidInput(
                _("There is no such provider among yours."),
                field="provider",
                remedy=_("Give the code of your provider."),
            )
        files = [Upload(file.name or "", file.chunks()) for file in request.FILES.getlist("file")]
        dispute = services.open_dispute(provider_id=provider.pk, by=request.user, files=files, **fields)
        return Response(DisputeSerializer(dispute, context={"request": request}).data, status=201)


class DisputePart(IdempotentMixin, GenericAPIView[Dispute]):
    """What the endpoints of one dispute share."""

    serializer_class = DisputeSerializer
    queryset = Dispute.objects.none()

    def get_dispute(self) -> Dispute:
        dispute = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if dispute is None:
            raise NotFound()
        return dispute


class DisputeView(DisputePart):
    """One dispute."""

    @extend_schema(responses=DisputeSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_dispute()).data)


class DisputeActionsView(DisputePart):
    """Take a step: uphold, uphold_partly, reject or withdraw."""

    @extend_schema(request=DisputeDecision, responses=DisputeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = self.get_dispute()
        dispute = run_action(request, found, DISPUTE, decision_services.ACTIONS, "dispute_id", DisputeDecision)
        return Response(self.get_serializer(dispute).data)


class DisputeEvidenceView(DisputePart):
    """Add a file while the dispute is open."""

    parser_classes = [MultiPartParser]
    throttle_scope = "write"

    @extend_schema(request={"multipart/form-data": OpenApiTypes.BINARY}, responses={201: DisputeFileSerializer})
    def post(self, request: Request, pk: int) -> Response:
        file = request.FILES.get("file")
        if file is None:
            raise InvalidInput(_("The file is missing."), field="file", remedy=_("Send it as the form field `file`."))
        upload = Upload(file.name or "", file.chunks())
        added = services.add_evidence(dispute_id=self.get_dispute().pk, upload=upload, by=request.user)
        return Response(DisputeFileSerializer(added).data, status=201)


class DisputeFileView(GenericAPIView[DisputeFile]):
    """Download a file of evidence. Who did is kept in the log."""

    serializer_class = DisputeFileSerializer
    queryset = DisputeFile.objects.none()

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> FileResponse:
        file = selectors.files_visible_to(request.user).filter(pk=pk).first()
        if file is None:
            raise NotFound()
        opened = services.open_evidence(file_id=file.pk, by=request.user)
        return send_file(path_of(opened.path), name=opened.download_name, media_type=opened.kind)
