"""Batches of facts: send a file, follow its import, read its report."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import BaseParser, DataAndFiles, JSONParser, MultiPartParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import check_permission
from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import NotFound
from scoring.facts import imports, selectors, services
from scoring.facts.enums import REMEDIES, Fault, Notice
from scoring.facts.filters import FactBatchFilter
from scoring.facts.models import FactBatch
from scoring.facts.permissions import offer_batch_actions
from scoring.facts.refusals import sentence
from scoring.facts.services import Options
from scoring.facts.states import FACT_BATCH

SENTENCES: dict[str, Any] = {**dict(Fault.choices), **dict(Notice.choices)}
CHUNK = 1024 * 1024


class FileParser(BaseParser):
    """A file as the whole body. It goes to a temporary file, never to memory; its name comes from `?file_name=`."""

    def parse(
        self, stream: BinaryIO, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        request = (parser_context or {})["request"]
        name = request.query_params.get("file_name") or "upload"
        upload = TemporaryUploadedFile(name, self.media_type, 0, None)
        size = 0
        while chunk := stream.read(CHUNK):
            upload.write(chunk)
            size += len(chunk)
        upload.seek(0)
        upload.size = size
        files = MultiValueDict({"file": [upload]})
        request._request._files = files  # Django closes these when the answer is sent
        return DataAndFiles(QueryDict(""), files)


class CsvParser(FileParser):
    media_type = "text/csv"


class JsonLinesParser(FileParser):
    media_type = "application/x-ndjson"


class ParquetParser(FileParser):
    media_type = "application/vnd.apache.parquet"


class GzipParser(FileParser):
    media_type = "application/gzip"


class MayImport(BasePermission):
    """Asked before a byte of the body is read."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method == "POST":
            check_permission(request.user, "fact.import")
        return True


class FactBatchListItem(serializers.ModelSerializer[FactBatch]):
    """A batch in a list."""

    class Meta:
        model = FactBatch
        fields = [
            "id",
            "status",
            "source",
            "profile",
            "file_name",
            "kind",
            "source_bytes",
            "digest",
            "day_from",
            "day_to",
            "source_rows",
            "rejected_rows",
            "duplicate_rows",
            "rows",
            "provider_count",
            "file_digest",
            "received_at",
            "imported_at",
            "superseded_at",
            "successor",
            "job",
            "version",
        ]
        read_only_fields = fields


class RefusalSerializer(serializers.Serializer[Any]):
    """Why the file was not taken."""

    code = serializers.CharField()
    detail = serializers.CharField()
    remedy = serializers.CharField()


class FactBatchSerializer(FactBatchListItem):
    refusal = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta(FactBatchListItem.Meta):
        fields = [*FactBatchListItem.Meta.fields, "options", "refusal", "reasons", "notices", "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(RefusalSerializer(allow_null=True))
    def get_refusal(self, batch: FactBatch) -> dict[str, str] | None:
        stored = batch.report.get("refusal")
        if stored is None:
            return None
        detail, remedy = sentence(stored)
        return {"code": stored["code"], "detail": detail, "remedy": remedy}

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_reasons(self, batch: FactBatch) -> dict[str, int]:
        reasons: dict[str, int] = batch.report.get("reasons", {})
        return reasons

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_notices(self, batch: FactBatch) -> dict[str, int]:
        notices: dict[str, int] = batch.report.get("notices", {})
        return notices

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, batch: FactBatch) -> list[dict[str, Any]]:
        return describe_offers(offer_batch_actions(batch, self.context["request"].user))


class UploadOptions(serializers.Serializer[Any]):
    """Beside the file as form fields, or in the query when the file is the body."""

    profile = serializers.CharField(default="standard", max_length=40)
    source = serializers.RegexField(r"^[-a-zA-Z0-9_]*$", default="", allow_blank=True, max_length=40)
    dry_run = serializers.BooleanField(default=False)
    skip_bad_rows = serializers.BooleanField(default=False)
    register_unknown = serializers.BooleanField(default=False)
    supersedes = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list, max_length=100)


class UploadRequest(UploadOptions):
    file = serializers.FileField()


class ReportLineSerializer(serializers.Serializer[Any]):
    """One row of the report. `row` counts the data rows of the file from 1."""

    row = serializers.IntegerField()
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()
    detail = serializers.CharField()
    remedy = serializers.CharField()


UPLOAD_PARAMETERS = [
    OpenApiParameter(name, kind, description="When the file is the whole body.", many=name == "supersedes")
    for name, kind in {
        "profile": str,
        "source": str,
        "file_name": str,
        "dry_run": bool,
        "skip_bad_rows": bool,
        "register_unknown": bool,
        "supersedes": int,
    }.items()
]


class FactBatchListView(IdempotentMixin, ListAPIView[FactBatch]):
    """The batches; POST sends a file. 202: its import is under way; 200: this very file came before, here it is."""

    serializer_class = FactBatchListItem
    filterset_class = FactBatchFilter
    permission_classes = [IsAuthenticated, MayImport]
    parser_classes = [MultiPartParser, CsvParser, JsonLinesParser, ParquetParser, GzipParser]
    throttle_scope = "write"

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).defer("report")

    @extend_schema(
        request={
            "multipart/form-data": UploadRequest,
            "text/csv": bytes,
            "application/x-ndjson": bytes,
            "application/vnd.apache.parquet": bytes,
            "application/gzip": bytes,
        },
        parameters=UPLOAD_PARAMETERS,
        responses={200: FactBatchSerializer, 202: FactBatchSerializer},
    )
    def post(self, request: Request) -> Response:
        file = request.FILES.get("file")
        form = UploadOptions(data=request.POST or request.query_params)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        profile, source = data.pop("profile"), data.pop("source")
        batch, new = imports.receive_upload(
            chunks=file.chunks(CHUNK) if file else (),
            file_name=file.name if file else "",
            profile=profile,
            source=source,
            options=Options(**data | {"supersedes": tuple(data["supersedes"])}),
            by=request.user,
        )
        return Response(FactBatchSerializer(batch, context={"request": request}).data, status=202 if new else 200)


class FactBatchPart(IdempotentMixin, GenericAPIView[FactBatch]):
    """What the endpoints of one batch share."""

    serializer_class = FactBatchSerializer
    queryset = FactBatch.objects.none()
    parser_classes = [JSONParser]

    def get_batch(self) -> FactBatch:
        batch = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if batch is None:
            raise NotFound()
        return batch


class FactBatchView(FactBatchPart):
    """One batch with its counts by reason."""

    @extend_schema(responses=FactBatchSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_batch()).data)


class FactBatchReportView(FactBatchPart):
    """The first thousand rows at fault, and the first thousand notices, in pages."""

    serializer_class = ReportLineSerializer

    @extend_schema(
        responses=ReportLineSerializer(many=True),
        parameters=[OpenApiParameter("reason", str, description="One reason.")],
    )
    def get(self, request: Request, pk: int) -> Response:
        reason = request.query_params.get("reason", "")
        lines = [line for line in self.get_batch().report.get("lines", []) if reason in ("", line["reason"])]
        page = self.paginate_queryset(lines) or []
        told = [
            {**line, "detail": SENTENCES.get(line["reason"], ""), "remedy": REMEDIES.get(line["reason"], "")}
            for line in page
        ]
        return self.get_paginated_response(ReportLineSerializer(told, many=True).data)


class FactBatchActionsView(FactBatchPart):
    """After a dry run: import it, or discard it."""

    @extend_schema(request=ActionInput, responses=FactBatchSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run_action(request, self.get_batch(), FACT_BATCH, services.ACTIONS, "batch_id")
        return Response(self.get_serializer(self.get_batch()).data)
