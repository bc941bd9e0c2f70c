"""The one thing a provider should do next: a truth table."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from merchants.matching.models import Invitation
from merchants.registry.models import Merchant
from merchants.requests.models import HelpRequest
from pages.provider.next_step import Step, find_next_step
from providers.admission.models import Application
from providers.conduct.models import Probation, WatchEntry
from providers.documents.models import Document
from providers.documents.rules import default_rule
from providers.documents.selectors import Slot
from providers.registry.models import Provider
from scoring.capabilities.models import Scorecard

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ASKED = HelpRequest(title="Evening rooms", merchant=Merchant(name="Willow Shop"))
INVITATION = Invitation(pk=7, request=ASKED, expires_at=NOW + timedelta(hours=5))
ASSESSED = Scorecard(status="assessed", composite=60.0, capability_scores=[70.0, None, 55.5, 80.0, 61.0])
NOT_ASSESSED = Scorecard(status="not_assessed", capability_scores=[None] * 5)


def find(status: str = "admitted", **given: Any) -> Step:
    values = {"application": None, "invitations": [], "trader_count": 1, "card": None, "now": NOW, **given}
    with translation.override("en"):
        return find_next_step(Provider(status=status), **values)


def test_an_invitation_comes_before_everything() -> None:
    step = find("probation", invitations=[INVITATION], trader_count=0)
    assert step == Step(
        "Answer the invitation of Willow Shop",
        "Evening rooms · 5 hours left",
        "/provider/invitations/7/",
        "Read and answer",
        urgent=True,
    )


@pytest.mark.parametrize(
    ("application", "title", "urgent"),
    [
        (None, "Apply to be admitted", False),
        (Application(status="draft"), "Finish your application", False),
        (Application(status="submitted"), "Your application is being read", False),
        (Application(status="returned", return_note="No licence."), "Mend your application and submit it again", True),
        (
            Application(status="standstill", standstill_until=NOW),
            "Your application was rejected, and this is not final yet",
            True,
        ),
        (Application(status="rejected", decision_note="Fake figures."), "Your application was rejected", False),
        (Application(status="withdrawn"), "Apply to be admitted", False),
    ],
)
def test_before_admission_the_application_decides(application: Application | None, title: str, urgent: bool) -> None:
    step = find("registered", application=application)
    assert (step.title, step.url, step.urgent) == (title, "/provider/application/", urgent)


def test_a_return_shows_its_reason() -> None:
    assert (
        find("registered", application=Application(status="returned", return_note="No licence.")).text == "No licence."
    )


@pytest.mark.parametrize(
    ("status", "title"), [("suspended", "You are suspended"), ("cleared_out", "You were cleared out")]
)
def test_a_stopped_provider_is_told_so_and_sent_nowhere(status: str, title: str) -> None:
    step = find(status, trader_count=0)
    assert (step.title, step.url) == (title, "")


def test_a_notice_comes_before_everything_but_an_invitation() -> None:
    notice, contract = WatchEntry(due_on=date(2026, 3, 12)), Probation(ends_on=date(2026, 6, 1))
    step = find("suspended", notice=notice, contract=contract)
    assert (step.title, step.url, step.urgent) == ("Answer the notice with a cure plan", "/provider/watch/", True)
    assert step.text == "Until Mar 12, 2026. Without one you may be suspended."
    assert find(notice=notice, invitations=[INVITATION]).url == "/provider/invitations/7/"


def test_a_contract_is_signed_before_traders_are_entered() -> None:
    step = find("probation", contract=Probation(ends_on=date(2026, 6, 1)), trader_count=0)
    assert (step.title, step.url) == ("Sign your probation contract", "/provider/probation/")


def test_traders_come_before_the_score() -> None:
    assert find(trader_count=0, card=ASSESSED).url == "/provider/traders/new/"


def test_the_lowest_assessed_capability_is_named() -> None:
    step = find(card=ASSESSED)
    assert (step.title, step.url) == ("Work on Service fulfilment", "/provider/scorecard/")
    assert step.text == "Your lowest capability, at 55.5 of 100. The scorecard says which figures count for it."


@pytest.mark.parametrize("card", [None, NOT_ASSESSED])
def test_without_a_score_nothing_is_due(card: Scorecard | None) -> None:
    assert find(card=card).title == "Nothing is due"


MISSING = Slot(default_rule("tax_certificate"), None)
REVISED = Slot(default_rule("lease"), Document(status="revision_asked", note="The stamp cannot be read."))
OVER = Slot(default_rule("lease"), Document(status="expired"))


@pytest.mark.parametrize("status", ["registered", "probation", "admitted", "suspended"])
@pytest.mark.parametrize(
    ("slot", "text"), [(REVISED, "The stamp cannot be read."), (OVER, "The one that you sent has expired.")]
)
def test_a_document_that_is_to_be_sent_anew_is_urgent(status: str, slot: Slot, text: str) -> None:
    step = find(status, documents=[MISSING, slot], application=Application(status="submitted"))
    assert step == Step(
        "Send this document anew: Lease of the premises",
        text,
        "/provider/documents/",
        "Open the documents",
        urgent=True,
    )


def test_what_has_a_clock_comes_before_documents() -> None:
    assert find("admitted", documents=[REVISED], invitations=[INVITATION]).title.startswith("Answer")
    assert find("cleared_out", documents=[REVISED]).title == "You were cleared out"


@pytest.mark.parametrize(
    ("status", "application", "title"),
    [
        ("registered", Application(status="submitted"), "Send the documents that are missing"),
        ("admitted", None, "Send the documents that are missing"),
        ("registered", Application(status="draft"), "Finish your application"),
        ("registered", Application(status="returned", return_note="No."), "Mend your application and submit it again"),
        ("registered", None, "Apply to be admitted"),
        ("suspended", None, "You are suspended"),
    ],
)
def test_missing_documents_are_named(status: str, application: Application | None, title: str) -> None:
    step = find(status, documents=[MISSING], application=application)
    assert step.title == title
    named = "Required and not there yet: Tax certificate." in step.text
    assert named is (title in ("Send the documents that are missing", "Finish your application"))
