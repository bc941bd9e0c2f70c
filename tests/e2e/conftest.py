"""A real browser on the portal: Playwright drives the system's Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from accounts.models import User
from tests.e2e.walk import PASSWORD, PATIENCE

# The build without windows comes first: it takes half the processor time of the whole browser.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
REMEDY = "no Chromium: `apt-get install chromium-headless-shell` or `chromium`, or give the path of one in CHROMIUM"

OpenPage = Callable[..., Page]
SignIn = Callable[[User], Page]


def find_browser() -> str | None:
    """The browser's program: what CHROMIUM names, else the first on the PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window. Skipped with the remedy when there is none; REQUIRE_BROWSER=1 makes that a failure."""
    program = find_browser()
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(REMEDY)
        pytest.skip(REMEDY)
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"], timeout=PATIENCE)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def open_page(browser: Browser, live_server: object) -> Iterator[OpenPage]:
    """`open_page(address, user=None, language="en", width=1280, script=True)` gives a page of its own context.

    When the test ends, any script error and any refusal by the content security policy in any page fails it.
    """
    faults: list[str] = []
    contexts = []

    def note_console(message: ConsoleMessage) -> None:
        # A page that answers 404 or 409 on purpose is a "failed resource" to the console.
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    def open_one(
        address: str, *, user: User | None = None, language: str = "en", width: int = 1280, script: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=str(live_server),
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            reduced_motion="reduce",  # else every click waits up to a second for smooth scrolling to end
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": key, "value": value, "url": str(live_server)} for key, value in cookies.items()])
        page = context.new_page()
        page.on("console", note_console)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def sign_in(open_page: OpenPage) -> SignIn:
    """`sign_in(user)` gives a page of its own context in which the person signed in with walk.PASSWORD."""

    def go(user: User) -> Page:
        page = open_page("/account/login/")
        page.locator("input[name=login]").fill(user.email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.locator("summary", has_text="Account")).to_be_visible()
        return page

    return go
