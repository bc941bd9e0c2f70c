"""How allauth creates and greets people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Accounts without user names; the language chosen before comes back at sign-in."""

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:
            translation.activate(user.language)
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", secure=settings.LANGUAGE_COOKIE_SECURE
            )
        return response


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """People who come from an identity provider keep the name that it knows."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        whole = data.get("name") or " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        user.name = whole[: User._meta.get_field("name").max_length]
        return user
