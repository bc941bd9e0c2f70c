"""A real browser on the portal: Playwright drives the system's Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from accounts.models import User

NAMES = ("chromium", "chromium-browser", "google-chrome")
REMEDY = "no Chromium on the PATH: `apt-get install chromium`, or name one in CHROMIUM"

PATIENCE = 60_000  # milliseconds, for what a busy machine is slow to do; nothing waits longer than it must

OpenPage = Callable[..., Page]


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
            base_url=str(live_server), viewport={"width": width, "height": 900}, java_script_enabled=script
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
