"""Tokens for programs."""

from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.parsers import JSONParser
from rest_framework.settings import api_settings


class TokenView(ObtainAuthToken):
    """POST e-mail (as `username`) and password; gives `{"token": …}` for the header `Authorization: Token …`."""

    throttle_classes = api_settings.DEFAULT_THROTTLE_CLASSES  # the parent has none, and passwords can be guessed
    throttle_scope = "password"
    parser_classes = [JSONParser]
