"""Strict access in a real browser, from the first paper to the verdict on the probation; each person has a browser of
one's own."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from common.days import business_day
from providers.criteria.definition import DEFAULT_SET
from providers.criteria.services import load_first_set
from tests.e2e import contract
from tests.e2e.conftest import SignIn
from tests.e2e.walk import (
    act,
    begin,
    card,
    choose_levels,
    fill_application,
    hand_in,
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
    take_next,
)
from tests.factories.accounts import make_staff
from tests.factories.documents import make_pdf
from tests.factories.providers import make_uscc, make_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMPANY = "Bright Lane Live"
EVIDENCE = {
    "Service fulfilment": "Every parcel of 2025 left within two days.",
    "Live operations": "We ran 300 live rooms in 2025.",
}
PAPERS = {
    "Business licence": False,
    "Identity card of the legal representative": True,  # must name its expiry
    "Tax certificate": False,
    "Bank account certificate": False,
}
STAMP = "The stamp cannot be read. Send a sharper scan."
REASON = "The 300 live rooms cannot be found in the records."
ANSWER = "The rooms ran under our brand's name; the list of them is attached."


def send_paper(page: Page, paper: str, *, issued: date, expires: date | None = None) -> None:
    """Send one document from the list of what is required."""
    page.get_by_role("link", name=paper).filter(has_text="Send").click()
    page.get_by_label("Issued on").fill(issued.isoformat())
    if expires is not None:
        page.get_by_label("Expires on").fill(expires.isoformat())
    file = {"name": f"{paper.lower()}.pdf", "mimeType": "application/pdf", "buffer": make_pdf()}
    page.get_by_label("File").set_input_files(files=[file])
    press(page, "Send the file")
    expect(page.get_by_text("The document is sent. A reviewer checks it next.")).to_be_visible()


def send_papers(page: Page, today: date) -> None:
    menu(page, "Documents")
    items = page.get_by_role("listitem").filter(has_text="Required at the door")
    expect(items).to_have_count(len(PAPERS))
    for paper, has_term in PAPERS.items():
        expect(items.filter(has_text=paper)).to_contain_text("Missing")
        expires = today + timedelta(days=400) if has_term else None
        send_paper(page, paper, issued=today - timedelta(days=90), expires=expires)
        expect(items.filter(has_text=paper)).to_contain_text("Waiting to be checked")


def see_first_check(page: Page) -> None:
    """What the worker found, as the applicant reads it."""
    check = card(page, "First check")
    reload_until_shown(check)
    expect(check).to_contain_text("Needs a human")
    expect(check.get_by_role("listitem").filter(has_text="Traders at work")).to_contain_text("Pass")
    expect(check.get_by_role("listitem").filter(has_text="Documents complete and valid")).to_contain_text(
        "Needs a human"
    )


def ask_for_revision(page: Page) -> None:
    """One document is asked for anew, the others are accepted."""
    open_case(page, COMPANY)
    expect(card(page, "Triage")).to_contain_text("Needs a human")
    papers = card(page, "Documents")
    lines = papers.get_by_role("listitem")
    lines.filter(has_text="Tax certificate").locator("summary").click()
    form = lines.filter(has_text="Tax certificate").locator("details[open]")
    form.get_by_label("What to change").fill(STAMP)
    form.get_by_role("button").click()
    expect(page.get_by_text("The provider is told and sends this one document anew.")).to_be_visible()
    expect(lines.filter(has_text="Tax certificate")).to_contain_text("Revision asked for")
    for paper in PAPERS:
        if paper != "Tax certificate":
            accept_paper(page, paper)


def accept_paper(page: Page, paper: str) -> None:
    line = card(page, "Documents").get_by_role("listitem").filter(has_text=paper)
    line.get_by_role("button", name=f"Accept {paper}").click()
    expect(line).to_contain_text("Accepted")


def revise(page: Page, today: date) -> None:
    """The bell tells of it, the notice leads to the document, the new one takes its place."""
    page.goto("/provider/")
    page.get_by_role("link", name="not read").click()
    notice = page.get_by_role("row").filter(has_text="Tax certificate: a revision is asked for")
    expect(notice).to_contain_text(STAMP)
    notice.get_by_role("button").click()
    line = page.get_by_role("listitem").filter(has_text="Tax certificate")
    expect(line).to_contain_text("Revision asked for")
    expect(line).to_contain_text(STAMP)
    send_paper(page, "Tax certificate", issued=today)
    expect(line).to_contain_text("Waiting to be checked")
    expect(line).not_to_contain_text(STAMP)


def take_blind(page: Page, other: User) -> str:
    """Take a seat; the case says nothing of the other reviewer. Gives the address of the review."""
    take_next(page, COMPANY)
    own = page.url
    expect(page.locator("main")).not_to_contain_text(other.name)
    page.get_by_role("link", name="A0").first.click()
    expect(card(page, "Panel of reviewers")).to_contain_text("Your review is due.")
    expect(page.locator("main")).not_to_contain_text(other.name)
    page.goto(own)
    return own


def judge(page: Page, level: str, recommendation: str, reasons: str) -> None:
    choose_levels(page, dict.fromkeys(EVIDENCE, level))
    hand_in(page, dict.fromkeys(EVIDENCE, "Read in the records."), recommendation, reasons)


def review_blind(sign_in: SignIn, people: list[User], levels: tuple[str, str], recommendation: str) -> None:
    """Two people judge the case side by side; neither learns what the other wrote before the panel has settled."""
    one, other = people
    first, second = sign_in(one), sign_in(other)
    first_review = take_blind(first, other)
    take_blind(second, one)
    judge(first, levels[0], recommendation, f"{one.name} says so.")
    expect(first.locator("main")).not_to_contain_text(other.name)
    assert second.goto(first_review).status == 404
    menu(second, "My reviews")
    second.get_by_role("row", name=COMPANY).filter(has_text="To be written").get_by_role("link").first.click()
    expect(second.locator("main")).not_to_contain_text(f"{one.name} says so.")
    judge(second, levels[1], recommendation, f"{other.name} says so.")
    open_case(second, COMPANY)
    panel = card(second, "Panel of reviewers")
    expect(panel).to_contain_text(f"The panel recommends: {recommendation}.")
    for somebody in people:
        expect(panel.get_by_role("columnheader", name=somebody.name)).to_be_visible()
        expect(panel).to_contain_text(f"Reasons and comments of {somebody.name}")


def is_kept_out(page: Page, action: str) -> None:
    """Who judged first finds the decision closed, with why."""
    open_case(page, COMPANY)
    decision = card(page, "Decision")
    expect(decision.get_by_role("button", name=action, exact=True)).to_be_disabled()
    expect(decision).to_contain_text("You reviewed this case first, so somebody else decides.")


def reject(page: Page) -> None:
    open_case(page, COMPANY)
    expect(card(page, "Panel of reviewers").get_by_role("row", name="Live operations")).to_contain_text("1.5")
    page.get_by_role("link", name="Reject", exact=True).click()
    page.get_by_label("In short").fill("The evidence does not hold yet.")
    page.get_by_label("About").first.select_option("Live operations")
    press(page, "Reject")
    expect(page.get_by_role("alert")).to_contain_text("Say why, or choose nothing in this row.")
    page.get_by_label("Why").first.fill(REASON)
    press(page, "Reject")
    expect(page.get_by_text("Rejected. The applicant sees every reason and may answer")).to_be_visible()
    expect(status(page)).to_have_text("Rejected, not final yet")


def answer(page: Page) -> None:
    """The applicant reads reasons and until when, and answers once."""
    menu(page, "Application")
    expect(page.get_by_text("The application was rejected. This is not final yet.")).to_be_visible()
    expect(page.get_by_text("You see every reason below and may answer once until")).to_be_visible()
    expect(card(page, "So far")).to_contain_text("Standstill until")
    reasons = card(page, "Reasons")
    expect(reasons).to_contain_text("Live operations")
    expect(reasons).to_contain_text(REASON)
    page.get_by_label("Your answer").fill(ANSWER)
    press(page, "Send the answer")
    expect(page.get_by_text("Your answer is with the reviewers.")).to_be_visible()
    expect(reasons).to_contain_text(ANSWER)
    expect(page.get_by_role("button", name="Send the answer")).to_have_count(0)


def reconsider(page: Page) -> None:
    menu(page, "Applications")
    page.get_by_label("Status").select_option("Rejected, not final yet")
    page.get_by_role("row", name=COMPANY).get_by_role("link").first.click()
    expect(card(page, "Reasons")).to_contain_text(ANSWER)
    expect(card(page, "Decision")).to_contain_text("The applicant has answered; a person decides.")
    act(page, "Reconsider", "The list of rooms answers the doubt.")
    expect(page.get_by_text("Taken back. A new round of review begins.")).to_be_visible()
    expect(status(page)).to_have_text("Submitted")
    expect(card(page, "Panel of reviewers")).to_contain_text("Round 2")


def admit(page: Page) -> None:
    open_case(page, COMPANY)
    expect(card(page, "Panel of reviewers").get_by_role("row", name="Live operations")).to_contain_text("4.0")
    act(page, "Admit", "The records were found.")
    expect(page.get_by_text("Admitted. The provider is on probation now.")).to_be_visible()
    expect(status(page)).to_have_text("Admitted")


def test_from_papers_to_the_verdict_on_the_probation(celery_worker_process: object, sign_in: SignIn) -> None:
    today = business_day(timezone.now())
    load_first_set(definition=DEFAULT_SET.read_text())
    window = make_window()
    owner = person("Zhou Yi")
    first_pair = [reviewer("Ma Li"), reviewer("Sun Hao")]
    second_pair = [reviewer("Luo Min"), reviewer("Tang Wei")]
    checker, rejecter, second_look, admitter = map(reviewer, ("Xu Jing", "He Jun", "Gao Fei", "Lu Yan"))
    mentor = make_staff(Role.PROGRAMME_MANAGER, reviewer("Mei Qing"))

    company = sign_in(owner)
    register_company(company, COMPANY, uscc=make_uscc(777))
    send_papers(company, today)
    register_trader(company, "Lin Lan", *EVIDENCE)
    begin(company)
    expect(card(company, "So far")).to_contain_text(window.code)
    fill_application(company, EVIDENCE, trader="Lin Lan")
    submit(company)
    see_first_check(company)

    desk = sign_in(checker)
    ask_for_revision(desk)
    revise(company, today)
    desk.reload()
    accept_paper(desk, "Tax certificate")

    review_blind(sign_in, first_pair, ("1", "2"), "Reject")
    is_kept_out(sign_in(first_pair[0]), "Reject")
    reject(sign_in(rejecter))
    answer(company)
    reconsider(sign_in(second_look))
    review_blind(sign_in, second_pair, ("4", "4"), "Admit")
    is_kept_out(sign_in(second_pair[0]), "Admit")
    admit(sign_in(admitter))

    menu(company, "Application")
    expect(status(company)).to_have_text("Admitted")
    expect(card(company, "Reasons")).to_contain_text("taken back")
    menu(company, "Home")
    expect(company.locator("main")).to_contain_text("On probation")

    contract.sign_contract(company, mentor)
    contract.reach_the_end(COMPANY, today)
    contract.see_closed_verdict(sign_in(mentor), COMPANY)
    contract.sign_verdict(sign_in(checker), COMPANY)
    contract.see_verdict(company)
