"""Steps that several walks through the portal take: what a person presses, and what the page must answer."""

from time import monotonic

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from accounts.roles import Role
from tests.factories.accounts import make_staff, make_user

PASSWORD = "a-long-Lantern-2026"
PATIENCE = 60_000  # milliseconds, for what a busy machine is slow to do; nothing waits longer than it must
CAPABILITIES = ("Traffic marketing", "Anchor incubation", "Service fulfilment", "Supply chain", "Live operations")


def person(name: str) -> User:
    return make_user(name=name, password=PASSWORD)


def reviewer(name: str) -> User:
    return make_staff(Role.ADMISSION_REVIEWER, person(name))


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True)).to_have_attribute(
        "aria-current", "page"
    )


def card(page: Page, title: str) -> Locator:
    """The section of a page under the given heading."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))


def stat(page: Page, label: str) -> Locator:
    return page.locator(".stat").filter(has_text=label)


def status(page: Page) -> Locator:
    """The badge beside the title."""
    return page.locator(".page-head .state")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def act(page: Page, action: str, note: str) -> None:
    """Open the field for a reason under `action`, write it and send it."""
    page.locator("summary", has_text=action).click()
    form = page.locator("details.action[open]")
    form.get_by_role("textbox").fill(note)
    form.get_by_role("button", name=action).click()


def reload_until_shown(target: Locator) -> None:
    """Look again until a worker has done what `target` shows."""
    end = monotonic() + PATIENCE / 1000
    while not target.is_visible():
        assert monotonic() < end, f"{target} did not appear"
        target.page.reload()


def register_company(page: Page, name: str, *, uscc: str) -> None:
    page.goto("/provider/register/")
    page.get_by_label("Unified social credit code").fill(uscc)
    page.get_by_label("Company name").fill(name)
    page.get_by_label("Type").select_option("integrated")
    page.get_by_label("Main category").select_option("apparel")
    page.get_by_label("Region").select_option("zhejiang")
    press(page, "Register")
    expect(page.get_by_text("Your company is registered. Next, fill in the application.")).to_be_visible()


def register_trader(page: Page, name: str, *capabilities: str) -> None:
    menu(page, "Traders")
    page.get_by_role("link", name="Register a trader").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    for capability in capabilities:
        page.get_by_label(capability).check()
    press(page, "Register")
    expect(page.get_by_text("The trader is registered.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def fill_application(page: Page, evidence: dict[str, str], *, trader: str) -> None:
    """Contact, a statement for each capability, one trader: all that a submission asks for."""
    page.get_by_role("link", name="Edit Contact and reason").click()
    page.get_by_label("Contact person").fill(trader)
    page.get_by_label("Phone").fill("0571 8888 0000")
    page.get_by_label("E-mail").fill("lin@example.com")
    press(page, "Save")
    for capability, statement in evidence.items():
        page.get_by_role("link", name=f"Add evidence {capability}").click()
        page.get_by_label("What you do well").fill(statement)
        page.get_by_label("Links").fill("https://example.com/cases")
        press(page, "Save")
    page.get_by_role("link", name="Edit Traders").click()
    page.get_by_label(trader).check()
    press(page, "Save")
    expect(page.get_by_text("Nothing is missing. You can submit.")).to_be_visible()


def begin(page: Page) -> None:
    menu(page, "Application")
    press(page, "Begin the application")
    expect(status(page)).to_have_text("Draft")


def submit(page: Page) -> None:
    press(page, "Submit")
    expect(page.get_by_text("Submitted. A reviewer looks at it next; you see the answer here.")).to_be_visible()
    expect(status(page)).to_have_text("Submitted")


def open_case(page: Page, company: str) -> None:
    menu(page, "Applications")
    page.get_by_role("row", name=company).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(company)


def take_next(page: Page, company: str) -> None:
    menu(page, "Applications")
    press(page, "Take the next one")
    expect(page.get_by_role("heading", level=1)).to_contain_text(company)


def choose_levels(page: Page, levels: dict[str, str]) -> None:
    """These levels, and no evidence for the other capabilities."""
    for capability in CAPABILITIES:
        level = f"{levels[capability]} · " if capability in levels else "No evidence to judge"
        card(page, capability).get_by_label(level).check()


def hand_in(page: Page, comments: dict[str, str], recommendation: str, reasons: str) -> None:
    for capability, comment in comments.items():
        card(page, capability).get_by_label("Comment").fill(comment)
    page.get_by_label(recommendation).check()
    page.get_by_label("Reasons").fill(reasons)
    press(page, "Hand in the review")
    expect(page.get_by_text("Handed in. It cannot be changed any more")).to_be_visible()
    expect(status(page)).to_have_text("Handed in")
