"""A dispute of facts in a real browser: claimed with evidence, decided, scores computed again, all who moved told."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from common.days import business_day
from providers.registry.models import Provider
from scoring.capabilities.models import Scorecard
from scoring.capabilities.selectors import current_run
from scoring.disputes.models import Dispute
from tests.e2e.conftest import OpenPage
from tests.e2e.walk import act, card, press, stat, status
from tests.factories.accounts import make_staff
from tests.factories.documents import make_pdf
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import make_facts, make_published_model, make_run, small_model, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GOALPOSTS = 'normaliser = { kind = "goalposts", lower = 0.0, upper = 1.0 }'


@pytest.fixture
def providers() -> list[Provider]:
    """Three providers whose refunds are judged against each other: 8, 6 and 30 of 100 orders, and the score of two
    days ago. Should the first have had 3, it and the second change places, and the third stays where it is."""
    now = timezone.now()
    day = business_day(now) - timedelta(days=2)
    parts = small_model().split(GOALPOSTS)
    by_percentile = GOALPOSTS.join(parts[:2]) + 'normaliser = { kind = "percentile" }' + GOALPOSTS.join(parts[2:])
    make_published_model(by_percentile, now=now)
    made = [make_provider(status="admitted") for _ in range(3)]
    make_facts(
        [
            {"provider": each.code, "day": day, **work(500, refunds, 40)}
            for each, refunds in zip(made, (8, 6, 30), strict=True)
        ],
        day=day,
    )
    make_run(as_of=day, now=now)
    return made


def claim(page: Page, proof: Path) -> None:
    """From the facts behind a metric to an open dispute; what is wrong is told and nothing typed is lost."""
    page.get_by_label("Figure").select_option("refunded_orders")
    page.get_by_label("The sum should be").fill("8")
    page.get_by_label("What is wrong").fill("Five of the refunds were another shop's.")
    press(page, "Open the dispute")
    expect(page.locator("main")).to_contain_text("The portal holds this very number already.")
    expect(page.get_by_label("What is wrong")).to_have_value("Five of the refunds were another shop's.")
    page.get_by_label("The sum should be").fill("3")
    page.get_by_label("Evidence").set_input_files(proof)
    press(page, "Open the dispute")
    expect(status(page)).to_have_text("Open")
    expect(page.locator("main")).to_contain_text("While this is open you are protected:")
    expect(card(page, "Evidence").get_by_role("link", name="statement.pdf")).to_be_visible()


def scores_of(provider: Provider) -> list[float]:
    cards = Scorecard.objects.filter(provider=provider).order_by("run_id")
    return [round(float(one.composite or 0), 1) for one in cards]


def test_a_dispute_from_the_claim_to_everybody_who_moved(
    providers: list[Provider], open_page: OpenPage, tmp_path: Path
) -> None:
    first, second, third = providers
    before = current_run()
    assert before is not None
    proof = tmp_path / "statement.pdf"
    proof.write_bytes(make_pdf())
    page = open_page("/provider/facts/?metric=refund_rate", user=owner_of(first))
    page.get_by_role("link", name="Dispute", exact=True).click()
    claim(page, proof)
    dispute = Dispute.objects.get()

    desk = open_page("/staff/disputes/", user=make_staff(Role.APPEALS_OFFICER))
    desk.get_by_role("link", name=dispute.number).click()
    expect(card(desk, "What the portal holds now")).to_contain_text("8")
    act(desk, "Uphold", "The statement shows it.")
    expect(status(desk)).to_have_text("Upheld")
    expect(card(desk, "Scores computed again")).to_contain_text("2 scores changed")
    after = current_run()
    assert after is not None
    assert after.pk != before.pk
    card(desk, "Scores computed again").get_by_role("link").click()
    expect(desk.get_by_role("heading", level=1)).to_be_visible()

    page.reload()
    expect(status(page)).to_have_text("Upheld")
    expect(card(page, "Decision")).to_contain_text("The statement shows it.")
    for each in (first, second):
        was, now = scores_of(each)
        told = open_page("/notices/", user=owner_of(each))
        notice = told.get_by_role("button", name=f"{was} → {now}")
        expect(notice).to_be_visible()
        notice.click()
        expect(stat(told, "Score").first).to_contain_text(str(now))
    assert scores_of(first)[1] > scores_of(first)[0]
    assert scores_of(second)[1] < scores_of(second)[0]
    assert len(set(scores_of(third))) == 1
    quiet = open_page("/notices/", user=owner_of(third))
    expect(quiet.locator("main")).not_to_contain_text("→")
