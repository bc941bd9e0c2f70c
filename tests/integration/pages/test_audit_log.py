"""The audit log page."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.roles import Role
from common.audit.services import record
from tests.factories.accounts import make_staff, make_user

pytestmark = pytest.mark.django_db

LATE_EVENING_UTC = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # one in the morning of 2 March in Shanghai


@pytest.fixture
def auditor() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_staff(Role.AUDITOR))
    return client


def add_entry(note: str, *, action: str = "user.create", now: datetime = LATE_EVENING_UTC, **fields: Any) -> None:
    subject = make_user()
    with transaction.atomic():
        record(action, subject, by=fields.get("by", subject), note=note, changes=fields.get("changes"), now=now)


def notes(client: Client, **query: str) -> list[str]:
    response = client.get("/staff/audit/", {**query, "_export": "csv"})
    assert response.status_code == 200
    rows = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    return [row["Reason"] for row in rows if row["Reason"] not in ("", "—")]


def test_only_holders_of_the_permission_read_it() -> None:
    client = Client()
    client.force_login(make_staff(Role.ADMISSION_REVIEWER))
    assert client.get("/staff/audit/").status_code == 403


def test_entry_is_told_in_words_with_old_and_new(auditor: Client) -> None:
    add_entry("Moved.", changes={"region": ["zhejiang", "fujian"], "level": 2})
    text = auditor.get("/staff/audit/", {"q": "Moved."}).content.decode()
    assert "Account created" in text
    assert "<code>region</code> zhejiang → fujian" in text
    assert "<code>level</code> 2" in text
    assert "Mar 2, 2026, 01:00" in text


def test_days_are_those_of_the_platform(auditor: Client) -> None:
    add_entry("Night shift.")
    assert notes(auditor, since="2026-03-02", until="2026-03-02") == ["Night shift."]
    assert notes(auditor, until="2026-03-01") == []


def test_filters_by_words_person_and_action(auditor: Client) -> None:
    somebody = make_user("lin@example.com", name="林一")
    add_entry("First.", by=somebody)
    add_entry("Second.", action="job.cancel")
    assert notes(auditor, q="irst.") == ["First."]
    assert notes(auditor, person="林一") == ["First."]
    assert notes(auditor, person="LIN@") == ["First."]
    assert notes(auditor, action="job.cancel") == ["Second."]


def test_export_quotes_what_a_spreadsheet_would_run(auditor: Client) -> None:
    add_entry('=HYPERLINK("https://elsewhere.example")')
    assert notes(auditor, q="HYPERLINK") == ['\'=HYPERLINK("https://elsewhere.example")']


def test_an_export_in_another_format_is_the_page_itself(auditor: Client) -> None:
    assert auditor.get("/staff/audit/", {"_export": "xlsx"}).headers["Content-Type"].startswith("text/html")
    assert auditor.get("/staff/audit/", {"_export": "csv"}).content.startswith(b"\xef\xbb\xbf")
    assert auditor.get("/staff/audit/", {"q": "nothing", "_export": "json"}).json() == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_log_costs_the_same_however_long(auditor: Client, count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        add_entry(f"Entry {number}.")
    with django_assert_num_queries(6):
        auditor.get("/staff/audit/")


def test_either_end_of_the_calendar_is_a_day(auditor: Client) -> None:
    add_entry("between")
    assert "between" in notes(auditor, since="0001-01-01", until="9999-12-31")


@pytest.mark.parametrize(
    ("query", "is_open"), [({}, False), ({"sort": "at", "page": "1"}, False), ({"since": "2026-03-01"}, True)]
)
def test_the_folded_filter_opens_when_it_narrows(auditor: Client, query: dict[str, str], is_open: bool) -> None:
    page = auditor.get("/staff/audit/", query).content.decode()
    assert ('<details class="filter-box d-print-none" open>' in page) == is_open
    assert page.count("filter-box") == 1
