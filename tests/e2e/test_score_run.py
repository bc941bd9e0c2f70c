"""A score run in a real browser with a real worker: started once, followed to its end, cancelled while it waits."""

import signal
import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from common.days import business_day
from scoring.capabilities.models import ScoreRun
from tests.e2e.conftest import OpenPage
from tests.e2e.walk import card, press, stat, status
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider
from tests.factories.scoring import make_facts, make_published_model, small_model, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def halted_worker(celery_worker_process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """A worker that takes nothing before SIGCONT, so that the wait can be looked at."""
    make_published_model(small_model(replicates=20), now=timezone.now())
    day = business_day(timezone.now()) - timedelta(days=1)
    made = [make_provider(status="admitted") for _ in range(3)]
    make_facts([{"provider": each.code, **work(100 * n, 20, 40)} for n, each in enumerate(made, start=2)], day=day)
    celery_worker_process.send_signal(signal.SIGSTOP)
    return celery_worker_process


def start(page: Page) -> str:
    page.goto("/staff/score-runs/start/")
    press(page, "Start")
    expect(page.get_by_role("region", name="Progress")).to_be_visible()
    return page.url


def test_a_run_is_followed_to_its_end(halted_worker: subprocess.Popen[bytes], open_page: OpenPage) -> None:
    page = open_page("/staff/score-runs/", user=make_staff(Role.SCORING_ANALYST))
    try:
        address = start(page)
        expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
        assert start(page) == address  # the same inputs lead to the run under way
        assert ScoreRun.objects.count() == 1
    finally:
        halted_worker.send_signal(signal.SIGCONT)
    expect(status(page)).to_have_text("Done")  # the page follows the job and reloads by itself
    expect(page.get_by_role("region", name="Progress")).to_have_count(0)
    expect(stat(page, "Assessed").first).to_contain_text("3")
    expect(card(page, "The first ten").get_by_role("row")).to_have_count(4)
    expect(page.locator(".stats")).to_contain_text("What was left out")


def test_a_run_that_waits_is_cancelled(halted_worker: subprocess.Popen[bytes], open_page: OpenPage) -> None:
    page = open_page("/staff/score-runs/", user=make_staff(Role.SCORING_ANALYST))
    try:
        first = start(page)
        page.get_by_role("region", name="Progress").get_by_role("button", name="Cancel").click()
        expect(status(page)).to_have_text("Cancelled")
        assert start(page) != first
    finally:
        halted_worker.send_signal(signal.SIGCONT)
    expect(status(page)).to_have_text("Done")
    assert sorted(ScoreRun.objects.values_list("status", flat=True)) == ["cancelled", "done"]
