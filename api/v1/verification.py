"""The signed statement about a provider, for everybody."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from providers.registry.enums import ProviderStatus
from providers.verification.selectors import find_verifiable
from providers.verification.statements import make_statement, sign_statement


class WordsSerializer(serializers.Serializer[Any]):
    zh = serializers.CharField()
    en = serializers.CharField()


class SanctionSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="suspended or cleared_out")
    since = serializers.DateField()


class StatementSerializer(serializers.Serializer[Any]):
    """What the portal says. Days are business days of the platform, moments are UTC."""

    kind = serializers.CharField()
    version = serializers.IntegerField()
    issuer = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    uscc_masked = serializers.CharField(help_text="The first and last four characters.")
    status = serializers.ChoiceField(choices=ProviderStatus.choices)
    status_since = serializers.DateField()
    admitted_on = serializers.DateField()
    may_call_itself = WordsSerializer(allow_null=True, help_text="null: it may not name the platform at all.")
    newcomer_until = serializers.DateField(allow_null=True)
    sanctions = SanctionSerializer(many=True)
    page = serializers.CharField()
    issued_at = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()


class SignatureSerializer(serializers.Serializer[Any]):
    algorithm = serializers.CharField()
    key_id = serializers.CharField(help_text="A `kid` of /.well-known/paddock-keys.json.")
    value = serializers.CharField(help_text="Base64url, over the statement: keys sorted, no spaces, UTF-8.")


class SignedStatementSerializer(serializers.Serializer[Any]):
    statement = StatementSerializer()
    signature = SignatureSerializer()


class VerificationView(APIView):
    """Who a provider is, what it may call itself and its public sanctions, signed with Ed25519."""

    permission_classes = [AllowAny]
    throttle_scope = "verify"

    @extend_schema(responses=SignedStatementSerializer)
    def get(self, request: Request, code: str) -> Response:
        return Response(sign_statement(make_statement(find_verifiable(code))))
