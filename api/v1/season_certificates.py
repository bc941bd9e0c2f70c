"""The signed certificate of a provider in a final season, for everybody."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.v1.verification import SignatureSerializer, WordsSerializer
from common.exceptions import NotFound
from providers.verification.selectors import find_verifiable
from providers.verification.statements import sign_statement
from scoring.seasons.certificates import find_certificate, make_statement
from scoring.seasons.enums import CLOSED_SEASONS
from scoring.seasons.models import Season


class CertifiedResultSerializer(serializers.Serializer[Any]):
    track = serializers.CharField()
    track_name = WordsSerializer()
    place = serializers.IntegerField()
    ranked = serializers.IntegerField(help_text="Among how many.")
    promoted = serializers.BooleanField()
    settlement_digest = serializers.CharField()


class CertificateStatementSerializer(serializers.Serializer[Any]):
    """What the portal certifies. Days are business days of the platform, moments are UTC."""

    kind = serializers.CharField()
    version = serializers.IntegerField()
    issuer = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    provider_status = serializers.CharField(help_text="The provider's state today, whatever it was then.")
    season = serializers.CharField()
    season_name = WordsSerializer()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    final_on = serializers.DateField()
    rules_digest = serializers.CharField()
    results = CertifiedResultSerializer(many=True)
    page = serializers.CharField()
    issued_at = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()


class SignedCertificateSerializer(serializers.Serializer[Any]):
    statement = CertificateStatementSerializer()
    signature = SignatureSerializer()


class CertificateView(APIView):
    """A provider's places and promotions in a final season, signed with Ed25519. 404: there is nothing to certify."""

    permission_classes = [AllowAny]
    throttle_scope = "verify"

    @extend_schema(responses=SignedCertificateSerializer)
    def get(self, request: Request, code: str, season: str) -> Response:
        found = Season.objects.filter(code=season, status__in=CLOSED_SEASONS).first()
        certificate = find_certificate(find_verifiable(code), found) if found else None
        if certificate is None:
            raise NotFound()
        return Response(sign_statement(make_statement(certificate)))
