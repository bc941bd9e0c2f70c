"""A token is given by the rules of the sign-in page: password, second factor, failures counted."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient
from rest_framework.throttling import ScopedRateThrottle

from accounts.models import User
from accounts.roles import Role
from common.audit.models import AuditEntry
from tests.factories.accounts import make_staff, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-Lantern-2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def user() -> User:
    return make_user("he@example.com", password=PASSWORD)


def ask(**given: str) -> Any:
    client = APIClient(headers={"Accept-Language": "en"})
    return client.post("/api/v1/tokens", {"username": "HE@example.com", "password": PASSWORD, **given}, format="json")


def present_code() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


def test_the_same_token_comes_again_and_each_time_is_logged(user: User) -> None:
    first, second = ask(), ask()
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json() == {"token": Token.objects.get(user=user).key}
    entries = list(AuditEntry.objects.filter(action="user.issue_token").values())
    assert (len(entries), Token.objects.get().key in str(entries)) == (2, False)


def test_a_person_who_left_gets_none(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    answer = ask()
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert not Token.objects.exists()


def test_with_a_second_factor_the_password_alone_gives_none(user: User) -> None:
    TOTP.activate(user, SECRET)
    for given in ({}, {"code": "000000"}):
        answer = ask(**given)
        assert (answer.status_code, answer.json()["field"]) == (400, "code")
    assert not Token.objects.exists()
    assert ask(code=present_code()).status_code == 200


def test_a_recovery_code_serves_once(user: User) -> None:
    TOTP.activate(user, SECRET)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    assert [ask(code=code).status_code for _ in range(2)] == [200, 400]


def test_a_security_key_alone_cannot_be_shown_by_a_program(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    answer = ask()
    assert (answer.status_code, answer.json()["field"]) == (403, "code")
    assert not Token.objects.exists()


def test_staff_who_lack_their_second_factor_get_nothing_by_any_way(user: User, settings: Any) -> None:
    make_staff(Role.AUDITOR, user)
    token = ask().json()["token"]
    settings.REQUIRE_STAFF_MFA = True
    assert (ask().status_code, ask().json()["code"]) == (403, "second_factor_missing")
    by_token = APIClient(headers={"Authorization": f"Token {token}"}).get("/api/v1/providers")
    browser = Client()
    browser.force_login(user)
    by_session = browser.get("/api/v1/providers")
    for answer in (by_token, by_session):
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")
        assert answer.headers["Content-Type"] == "application/problem+json"
    TOTP.activate(user, SECRET)
    assert APIClient(headers={"Authorization": f"Token {token}"}).get("/api/v1/providers").status_code == 200


def test_passwords_of_one_account_cannot_be_tried_from_many_addresses(user: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/5m/key"}
    cache.clear()
    wrong = [ask(password="wrong").status_code for _ in range(3)]
    right = ask()
    cache.clear()
    assert (wrong, right.status_code, right.json()["code"]) == ([400, 400, 429], 429, "throttled")


def test_a_caller_cannot_choose_the_address_it_is_counted_under(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "password", "2/minute")
    answers = [
        APIClient(headers={"X-Forwarded-For": f"192.0.2.{number}"}).post("/api/v1/tokens", {}, format="json")
        for number in range(3)
    ]
    cache.clear()
    assert [answer.status_code for answer in answers] == [400, 400, 429]
