"""A probation in a real browser: the contract, its signature, the verdict and whose signature it needs."""

from datetime import date, timedelta

from playwright.sync_api import Page, expect

from accounts.models import User
from providers.conduct.models import Probation
from providers.conduct.probation_services import judge_due_probations
from tests.e2e.walk import act, card, menu, press, reload_until_shown, status
from tests.factories.conduct import keep_figures

FIGURES = {
    "merchants_90d": 3,
    "orders_90d": 412,
    "live_hours_90d": 96,
    "refund_rate_90d": 0.11,
    "complaint_rate_90d": 0.012,
}


def sign_contract(page: Page, mentor: User) -> None:
    """The worker made the contract of the admission; the owner signs it."""
    menu(page, "Probation")
    reload_until_shown(page.get_by_role("button", name="Sign the contract"))
    expect(page.locator("main")).to_contain_text("Waits for the provider's signature")
    expect(page.locator("main")).to_contain_text(mentor.name)
    press(page, "Sign the contract")
    expect(page.get_by_text("Signed. The contract runs.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Running")


def reach_the_end(company: str, today: date) -> None:
    """Ninety days later: the facts are measured, and the clock judges the contract by them."""
    contract = Probation.objects.select_related("provider").get(provider__name=company)
    Probation.objects.filter(pk=contract.pk).update(starts_on=today - timedelta(days=90), ends_on=today)
    keep_figures({contract.provider: FIGURES}, today)
    assert judge_due_probations() == 1


def open_contract(page: Page, company: str) -> None:
    menu(page, "Probations")
    page.get_by_role("row", name=company).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(company)


def see_closed_verdict(page: Page, company: str) -> None:
    """The mentor reads why the verdict is somebody else's."""
    open_contract(page, company)
    expect(card(page, "Next step").get_by_role("button", name="Passed", exact=True)).to_be_disabled()
    expect(card(page, "Next step")).to_contain_text("You are the mentor of this provider")


def sign_verdict(page: Page, company: str) -> None:
    """A person reads the verdict with its figures and signs it."""
    open_contract(page, company)
    expect(status(page)).to_have_text("Judged, waits for a signature")
    expect(card(page, "Contract")).to_contain_text("All targets met")
    expect(card(page, "Targets").get_by_role("row", name="Orders, 90 days")).to_contain_text("412")
    expect(card(page, "Targets").get_by_role("row", name="Complaint rate, 90 days")).to_contain_text("1.2%")
    act(page, "Passed", "Good work all along.")
    expect(page.get_by_text("Signed. The provider is admitted for good.")).to_be_visible()
    expect(status(page)).to_have_text("Passed")


def see_verdict(page: Page) -> None:
    menu(page, "Home")
    expect(status(page)).to_have_text("Admitted")
    expect(page.locator("main")).to_contain_text("You are admitted and may work for merchants.")
    menu(page, "Probation")
    expect(page.locator("main")).to_contain_text("Good work all along.")
