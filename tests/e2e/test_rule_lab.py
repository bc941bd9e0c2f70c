"""A scoring model in a real browser: a draft is edited with checks as one types, tried in the rule lab, announced."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from scoring.capabilities.models import ScoringModel
from tests.e2e.conftest import OpenPage
from tests.e2e.walk import card, press, reload_until_shown, status
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider
from tests.factories.scoring import make_facts, make_published_model, make_run, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def build_world() -> ScoringModel:
    """A model in force and one finished run of three providers."""
    model = make_published_model()
    made = [make_provider(status="admitted") for _ in range(3)]
    make_facts([{"provider": each.code, **work(100 + 300 * n, 40 * n, 45)} for n, each in enumerate(made)])
    make_run()
    return model


def edit_metric(page: Page) -> None:
    """A fault is told with its place, a column completes itself, the preview is drawn."""
    page.get_by_role("link", name="Refund rate").click()
    numerator = page.get_by_label("Numerator")
    numerator.fill("refunds")
    expect(page.locator("#check-numerator mark")).to_have_text("refunds")
    expect(numerator).to_have_attribute("aria-invalid", "true")
    numerator.fill("")
    numerator.press_sequentially("complai")
    expect(page.get_by_role("option", name="complaints")).to_be_visible()
    numerator.press("Enter")
    expect(numerator).to_have_value("complaints")
    expect(page.locator("#check-numerator")).to_be_empty()
    page.get_by_label("Weight", exact=True).fill("0.7")
    expect(page.locator("#check-total")).to_have_text("With this weight the sum is 1.2.")
    press(page, "Show the distribution")
    expect(page.locator("#preview")).to_contain_text("3 of 3 providers are assessed")
    expect(page.locator("#preview canvas").first).to_be_visible()
    press(page, "Save in the draft")


def mend_weights(page: Page) -> None:
    """The open fault leads to the weights, whose sum follows as one types."""
    expect(page.locator("main")).to_contain_text("1 thing to mend before this can be announced")
    total = page.locator("[data-total=service_fulfilment]")
    expect(total).to_have_text("1.2")
    page.get_by_label("Weight of Promise rate").fill("0.3")
    expect(total).to_have_text("1")
    expect(total).not_to_have_class(re.compile("wrong"))
    press(page, "Save the weights")
    expect(page.locator("main")).to_contain_text("Nothing is to mend.")


def try_draft(page: Page) -> None:
    page.get_by_role("link", name="Rule lab").first.click()
    page.get_by_label("Redraws of the facts").fill("5")
    press(page, "Try it")
    reload_until_shown(card(page, "Results").get_by_role("link"))
    expect(status(page)).to_have_text("Done")
    card(page, "Results").get_by_role("link").click()
    expect(card(page, "Levels and scores").locator("canvas").first).to_be_visible()
    expect(card(page, "Diagnostics: weights that the data would suggest")).to_contain_text(
        "These are diagnostics and no defaults."
    )
    page.get_by_role("link", name="Who moves", exact=True).click()
    expect(page.locator("#list")).to_contain_text("3 entries")


def test_a_draft_is_edited_tried_and_announced(open_page: OpenPage) -> None:
    model = build_world()
    page = open_page(f"/staff/scoring-models/{model.pk}/", user=make_staff(Role.SCORING_ANALYST))
    press(page, "Draft a new version")
    edit_metric(page)
    mend_weights(page)
    draft = ScoringModel.objects.get(status="draft")
    page.goto(f"/staff/scoring-models/{draft.pk}/")
    expect(card(page, "Whom it affects")).to_contain_text("this definition was not tried")
    try_draft(page)
    page.goto(f"/staff/scoring-models/{draft.pk}/compare/")
    expect(page.locator("main")).to_contain_text("refunded_orders")
    page.goto(f"/staff/scoring-models/{draft.pk}/")
    expect(card(page, "Whom it affects")).to_contain_text("of 3 providers affected")
    press(page, "Announce")
    expect(status(page)).to_have_text("Announced")


def test_a_draft_is_edited_without_scripts_on_a_phone(open_page: OpenPage) -> None:
    model = build_world()
    page = open_page(
        f"/staff/scoring-models/{model.pk}/", user=make_staff(Role.SCORING_ANALYST), width=390, script=False
    )
    press(page, "Draft a new version")
    page.get_by_role("link", name="Click rate").click()
    page.get_by_label("Numerator").fill("kicks")
    press(page, "Save in the draft")
    expect(page.locator("main")).to_contain_text("'kicks' at position 1 is not a column.")
    page.get_by_label("Numerator").fill("orders")
    press(page, "Show the distribution")
    expect(page.locator("main")).to_contain_text("3 of 3 providers are assessed")
    press(page, "Save in the draft")
    expect(page.locator("main")).to_contain_text("The draft is saved.")
    assert ScoringModel.objects.get(status="draft").rule.metrics[0].numerator == "orders"
