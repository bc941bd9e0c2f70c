"""Many barred parties from a CSV: tried with a report by row, or taken whole."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import IdempotentMixin
from common.exceptions import InvalidInput
from providers.relations import barred_services
from providers.relations.barred_files import COLUMNS, MOST_BYTES, read_barred_file
from providers.relations.models import BarredParty


class BarredFile(serializers.Serializer[Any]):
    file = serializers.FileField(help_text=f"CSV in UTF-8 with a head line; columns: {', '.join(COLUMNS)}.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only say what would become of it.")


class BarredRowReport(serializers.Serializer[Any]):
    """One row of the file; `detail` and `remedy` say why it is refused."""

    row = serializers.IntegerField(source="number")
    name = serializers.CharField()
    taken = serializers.BooleanField()
    detail = serializers.CharField(source="message")
    remedy = serializers.CharField()


class BarredImportReport(serializers.Serializer[Any]):
    """`entered` is how many parties are on the list now; 0 in a dry run. `rows` is the report of a dry run."""

    dry_run = serializers.BooleanField()
    entered = serializers.IntegerField()
    rows = BarredRowReport(many=True)


class BarredImportView(IdempotentMixin, GenericAPIView[BarredParty]):
    """Enter the parties of a CSV, all or none; with `dry_run` a report by row, and nothing is kept."""

    serializer_class = BarredImportReport
    queryset = BarredParty.objects.none()
    parser_classes = [MultiPartParser]
    throttle_scope = "write"

    @extend_schema(
        request={"multipart/form-data": BarredFile}, responses={200: BarredImportReport, 201: BarredImportReport}
    )
    def post(self, request: Request) -> Response:
        file = request.FILES.get("file")
        if file is None:
            raise InvalidInput(_("The file is missing."), field="file", remedy=_("Send it as the form field `file`."))
        form = BarredFile(data=request.data)
        form.is_valid(raise_exception=True)
        rows = read_barred_file(file.read(MOST_BYTES + 1))
        if form.validated_data["dry_run"]:
            report = barred_services.try_import(rows=rows, by=request.user)
            return Response(BarredImportReport({"dry_run": True, "entered": 0, "rows": report}).data)
        entered = barred_services.import_barred(rows=rows, by=request.user)
        answer = {"dry_run": False, "entered": len(entered), "rows": []}
        return Response(BarredImportReport(answer).data, status=201)
