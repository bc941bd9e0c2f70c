"""A barred company under a new name, in a real browser: intercepted, contested, lifted."""

import pytest
from playwright.sync_api import Page, expect

from providers.criteria.definition import DEFAULT_SET
from providers.criteria.services import load_first_set
from tests.e2e.conftest import SignIn
from tests.e2e.walk import (
    act,
    begin,
    card,
    fill_application,
    menu,
    open_case,
    person,
    press,
    register_company,
    register_trader,
    reload_until_shown,
    reviewer,
    status,
    submit,
)
from tests.factories.providers import make_uscc, make_window
from tests.factories.relations import BARRED_NAME, RENAMED, make_cleared_out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def see_interception(page: Page) -> None:
    """The reviewer reads the path with its reason codes; nobody can admit while the link is held."""
    open_case(page, RENAMED)
    links = card(page, "Links to barred parties")
    expect(links.locator(".link-path")).to_contain_text(BARRED_NAME)
    expect(links.locator(".link-code", has_text="same_phone")).to_be_visible()
    expect(links.locator(".link-code", has_text="similar_name")).to_be_visible()
    expect(links).to_contain_text("Held")
    expect(links).not_to_contain_text("13800138000")
    expect(card(page, "Decision").get_by_role("button", name="Admit", exact=True)).to_be_disabled()


def contest(page: Page) -> None:
    """The applicant is told what is held against it, without a word about whom, and contests it."""
    page.goto("/provider/application/")
    page.get_by_role("link", name="See it and contest it if it is wrong").click()
    expect(page.locator("main")).to_contain_text("Same phone")
    expect(page.locator("main")).not_to_contain_text(BARRED_NAME)
    page.locator("summary", has_text="Contest").click()
    page.get_by_label("Why it is wrong").fill("We bought the number in 2024; the contract shows it.")
    press(page, "Contest")
    expect(page.get_by_text("Sent. Somebody at the platform looks at it")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Contested")


def lift(page: Page) -> None:
    menu(page, "Relations")
    page.get_by_role("row", name=RENAMED).get_by_role("link").first.click()
    expect(card(page, "What the applicant says")).to_contain_text("We bought the number in 2024")
    act(page, "Lift", "The contract of the number was shown.")
    expect(page.get_by_text("Lifted. The link keeps the applicant out no longer.")).to_be_visible()
    expect(status(page)).to_have_text("Lifted")


def test_applicant_linked_to_a_barred_party_is_intercepted(celery_worker_process: object, sign_in: SignIn) -> None:
    load_first_set(definition=DEFAULT_SET.read_text())
    make_window()
    make_cleared_out(phones=["13800138000"])
    owner, desk_user = person("Zhou Yi"), reviewer("Xu Jing")

    company = sign_in(owner)
    register_company(company, RENAMED, uscc=make_uscc(778))
    menu(company, "Company identity")
    company.get_by_label("Phones").fill("138 0013 8000")
    press(company, "Save")
    expect(company.locator("main")).not_to_contain_text("13800138000")
    register_trader(company, "Lin Lan", "Live operations")
    begin(company)
    fill_application(company, {"Live operations": "We ran 300 live rooms in 2025."}, trader="Lin Lan")
    submit(company)
    reload_until_shown(card(company, "First check"))
    expect(card(company, "First check")).to_contain_text("Definite fail")

    desk = sign_in(desk_user)
    see_interception(desk)
    contest(company)
    lift(desk)
    company.goto("/provider/links/")
    expect(company.locator("main")).to_contain_text("It keeps you out no longer.")
    expect(company.locator("main")).to_contain_text("The contract of the number was shown.")
