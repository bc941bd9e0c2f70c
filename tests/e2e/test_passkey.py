"""Sign-in by passkey, with the authenticator that Chromium carries for tests."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.roles import Role
from tests.e2e.conftest import SignIn
from tests.e2e.walk import PASSWORD, person, press
from tests.factories.accounts import make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def plug_in_authenticator(page: Page) -> None:
    """An authenticator built into the device, whose owner always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_signs_in_without_the_password(sign_in: SignIn) -> None:
    page = sign_in(make_staff(Role.ADMISSION_REVIEWER, person("Ma Li")))
    plug_in_authenticator(page)
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    press(page, "Add")
    expect(page.get_by_text("Security key added.")).to_be_visible()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto("/staff/applications/")
    press(page, "Sign in with a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Applications")
