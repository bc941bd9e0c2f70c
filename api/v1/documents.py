"""Documents of a provider: send one, follow its check, download it."""

from typing import Any

from django.http import FileResponse
from django.utils import timezone
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
from common.days import business_day
from common.downloads import send_file
from common.exceptions import InvalidInput, NotFound
from providers.documents import permissions, selectors, services
from providers.documents.enums import BLOCKS_ADMISSION, BLOCKS_INVITATIONS, DocumentType
from providers.documents.files import path_of
from providers.documents.filters import DocumentFilter
from providers.documents.models import Document
from providers.documents.states import DOCUMENT
from providers.registry import selectors as registry


class DocumentListItem(serializers.ModelSerializer[Document]):
    """A document in a list. `digest` is the SHA-256 of its bytes."""

    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")

    class Meta:
        model = Document
        fields = [
            "id",
            "provider",
            "provider_name",
            "document_type",
            "status",
            "issued_on",
            "expires_on",
            "file_name",
            "kind",
            "size",
            "digest",
            "uploaded_at",
            "decided_at",
            "note",
            "superseded_at",
            "version",
        ]
        read_only_fields = fields


class DocumentSerializer(DocumentListItem):
    allowed_actions = serializers.SerializerMethodField()

    class Meta(DocumentListItem.Meta):
        fields = [*DocumentListItem.Meta.fields, "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, document: Document) -> list[dict[str, Any]]:
        return describe_offers(permissions.offer_review(self.context["request"].user, document))


class DocumentFields(serializers.Serializer[Any]):
    """What stands beside the file."""

    provider = serializers.CharField(max_length=40, help_text="The code of your provider.")
    document_type = serializers.ChoiceField(choices=DocumentType.choices)
    issued_on = serializers.DateField()
    expires_on = serializers.DateField(
        required=False, default=None, help_text="From this day on it does not count any more."
    )


class DocumentUpload(DocumentFields):
    file = serializers.FileField(help_text="PDF, PNG, JPEG or WebP by its content, at most 10 MB.")


class DocumentListView(IdempotentMixin, ListAPIView[Document]):
    """The documents that you may see; POST sends one, which supersedes the present one of its type."""

    serializer_class = DocumentListItem
    filterset_class = DocumentFilter
    parser_classes = [MultiPartParser]
    throttle_scope = "write"

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).order_by("-uploaded_at", "-pk")

    @extend_schema(request={"multipart/form-data": DocumentUpload}, responses={201: DocumentSerializer})
    def post(self, request: Request) -> Response:
        form = DocumentFields(data=request.POST)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        provider = registry.visible_to(request.user).filter(code=fields.pop("provider")).first()
        if provider is None:
            raise InvalidInput(
                _("There is no such provider among yours."),
                field="provider",
                remedy=_("Give the code of your provider."),
            )
        file = request.FILES.get("file")
        if file is None:
            raise InvalidInput(_("The file is missing."), field="file", remedy=_("Send it as the form field `file`."))
        document = services.upload_document(
            provider_id=provider.pk, chunks=file.chunks(), file_name=file.name or "", by=request.user, **fields
        )
        return Response(DocumentSerializer(document, context={"request": request}).data, status=201)


class DocumentPart(IdempotentMixin, GenericAPIView[Document]):
    """What the endpoints of one document share."""

    serializer_class = DocumentSerializer
    queryset = Document.objects.none()
    parser_classes = [JSONParser]

    def get_document(self) -> Document:
        document = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if document is None:
            raise NotFound()
        return document


class DocumentView(DocumentPart):
    """One document."""

    @extend_schema(responses=DocumentSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_document()).data)


class DocumentFileView(DocumentPart):
    """Download the file. Who did is kept in the log."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> FileResponse:
        opened = services.open_document(document_id=self.get_document().pk, by=request.user)
        return send_file(path_of(opened.path), name=opened.download_name, media_type=opened.kind)


class DocumentActionsView(DocumentPart):
    """Take a step: accept or ask_revision."""

    @extend_schema(request=ActionInput, responses=DocumentSerializer)
    def post(self, request: Request, pk: int) -> Response:
        document = run_action(request, self.get_document(), DOCUMENT, services.ACTIONS, "document_id")
        return Response(self.get_serializer(document).data)


class SlotSerializer(serializers.Serializer[Any]):
    """One type of document: `state` is the status of the one that counts now, or `missing`."""

    document_type = serializers.ChoiceField(choices=DocumentType.choices, source="rule.document_type")
    is_required = serializers.BooleanField(source="rule.is_required")
    state = serializers.CharField()
    document = serializers.IntegerField(source="document.pk", default=None, allow_null=True)


class BlockSerializer(serializers.Serializer[Any]):
    """What an expired document keeps the provider from."""

    document = serializers.IntegerField(source="document.pk")
    blocks_admission = serializers.SerializerMethodField()
    blocks_invitations = serializers.SerializerMethodField()
    detail = serializers.CharField(source="sentence")

    def get_blocks_admission(self, block: selectors.Block) -> bool:
        return block.effect in BLOCKS_ADMISSION

    def get_blocks_invitations(self, block: selectors.Block) -> bool:
        return block.effect in BLOCKS_INVITATIONS


class DocumentStandingSerializer(serializers.Serializer[Any]):
    documents = SlotSerializer(many=True)
    blocks = BlockSerializer(many=True)


class StandingView(GenericAPIView[Document]):
    """What is required of a provider, where each document stands, and what is blocked now."""

    serializer_class = DocumentStandingSerializer
    queryset = Document.objects.none()
    filter_backends = []

    @extend_schema(responses=DocumentStandingSerializer)
    def get(self, request: Request, code: str) -> Response:
        provider = registry.visible_to(request.user).filter(code=code).first()
        if provider is None:
            raise NotFound()
        permissions.check_view(request.user, provider)
        standing = {
            "documents": selectors.slots_of(provider),
            "blocks": selectors.blocks_of(provider, business_day(timezone.now())),
        }
        return Response(DocumentStandingSerializer(standing).data)
