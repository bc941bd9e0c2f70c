"""Tokens for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.sign_in import identify
from accounts.token_services import issue_token


class TokenRequest(serializers.Serializer[Any]):
    username = serializers.EmailField(help_text="The e-mail address of the account.")
    password = serializers.CharField(trim_whitespace=False, max_length=4096)
    code = serializers.CharField(
        default="", allow_blank=True, max_length=40, help_text="Needed when the account has a second factor."
    )


class TokenAnswer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="For the header `Authorization: Token …`.")


class TokenView(APIView):
    """E-mail (as `username`), password and, with a second factor, its present code give a token."""

    authentication_classes = []
    permission_classes = []
    throttle_scope = "password"

    @extend_schema(request=TokenRequest, responses=TokenAnswer, auth=[])
    def post(self, request: Request) -> Response:
        form = TokenRequest(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        user = identify(
            request._request, email=given["username"], password=given["password"], code=given["code"].strip()
        )
        return Response({"token": issue_token(user=user)})
