"""A probation in a real browser: the contract, its signature, the verdict and whose signature it needs."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from providers.admission.review_services import admit_application
from providers.criteria.definition import DEFAULT_SET
from providers.criteria.services import load_first_set
from tests.e2e.conftest import SignIn
from tests.e2e.walk import act, card, menu, person, press, reload_until_shown, reviewer, status
from tests.factories.accounts import make_staff
from tests.factories.providers import make_application, make_provider, settle_panel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMPANY = "Bright Lane Live"


def sign_contract(page: Page, mentor: User) -> None:
    """The worker made the contract of the admission; the owner signs it."""
    menu(page, "Probation")
    reload_until_shown(page.get_by_role("button", name="Sign the contract"))
    expect(page.locator("main")).to_contain_text("Waits for the provider's signature")
    expect(page.locator("main")).to_contain_text(mentor.name)
    press(page, "Sign the contract")
    expect(page.get_by_text("Signed. The contract runs.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Running")


def open_contract(page: Page) -> None:
    menu(page, "Probations")
    page.get_by_role("row", name=COMPANY).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(COMPANY)


def judge_contract(page: Page) -> None:
    open_contract(page)
    expect(card(page, "Contract")).to_contain_text("Zhou Yi")
    act(page, "Judge now", "The owner asked for an early verdict.")
    expect(page.get_by_text("Judged from the figures of today.")).to_be_visible()
    expect(status(page)).to_have_text("Judged, waits for a signature")
    expect(card(page, "Contract")).to_contain_text("A target could not be measured")


def see_closed_verdict(page: Page) -> None:
    """The mentor reads why the verdict is somebody else's."""
    open_contract(page)
    expect(card(page, "Next step").get_by_role("button", name="Passed", exact=True)).to_be_disabled()
    expect(card(page, "Next step")).to_contain_text("You are the mentor of this provider")


def sign_verdict(page: Page) -> None:
    open_contract(page)
    act(page, "Passed", "Good work all along.")
    expect(page.get_by_text("Signed. The provider is admitted for good.")).to_be_visible()
    expect(status(page)).to_have_text("Passed")


def see_verdict(page: Page) -> None:
    menu(page, "Home")
    expect(status(page)).to_have_text("Admitted")
    expect(page.locator("main")).to_contain_text("You are admitted and may work for merchants.")
    menu(page, "Probation")
    expect(page.locator("main")).to_contain_text("Good work all along.")


def test_probation_from_contract_to_verdict(celery_worker_process: object, sign_in: SignIn) -> None:
    load_first_set(definition=DEFAULT_SET.read_text())
    owner, judging, signing = person("Zhou Yi"), reviewer("Xu Jing"), reviewer("Lu Yan")
    mentor = make_staff(Role.PROGRAMME_MANAGER, reviewer("Gao Fei"))
    application = make_application(make_provider(by=owner, name=COMPANY))
    settle_panel(application)
    admit_application(application_id=application.pk, by=judging, note="Good evidence.")

    company = sign_in(owner)
    sign_contract(company, mentor)
    judge_contract(sign_in(judging))
    see_closed_verdict(sign_in(mentor))
    sign_verdict(sign_in(signing))
    see_verdict(company)
