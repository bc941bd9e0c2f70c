"""The homes and lists of every audience in Chinese hold no English sentence."""

import re

import pytest

from accounts.roles import Role
from tests.e2e.conftest import OpenPage
from tests.factories.accounts import make_staff
from tests.factories.merchants import make_merchant
from tests.factories.providers import make_provider, owner_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENGLISH = re.compile(r"[A-Za-z]{3,} +[A-Za-z]{2,}")
STAFF = ("", "applications/", "providers/", "facts/", "score-runs/", "scoring-models/", "seasons/", "match-desk/")
PROVIDER = ("", "application/", "scorecard/", "race/", "invitations/", "engagements/", "traders/")
MERCHANT = ("", "requests/", "engagements/", "shop/")


def test_pages_in_chinese_hold_no_english_sentence(open_page: OpenPage) -> None:
    provider = make_provider(status="admitted", name="云帆服务")
    merchant = make_merchant(code="M000888", name="青禾女装")
    viewers = {
        "/staff/": (make_staff(Role.ADMINISTRATOR), STAFF),
        "/provider/": (owner_of(provider), PROVIDER),
        "/merchant/": (merchant.registered_by, MERCHANT),
    }
    found = {}
    for area, (user, addresses) in viewers.items():
        page = open_page(area, user=user, language="zh-hans")
        for address in addresses:
            answer = page.goto(f"{area}{address}")
            assert answer is not None
            assert answer.status == 200, address
            text = page.locator("main").inner_text()
            found[f"{area}{address}"] = ENGLISH.findall(text)
    assert {address: sentences for address, sentences in found.items() if sentences} == {}
