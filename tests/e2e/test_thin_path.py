"""The thin path in a real browser with a real worker, from a company's registration to its trader at a merchant's."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from accounts.roles import Role
from common.days import business_day
from providers.registry.models import Provider
from tests.e2e.conftest import OpenPage
from tests.factories.accounts import make_staff, make_user
from tests.factories.facts import fact_row, write_csv
from tests.factories.merchants import make_merchant, make_ready_provider
from tests.factories.providers import ensure_window, make_uscc
from tests.factories.scoring import make_published_model, make_season, small_model, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-Lantern-2026"
COMPANY = "Bright Lane Live"
SHOP = "Harbour Silk"
REQUEST = "Reach the first half million"
FACT_DAYS = 40
# The others: clicks of 1,000 exposures. No refund, every promise kept: 0.4 x click rate + 0.6 x 100.
RIVALS = {"Lantern Commerce": 300, "Willow Works": 200, "North Gate Live": 100}
CLICKS = 500
SCORE = "80.0"

SignIn = Callable[[User], Page]


@pytest.fixture
def sign_in(open_page: OpenPage) -> SignIn:
    """`sign_in(user)` gives a page of its own context in which the person signed in with the password."""

    def go(user: User) -> Page:
        page = open_page("/account/login/")
        page.locator("input[name=login]").fill(user.email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.locator("summary", has_text="Account")).to_be_visible()
        return page

    return go


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


def apply(page: Page) -> None:
    """Register the company and a trader, fill the application, submit; a stale second tab is refused."""
    page.goto("/provider/register/")
    page.get_by_label("Unified social credit code").fill(make_uscc(777))
    page.get_by_label("Company name").fill(COMPANY)
    page.get_by_label("Type").select_option("integrated")
    page.get_by_label("Main category").select_option("apparel")
    page.get_by_label("Region").select_option("zhejiang")
    press(page, "Register")
    expect(page.get_by_text("Your company is registered. Next, fill in the application.")).to_be_visible()

    menu(page, "Traders")
    page.get_by_role("link", name="Register a trader").first.click()
    page.get_by_label("Name", exact=True).fill("Lin Lan")
    page.get_by_label("Live operations").check()
    press(page, "Register")
    expect(page.get_by_text("The trader is registered.")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Lin Lan")

    menu(page, "Application")
    press(page, "Begin the application")
    expect(status(page)).to_have_text("Draft")
    stale = page.context.new_page()
    stale.goto("/provider/application/contact/")
    page.get_by_role("link", name="Edit Contact and reason").click()
    page.get_by_label("Contact person").fill("Lin Lan")
    page.get_by_label("Phone").fill("0571 8888 0000")
    page.get_by_label("E-mail").fill("lin@example.com")
    press(page, "Save")
    page.get_by_role("link", name="Add evidence Live operations").click()
    page.get_by_label("What you do well").fill("We ran 300 live rooms in 2021.")
    page.get_by_label("Links").fill("https://example.com/cases")
    press(page, "Save")
    page.get_by_role("link", name="Edit Traders").click()
    page.get_by_label("Lin Lan").check()
    press(page, "Save")
    expect(page.get_by_text("Nothing is missing. You can submit.")).to_be_visible()

    stale.get_by_label("Contact person").fill("Somebody Else")
    stale.get_by_label("Phone").fill("0571 8888 0001")
    stale.get_by_label("E-mail").fill("else@example.com")
    with stale.expect_response(lambda answer: answer.request.method == "POST") as answer:
        press(stale, "Save")
    assert answer.value.status == 409
    stale.close()
    page.reload()
    expect(card(page, "Contact and reason")).to_contain_text("lin@example.com")

    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Submit", exact=True).dblclick()
    expect(page.get_by_text("Submitted. A reviewer looks at it next; you see the answer here.")).to_be_visible()
    expect(status(page)).to_have_text("Submitted")
    assert len(posts) == 1


def judge(page: Page, level: str) -> None:
    """Take the next review from the queue and hand it in: a level for live operations, no evidence for the others."""
    menu(page, "Applications")
    press(page, "Take the next one")
    expect(page.get_by_role("heading", level=1)).to_contain_text(COMPANY)
    for capability in ("Traffic marketing", "Anchor incubation", "Service fulfilment", "Supply chain"):
        card(page, capability).get_by_label("No evidence to judge").check()
    own = card(page, "Live operations")
    expect(own).to_contain_text("We ran 300 live rooms in 2021.")
    own.get_by_label(f"{level} · ").check()
    press(page, "Hand in the review")
    expect(page.get_by_role("alert")).to_contain_text("Live operations: A level needs a comment.")
    own.get_by_label("Comment").fill("300 rooms, all on record.")
    page.get_by_label("Admit").check()
    page.get_by_label("Reasons").fill("Strong live rooms.")
    press(page, "Hand in the review")
    expect(page.get_by_text("Handed in. It cannot be changed any more")).to_be_visible()
    expect(status(page)).to_have_text("Handed in")


def admit(page: Page) -> None:
    menu(page, "Applications")
    page.get_by_role("row", name=COMPANY).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(COMPANY)
    expect(card(page, "Evidence for each capability")).to_contain_text("We ran 300 live rooms in 2021.")
    expect(card(page, "Panel of reviewers")).to_contain_text("The panel recommends: Admit.")
    expect(card(page, "Panel of reviewers").get_by_role("row", name="Live operations")).to_contain_text("3.5")
    page.locator("summary", has_text="Admit").click()
    page.get_by_role("textbox", name="Reason").fill("Strong live rooms.")
    page.locator("details.action[open]").get_by_role("button", name="Admit").click()
    expect(page.get_by_text("Admitted. The provider is on probation now.")).to_be_visible()
    expect(status(page)).to_have_text("Admitted")
    expect(card(page, "Decision")).to_contain_text("Strong live rooms.")


def import_facts(page: Page, file: Path, rows: int) -> None:
    menu(page, "Facts")
    page.get_by_role("link", name="Import").first.click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Dry run").uncheck()
    press(page, "Send the file")
    expect(status(page)).to_have_text("Live")  # the page follows the job and reloads by itself
    expect(stat(page, "Facts").first).to_contain_text(str(rows))
    expect(stat(page, "Providers").first).to_contain_text("4")
    expect(page.get_by_text("Nothing is wrong with any row.")).to_be_visible()


def score(page: Page) -> None:
    menu(page, "Score runs")
    page.get_by_role("link", name="Start a").first.click()
    press(page, "Start")
    expect(status(page)).to_have_text("Done")
    expect(stat(page, "Assessed").first).to_contain_text("4")
    first = card(page, "The first ten").get_by_role("row").nth(1)
    expect(first.get_by_role("cell").nth(1)).to_have_text(COMPANY)
    first.get_by_role("link").click()
    check_scorecard(page)


def check_scorecard(page: Page) -> None:
    expect(stat(page, "Score").first).to_contain_text(SCORE)
    expect(page.locator(".chart-radar canvas")).to_be_visible()
    figure = page.locator(".chart-figure").filter(has=page.locator(".chart-radar"))
    figure.get_by_text("Show as table").click()
    expect(figure.get_by_role("row", name="Traffic marketing")).to_contain_text("50.0")
    expect(figure.get_by_role("row", name="Service fulfilment")).to_contain_text("100.0")


def race(page: Page) -> None:
    menu(page, "Seasons")
    page.get_by_role("link", name="2026S1", exact=True).click()
    press(page, "Compute")
    expect(page.get_by_text("The places of this day are on the board.")).to_be_visible()
    rows = page.get_by_role("region", name="Places", exact=True).locator("tbody tr")
    expect(rows).to_have_count(4)
    wanted = [COMPANY, *RIVALS]
    for at, (name, points) in enumerate(zip(wanted, ("80.0", "72.0", "68.0", "64.0"), strict=True)):
        expect(rows.nth(at)).to_contain_text(name)
        expect(rows.nth(at)).to_contain_text(points)


def ask(page: Page, by: date) -> None:
    """The three steps, the shortlist, the invitation."""
    menu(page, "Help requests")
    page.get_by_role("link", name="Ask for help").first.click()
    page.get_by_label("Title").fill(REQUEST)
    page.get_by_label("First 500,000 of monthly GMV").check()
    page.get_by_label("Target", exact=True).fill("500000")
    page.get_by_label("By", exact=True).fill(by.isoformat())
    press(page, "Save and go on")
    expect(page.locator("[aria-current=step]")).to_have_text("2. What matters")
    page.get_by_role("group", name="Traffic marketing").get_by_label("Decisive").check()
    page.get_by_role("group", name="Service fulfilment").get_by_label("Important").check()
    page.get_by_label("Category").select_option("apparel")
    page.get_by_label("Live rooms at once").fill("2")
    press(page, "Save and go on")
    expect(page.locator("[aria-current=step]")).to_have_text("3. Budget and choice")
    page.get_by_label("Fixed fee").check()
    page.get_by_label("Budget up to, in yuan").fill("50000")
    page.get_by_label("I pick: I choose from the shortlist").check()
    press(page, "Submit")
    expect(status(page)).to_have_text("Shortlist ready")
    page.get_by_role("link", name="Compare and invite").click()
    articles = page.get_by_role("article")
    expect(articles).to_have_count(4)
    ours = articles.filter(has=page.get_by_role("heading", name=COMPANY))
    expect(ours.locator(".reasons-for li").first).to_have_text(
        "Service fulfilment: at least 100 of 100 points, it weighs 40%."
    )
    expect(ours.locator(".reasons-against li").first).to_be_visible()
    ours.get_by_role("button", name="Invite").click()
    expect(page.get_by_text(f"{COMPANY} is invited and has 24 hours to answer.")).to_be_visible()
    expect(status(page)).to_have_text("Provider invited")


def accept(page: Page) -> None:
    menu(page, "Invitations")
    page.get_by_role("row", name=REQUEST).get_by_role("link").first.click()
    page.get_by_label("Lin Lan: 5 of 5 live rooms free").check()
    press(page, "Accept")
    expect(page.get_by_text("Accepted. The engagement has begun.")).to_be_visible()
    expect(card(page, "Traders")).to_contain_text("Lin Lan")


def see_engagement(page: Page) -> None:
    menu(page, "Engagements")
    page.get_by_role("row", name=COMPANY).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(REQUEST)
    expect(card(page, "Traders").get_by_role("listitem")).to_have_count(1)
    expect(card(page, "Traders")).to_contain_text("Lin Lan")
    expect(card(page, "Traders")).to_contain_text("2 live rooms")


def write_facts(path: Path, clicks: dict[str, int], yesterday: date) -> int:
    rows = [
        fact_row(code, yesterday - timedelta(days=back), merchant="M000900", **work(count, 0, 50))
        for code, count in clicks.items()
        for back in range(FACT_DAYS)
    ]
    write_csv(path, rows)
    return len(rows)


def test_thin_path_from_registration_to_engagement(
    celery_worker_process: object, sign_in: SignIn, tmp_path: Path
) -> None:
    today = business_day(timezone.now())
    yesterday = today - timedelta(days=1)
    model = make_published_model(small_model(replicates=50))
    make_season(model, code="2026S1", starts_on=yesterday - timedelta(days=9))
    rivals = {name: make_ready_provider(name=name) for name in RIVALS}
    owner, shop_owner = (make_user(password=PASSWORD) for _ in range(2))
    reviewer, analyst, steward = (
        make_staff(role, make_user(password=PASSWORD))
        for role in (Role.ADMISSION_REVIEWER, Role.SCORING_ANALYST, Role.RACE_STEWARD)
    )
    panel = [make_staff(Role.ADMISSION_REVIEWER, make_user(password=PASSWORD)) for _ in range(2)]
    make_merchant(by=shop_owner, code="M000777", name=SHOP)
    ensure_window()

    company = sign_in(owner)
    apply(company)
    for person, level in zip(panel, ("3", "4"), strict=True):
        judge(sign_in(person), level)
    admit(sign_in(reviewer))

    code = Provider.objects.get(name=COMPANY).code
    clicks = {code: CLICKS} | {rivals[name].code: count for name, count in RIVALS.items()}
    file = tmp_path / "facts.csv"
    desk = sign_in(analyst)
    import_facts(desk, file, write_facts(file, clicks, yesterday))
    score(desk)
    race(sign_in(steward))

    shop = sign_in(shop_owner)
    ask(shop, today + timedelta(days=120))
    accept(company)
    menu(company, "Scorecard")
    check_scorecard(company)
    see_engagement(shop)
