"""Signing in by the doors: password, second factor, the rule for staff, and an identity provider by configuration."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import make_provider, owner_of

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-Lantern-2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def user() -> User:
    return make_user("he@example.com", password=PASSWORD)


def sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": "HE@example.com", "password": password})


def present_code() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


def test_a_password_opens_the_home(client: Client, user: User) -> None:
    response = sign_in(client)
    assert (response.status_code, response.headers["Location"]) == (302, reverse("pages:home"))
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_wrong_password_does_not(client: Client, user: User) -> None:
    response = sign_in(client, "wrong")
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_person_who_left_does_not_get_in(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_with_a_second_factor_the_password_alone_is_not_enough(client: Client, user: User) -> None:
    TOTP.activate(user, SECRET)
    response = sign_in(client)
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    assert "_auth_user_id" not in client.session
    client.post(reverse("mfa_authenticate"), {"code": present_code()})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_second_factor_is_set_up_by_the_page(client: Client, user: User) -> None:
    sign_in(client)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked.headers["Location"], {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    response = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert response.status_code == 302
    assert Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)


def test_staff_without_a_second_factor_reach_only_its_set_up(client: Client, user: User, settings: Any) -> None:
    settings.REQUIRE_STAFF_MFA = True
    make_staff(Role.AUDITOR, user)
    sign_in(client)
    response = client.get(reverse("pages:staff:today"))
    assert (response.status_code, response.headers["Location"]) == (302, reverse("mfa_index"))
    assert client.get(reverse("mfa_index")).status_code == 200
    TOTP.activate(user, SECRET)
    assert client.get(reverse("pages:staff:today")).status_code == 200


def test_the_rule_for_staff_does_not_bind_providers(client: Client, settings: Any) -> None:
    settings.REQUIRE_STAFF_MFA = True
    client.force_login(owner_of(make_provider(status="admitted")))
    assert client.get(reverse("pages:provider:home")).status_code == 200


def test_an_identity_provider_stands_on_the_page_when_configured(client: Client, settings: Any) -> None:
    assert "Lantern ID" not in client.get(reverse("account_login")).content.decode()
    app = {
        "provider_id": "company",
        "name": "Lantern ID",
        "client_id": "paddock",
        "secret": "secret",
        "settings": {"server_url": "https://id.example.com"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    assert "Lantern ID" in client.get(reverse("account_login")).content.decode()


def test_the_chosen_language_comes_back_at_sign_in(user: User) -> None:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    response = sign_in(client)
    assert response.cookies["django_language"].value == "en"
