"""Signing in through an identity provider that speaks OpenID Connect over real HTTP."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from tests.factories.accounts import make_user
from tests.factories.identity_provider import CODE, IdentityProvider, run_identity_provider

pytestmark = pytest.mark.django_db
CLAIMS = {"sub": "lantern-7", "email": "lin@example.com", "email_verified": True, "name": "Lin Lan"}


@pytest.fixture
def provider(settings: Any) -> Iterator[IdentityProvider]:
    with run_identity_provider(dict(CLAIMS)) as running:
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [running.app]}}
        yield running


def begin(client: Client) -> dict[str, list[str]]:
    """Press the button; gives what the browser is sent to the identity provider with."""
    sent = client.post(reverse("openid_connect_login", args=["company"]))
    assert sent.status_code == 302
    return parse_qs(urlsplit(sent.headers["Location"]).query)


def come_back(client: Client, **query: str) -> HttpResponse:
    return client.get(reverse("openid_connect_callback", args=["company"]), query)


def test_a_person_who_is_new_gets_an_account_without_any_right(client: Client, provider: IdentityProvider) -> None:
    asked = begin(client)
    assert (asked["client_id"], asked["response_type"]) == (["paddock"], ["code"])
    back = come_back(client, code=CODE, state=asked["state"][0])
    assert (back.status_code, back.headers["Location"]) == (302, reverse("pages:home"))
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("lin@example.com", "Lin Lan", False)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert not Membership.objects.exists()


def test_the_same_person_comes_back_to_the_same_account(provider: IdentityProvider) -> None:
    for _visit in range(2):
        client = Client()
        come_back(client, code=CODE, state=begin(client)["state"][0])
        assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_an_answer_that_nobody_asked_for_signs_nobody_in(client: Client, provider: IdentityProvider) -> None:
    begin(client)
    come_back(client, code=CODE, state="made-up")
    assert "_auth_user_id" not in client.session
    assert (User.objects.count(), provider.requests) == (0, [])


def test_a_wrong_code_signs_nobody_in(client: Client, provider: IdentityProvider) -> None:
    come_back(client, code="guessed", state=begin(client)["state"][0])
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 0


def test_the_address_of_somebody_else_does_not_open_that_account(client: Client, provider: IdentityProvider) -> None:
    somebody = make_user("lin@example.com", password="a-long-Lantern-2026")
    come_back(client, code=CODE, state=begin(client)["state"][0])
    assert client.session.get("_auth_user_id") != str(somebody.pk)
    assert User.objects.count() == 1
