"""The frame and the components in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import OrganisationKind, Role
from accounts.services import create_organisation
from tests.e2e import showcase
from tests.e2e.conftest import OpenPage
from tests.factories.accounts import make_member, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# The showcase's form is never complete, so the answer to each of its posts carries this title.
ANSWERED = "Error: Every component · Paddock"


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


PUBLIC = [
    "/",
    "/providers/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/api/reference/",
    "/no/such/page/",
]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_public_pages_fit_their_window_and_keep_the_policy(open_page: OpenPage, language: str, width: int) -> None:
    page = open_page("/", language=language, width=width)
    for address in PUBLIC:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert (address, page.locator("html").get_attribute("lang")) == (address, language)
        assert (address, overflow(page)) == (address, 0)


@pytest.mark.urls("tests.e2e.showcase")
@pytest.mark.parametrize("width", [1440, 390])
def test_every_chart_is_drawn(open_page: OpenPage, width: int) -> None:
    page = open_page("/showcase/", width=width)
    expect(page.locator(".chart canvas")).to_have_count(len(showcase.CHARTS))
    for index in range(len(showcase.CHARTS)):
        chart = page.locator(".chart").nth(index)
        chart.scroll_into_view_if_needed()
        chart.hover()
    assert overflow(page) == 0
    page.set_viewport_size({"width": width - 60, "height": 900})
    # Not by wait_for_function, which evaluates its text again and again: the content security policy forbids that.
    for chart in page.locator("[data-chart]").all():
        expect(chart.locator("canvas").first).to_have_css("width", f"{chart.evaluate('one => one.clientWidth')}px")


@pytest.mark.urls("tests.e2e.showcase")
def test_chart_has_its_table_one_click_away(open_page: OpenPage) -> None:
    figure = open_page("/showcase/").locator(".chart-figure").first
    table = figure.get_by_role("table")
    expect(table).to_be_hidden()
    figure.get_by_text("Show as table").click()
    expect(table).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("row").nth(2).get_by_role("cell")).to_have_text("—")


@pytest.mark.urls("tests.e2e.showcase")
def test_errors_are_summed_up_and_linked_to_their_fields(open_page: OpenPage) -> None:
    page = open_page("/showcase/")
    page.get_by_role("button", name="Save and continue").click()
    summary = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(4)
    expect(page).to_have_title(ANSWERED)
    field = page.get_by_label("Company name")
    assert field.get_attribute("aria-describedby") == "id_company_helptext id_company_error"
    summary.get_by_role("link").first.click()
    expect(field).to_be_focused()
    for link in summary.get_by_role("link").all():
        assert page.locator(str(link.get_attribute("href"))).count() == 1


@pytest.mark.urls("tests.e2e.showcase")
def test_form_is_sent_once_and_with_the_pressed_button(open_page: OpenPage) -> None:
    page = open_page("/showcase/")
    showcase.posts.clear()
    page.get_by_role("button", name="Save and continue").dblclick()
    expect(page).to_have_title(ANSWERED)
    assert [post["save"] for post in showcase.posts] == ["1"]


@pytest.mark.urls("tests.e2e.showcase")
def test_actions_send_action_note_and_version(open_page: OpenPage) -> None:
    page = open_page("/showcase/")
    showcase.posts.clear()
    expect(page.get_by_role("button", name="Reject")).to_be_disabled()
    expect(page.get_by_text("Somebody else is looking at it.")).to_be_visible()
    page.locator("summary", has_text="Return").click()
    page.get_by_label("Reason").fill("The licence is not readable.")
    page.locator("details.action").get_by_role("button", name="Return").click()
    expect(page).to_have_title(ANSWERED)
    sent = {key: value for key, value in showcase.posts[0].items() if key != "csrfmiddlewaretoken"}
    assert sent == {"action": "return", "version": "3", "note": "The licence is not readable."}


@pytest.mark.parametrize("script", [True, False])
def test_navigation_and_language_on_a_phone_with_and_without_script(open_page: OpenPage, script: bool) -> None:
    auditor = make_staff(Role.AUDITOR)
    page = open_page("/staff/", user=auditor, width=390, script=script)
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Audit log")
    expect(link).to_be_hidden()
    page.get_by_role("link", name="Menu").click()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit log")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page).to_have_url(re.compile("/staff/audit/$"))


def test_filter_reloads_only_the_list(open_page: OpenPage) -> None:
    auditor = make_staff(Role.AUDITOR)
    page = open_page("/staff/audit/", user=auditor)
    page.evaluate("window.same = true")
    page.get_by_label("Subject or reason").fill("no such subject")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("Nothing matches this filter.")).to_be_visible()
    assert page.evaluate("window.same") is True
    expect(page).to_have_url(re.compile("[?&]q=no%20such%20subject"))


def test_workspace_switch_and_sign_out(open_page: OpenPage) -> None:
    user = make_staff(Role.AUDITOR)
    provider = create_organisation(kind=OrganisationKind.PROVIDER, name="Lantern Commerce", by=None)
    make_member(provider, Role.PROVIDER_OWNER, user)
    page = open_page("/staff/", user=user)
    page.locator("summary", has_text="Switch workspace").click()
    page.get_by_role("button", name="Lantern Commerce").click()
    page.wait_for_url("**/provider/")
    page.locator("summary", has_text="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
