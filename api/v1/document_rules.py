"""What each type of document needs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.v1.acting import VersionedChange
from common.exceptions import NotFound
from providers.documents.enums import Blocks, DocumentType
from providers.documents.models import DocumentRule
from providers.documents.rule_services import edit_rule
from providers.documents.rules import all_rules


class DocumentRuleSerializer(serializers.ModelSerializer[DocumentRule]):
    """`blocks` is what an expired document of this type keeps a provider from."""

    class Meta:
        model = DocumentRule
        fields = ["document_type", "is_required", "has_expiry", "blocks", "version"]
        read_only_fields = fields


class DocumentRuleList(serializers.Serializer[Any]):
    results = DocumentRuleSerializer(many=True)


class DocumentRuleChanges(VersionedChange):
    is_required = serializers.BooleanField()
    has_expiry = serializers.BooleanField()
    blocks = serializers.ChoiceField(choices=Blocks.choices)


class DocumentRuleListView(APIView):
    """The rules of all types: who applies must know them."""

    @extend_schema(operation_id="document_rules_list", responses=DocumentRuleList)
    def get(self, request: Request) -> Response:
        return Response({"results": DocumentRuleSerializer(all_rules().values(), many=True).data})


class DocumentRuleView(GenericAPIView[DocumentRule]):
    """One rule."""

    serializer_class = DocumentRuleSerializer
    queryset = DocumentRule.objects.none()

    def get_rule(self) -> DocumentRule:
        if self.kwargs["document_type"] not in DocumentType.values:
            raise NotFound()
        return all_rules()[self.kwargs["document_type"]]

    @extend_schema(responses=DocumentRuleSerializer)
    def get(self, request: Request, document_type: str) -> Response:
        return Response(self.get_serializer(self.get_rule()).data)

    @extend_schema(request=DocumentRuleChanges, responses=DocumentRuleSerializer)
    def patch(self, request: Request, document_type: str) -> Response:
        self.get_rule()
        form = DocumentRuleChanges(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        version = changes.pop("version")
        rule = edit_rule(document_type=document_type, changes=changes, by=request.user, version=version)
        return Response(self.get_serializer(rule).data)
