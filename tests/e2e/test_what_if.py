"""A provider and an analyst move sliders in a real browser, and read what a scorecard answers."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from scoring.capabilities.models import Scorecard, ScoreRun
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import DAY, make_facts, make_published_model, make_run, small_model, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card() -> Scorecard:
    """Five providers over two days; the first one's present scorecard: 0.4 * 50 + 0.6 * 85 = 71 points."""
    make_published_model(small_model(replicates=20))
    made = [make_provider(status="admitted", name=f"第{number}公司") for number in range(1, 6)]
    for age in (9, 0):
        rows = [{"provider": made[0].code, **work(500 - 20 * age, 10, 40)}]
        rows += [
            {"provider": each.code, **work(100 * n, 20 + n, 40 - 3 * n)} for n, each in enumerate(made[1:], start=1)
        ]
        make_facts(rows, day=DAY - timedelta(days=31 * bool(age)))
        run = make_run(as_of=DAY - timedelta(days=31 * bool(age)))
    return Scorecard.objects.select_related("provider").get(run=run, provider=made[0])


def move_slider(page: Page, name: str, value: str) -> None:
    """The value changes and the page hears of it: its scripts have run."""
    page.wait_for_load_state("load")
    page.locator(f"input[name={name}]").fill(value)


def figure(page: Page, label: str) -> str:
    return page.locator(".what-if-head .stat").filter(has_text=label).locator(".stat-value").inner_text()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Scorecard").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("navigation", name="Scorecard").get_by_role("link", name=name)).to_have_attribute(
        "aria-current", "page"
    )
    page.wait_for_load_state("load")


def test_a_provider_reads_its_scorecard_and_moves_a_slider(card: Scorecard, open_page: Callable[..., Page]) -> None:
    page = open_page("/provider/scorecard/", user=owner_of(card.provider))
    expect(page.locator("section", has_text="The most rewarding steps").locator("ol li").first).to_contain_text(
        "the score would rise by"
    )
    tab(page, "Movement")
    expect(page.get_by_text("The score rose by")).to_be_visible()
    expect(page.locator(".chart-waterfall canvas")).to_be_visible()
    tab(page, "Peers")
    expect(page.locator("tr", has_text="Click rate")).to_contain_text("1 of 5")
    tab(page, "Outlook")
    expect(page.locator(".outlook > li", has_text="in 60 days").first).to_contain_text("Not assessed")
    tab(page, "Next steps")
    expect(page.get_by_text("Traffic marketing is the weakest capability")).to_be_visible()
    page.locator("tr", has_text="Promise rate").get_by_role("link", name="Try it").click()
    expect(page.locator("[data-knob].knob-moved")).to_have_count(1)
    page.get_by_role("link", name="Start over").click()
    expect(page.locator(".what-if-head .stat").first).to_contain_text("71.0")

    move_slider(page, "r_click_rate", "48")
    expect(page.locator("input[name=v_click_rate]")).to_have_value("48")
    # 0.4 * 48 + 51
    expect(page.locator(".what-if-head .stat").first).to_contain_text("70.2")
    expect(page.locator("#what-if-details .chart-waterfall canvas")).to_be_visible()
    page.locator("input[name=v_promise_rate]").fill("30")
    expect(page.locator(".what-if-head .stat").first).to_contain_text("55.2")
    assert re.search("−15.8 points", page.locator(".what-if-head").inner_text())


def test_the_sliders_work_without_a_script(card: Scorecard, open_page: Callable[..., Page]) -> None:
    page = open_page(f"/provider/scorecard/{card.pk}/what-if/", user=owner_of(card.provider), script=False)
    page.locator("input[name=v_click_rate]").fill("48")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".what-if-head .stat").first).to_contain_text("70.2")
    page.locator("input[name=v_click_rate]").fill("40")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".what-if-head .stat").first).to_contain_text("67.0")


def test_an_analyst_moves_the_weights(card: Scorecard, open_page: Callable[..., Page]) -> None:
    run = ScoreRun.objects.get(pk=card.run_id)
    page = open_page(f"/staff/score-runs/{run.pk}/", user=make_staff(Role.SCORING_ANALYST))
    page.get_by_role("link", name="What if the weights were others?").click()
    expect(page.locator(".what-if-head")).to_contain_text("0\nof 5", use_inner_text=True)
    # By service alone the order of the other four turns round.
    move_slider(page, "r_traffic_marketing", "0")
    movers = page.locator("section", has_text="Biggest movers")
    expect(movers.locator("tr", has_text="第2公司")).to_be_visible()
    expect(page.locator("#what-if-details .chart-bar canvas")).to_be_visible()
    page.locator("summary", has_text="Weights as they count").click()
    expect(page.locator("tr", has_text="Service fulfilment").last).to_contain_text("100.0%")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_fits_a_phone(card: Scorecard, open_page: Callable[..., Page], language: str) -> None:
    for name in ("", "move/", "peers/", "next-steps/", "what-if/", "outlook/"):
        page = open_page(
            f"/provider/scorecard/{card.pk}/{name}", user=owner_of(card.provider), language=language, width=390
        )
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
