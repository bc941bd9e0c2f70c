"""A season in a real browser: from the draft to the final result, with an objection upheld and an appeal heard."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from common.days import business_day
from providers.registry.models import Provider
from scoring.seasons.models import Season
from scoring.seasons.objection_models import Objection
from tests.e2e.conftest import OpenPage
from tests.e2e.walk import act, card, menu, press, reload_until_shown, status
from tests.factories.accounts import make_staff
from tests.factories.providers import owner_of
from tests.factories.scoring import make_facts, make_published_model, make_run, small_model, work
from tests.factories.seasons import make_old

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"order": ["lower", "score"], "settlement": {"promote": 1, "relegate": 1, "entry_threshold": 75.0}}
WEEKS = 4
# Clicks of 1,000 exposures. No refund, every promise kept: 0.4 x click rate + 0.6 x 100.
CLICKS = (900, 600, 100)
CODE = "2026S9"


@pytest.fixture
def field() -> list[Provider]:
    """Three companies far apart, and the scores of the last day of a season that ended three weeks ago."""
    now = timezone.now()
    make_published_model(small_model(replicates=50), now=now)
    made = make_old(len(CLICKS))
    for week in range(WEEKS):
        day = last_day() - timedelta(days=7 * week)
        make_facts(
            [
                {"provider": one.code, "day": day, **work(clicks, 0, 50)}
                for one, clicks in zip(made, CLICKS, strict=True)
            ],
            day=day,
        )
    make_run(as_of=last_day(), now=now)
    return made


def last_day() -> date:
    return business_day(timezone.now()) - timedelta(days=21)


def prepare(page: Page) -> None:
    menu(page, "Seasons")
    page.get_by_role("link", name="Prepare a season").first.click()
    page.get_by_label("Code").fill(CODE)
    page.get_by_label("Name in Chinese").fill("秋季赛")
    page.get_by_label("Name in English").fill("Autumn season")
    page.get_by_label("First day").fill((last_day() - timedelta(days=60)).isoformat())
    page.get_by_label("Last day").fill(last_day().isoformat())
    page.get_by_label("Scoring model").select_option(index=1)
    page.get_by_label("Rules and tracks").fill(json.dumps(RULES))
    press(page, "Save the draft")
    expect(status(page)).to_have_text("Draft")


def advance(page: Page, action: str, state: str) -> None:
    press(page, action)
    expect(status(page)).to_have_text(state)


def rank(page: Page, field: list[Provider]) -> None:
    """The places of the last day, with how sure they are."""
    page.get_by_label("Day", exact=True).fill(last_day().isoformat())
    press(page, "Compute")
    rows = page.get_by_role("region", name="Places", exact=True).locator("tbody tr")
    for at, provider in enumerate(field):
        expect(rows.nth(at)).to_contain_text(provider.name)
    expect(card(page, "The lines").locator(".chart-intervals canvas")).to_be_visible()
    page.get_by_role("link", name="All places with their odds").click()
    expect(page.get_by_role("row", name=field[0].code)).to_contain_text("1 – 1")
    expect(page.locator("main")).to_contain_text("They do not foresee what anybody will still do.")
    page.get_by_role("link", name="Autumn season").first.click()


def settle(page: Page, field: list[Provider]) -> None:
    page.get_by_role("link", name="Settlement", exact=True).click()
    expect(card(page, "Preview")).to_contain_text("Nothing is written yet")
    press(page, "Settle all tracks")
    page.goto(f"/staff/seasons/{Season.objects.get(code=CODE).pk}/settlement/")
    reload_until_shown(page.get_by_text("1 of 1 tracks are settled."))
    verdicts = card(page, "Verdicts").get_by_role("listitem")
    expect(verdicts.filter(has_text=field[0].code).first).to_contain_text("Promoted")
    expect(verdicts.filter(has_text=field[2].code).first).to_contain_text("Relegated")
    page.get_by_role("link", name="Autumn season").first.click()


def object_to(page: Page, statement: str) -> None:
    expect(status(page)).to_have_text("Relegated")
    page.get_by_role("link", name="Object to the verdict").click()
    page.get_by_label("What is wrong with the verdict").fill(statement)
    press(page, "Send the objection")
    expect(page.get_by_text("Sent. Somebody who did not settle the track will decide.")).to_be_visible()


def uphold(page: Page, objection: Objection) -> None:
    page.get_by_role("link", name=objection.number).click()
    expect(card(page, "What the provider says")).to_contain_text("The warehouse burnt down.")
    page.get_by_role("link", name="Uphold").click()
    page.get_by_label("Protect this provider from relegation and clear-out").check()
    page.get_by_label("Reason").fill("The fire brigade's report shows it.")
    press(page, "Uphold and settle again")
    expect(status(page)).to_have_text("Upheld")
    row = card(page, "What changed for whom").get_by_role("row").nth(1)
    expect(row).to_contain_text(objection.provider.code)
    expect(row.get_by_role("cell").nth(1)).to_have_text("Relegated")
    expect(row.get_by_role("cell").nth(2)).to_have_text("Stays")


def appeal(page: Page, statement: str) -> None:
    expect(page.get_by_text("This verdict is final. Appeals are taken until")).to_be_visible()
    page.get_by_role("link", name="Appeal", exact=True).click()
    page.get_by_label("What is wrong with the verdict").fill(statement)
    press(page, "Send the appeal")
    expect(page.get_by_text("Sent. Somebody who neither settled the track")).to_be_visible()


def verdict_page(open_page: OpenPage, user: User) -> Page:
    page = open_page("/provider/race/", user=user)
    card(page, "What the seasons decided").get_by_role("link", name="Autumn season").click()
    return page


def test_from_draft_to_final_with_an_objection_upheld(
    celery_worker_process: object, field: list[Provider], open_page: OpenPage
) -> None:
    steward = make_staff(Role.RACE_STEWARD)
    desk = open_page("/staff/seasons/", user=steward)
    prepare(desk)
    advance(desk, "Announce", "Announced")
    advance(desk, "Start", "Running")
    rank(desk, field)
    race = open_page("/provider/race/", user=owner_of(field[2]))
    expect(card(race, "The lines").locator(".chart-intervals canvas")).to_be_visible()
    expect(race.locator(".odds-relegation")).to_contain_text("100%")
    advance(desk, "Close the race", "Settling")
    settle(desk, field)
    advance(desk, "Open to objections", "Open to objections")

    company = verdict_page(open_page, owner_of(field[2]))
    object_to(company, "The warehouse burnt down.")
    officer = make_staff(Role.APPEALS_OFFICER)
    uphold(open_page("/staff/objections/", user=officer), Objection.objects.get())
    told = open_page("/notices/", user=owner_of(field[2]))
    expect(told.locator("main")).to_contain_text("is upheld")
    expect(status(verdict_page(open_page, owner_of(field[2])))).to_have_text("Stays")

    # A week goes by in which nobody else objects.
    Season.objects.filter(code=CODE).update(objections_until=business_day(timezone.now()) - timedelta(days=1))
    desk.reload()
    advance(desk, "Make final", "Final")

    appeal(verdict_page(open_page, owner_of(field[1])), "We should have risen.")
    heard = Objection.objects.get(kind="appeal")
    same = open_page(f"/staff/objections/{heard.pk}/", user=officer)
    expect(
        same.get_by_text("You settled this track, so you cannot decide about objections to it.").first
    ).to_be_visible()
    other = open_page(f"/staff/objections/{heard.pk}/", user=make_staff(Role.APPEALS_OFFICER))
    act(other, "Reject", "Place 2 is below the line, and the scores are right.")
    expect(status(other)).to_have_text("Rejected")
