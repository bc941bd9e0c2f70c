"""The admission queue by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from providers.admission.models import Application
from tests.e2e.conftest import OpenPage
from tests.factories.accounts import make_staff
from tests.factories.providers import make_application

pytestmark = pytest.mark.django_db(transaction=True)


def test_move_select_help_and_open(open_page: OpenPage) -> None:
    first, second = (make_application() for _ in range(2))
    reviewer = User.objects.get(pk=make_staff().pk)
    page = open_page("/staff/applications/", user=reviewer)
    rows = page.locator("#list tbody tr")
    expect(rows).to_have_count(2)
    order = [Application.objects.get(pk=int(box.split(":")[0])) for box in boxes(page)]
    assert {one.pk for one in order} == {first.pk, second.pk}

    page.keyboard.press("j")
    expect(rows.nth(0)).to_have_class(re.compile("is-current"))
    page.keyboard.press("j")
    page.keyboard.press("j")  # there is no third row
    expect(rows.nth(1)).to_have_class(re.compile("is-current"))
    page.keyboard.press("x")
    expect(rows.nth(1).locator("input[name=item]")).to_be_checked()
    expect(page.locator("[data-bulk-number]")).to_have_text("1")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_class(re.compile("is-current"))
    expect(rows.nth(0).locator("input[name=item]")).not_to_be_checked()

    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_have_attribute("open", "")
    expect(page.get_by_text("next row, row before")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("next row, row before")).not_to_be_visible()

    page.get_by_label("Name or code").or_(page.locator("input[name=q]")).first.focus()
    page.keyboard.type("jx")
    expect(rows.nth(0)).to_have_class(re.compile("is-current"))
    expect(page.locator("input[name=q]")).to_have_value("jx")
    page.locator("input[name=q]").fill("")

    page.goto(page.url.split("?")[0])
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/applications/{order[0].pk}/")


def boxes(page: object) -> list[str]:
    found = page.locator("#list input[name=item]")  # type: ignore[attr-defined]
    return [found.nth(at).get_attribute("value") for at in range(found.count())]
