"""The page and the endpoint: the same import, the same refusals, the right people."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from common.jobs.models import Job
from scoring.facts import storage, uploads
from scoring.facts.models import FactBatch
from tests.factories.accounts import make_staff, make_user
from tests.factories.facts import fact_row, make_batch, write_csv, write_json_lines
from tests.factories.providers import make_external_provider, make_provider, owner_of

pytestmark = pytest.mark.django_db(transaction=True)
LIST = reverse("pages:staff:fact_batch_list")
UPLOAD = reverse("pages:staff:fact_batch_upload")
API = "/api/v1/fact-batches"


@pytest.fixture
def analyst() -> User:
    return make_staff(Role.SCORING_ANALYST)


@pytest.fixture(autouse=True)
def code() -> str:
    return make_external_provider("X1").code


def page_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def api_of(user: User) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(user)
    return client


def content(tmp_path: Path, *rows: dict[str, Any]) -> bytes:
    return write_csv(tmp_path / "made.csv", rows or (fact_row("X1"),)).read_bytes()


def file_of(data: bytes, name: str = "march.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def nothing_is_kept() -> bool:
    return uploads.kept_names() == [] and storage.stored_files() == [] and not FactBatch.objects.exists()


def test_a_file_by_page(tmp_path: Path, analyst: User) -> None:
    client = page_of(analyst)
    assert client.get(UPLOAD).status_code == 200
    answer = client.post(UPLOAD, {"file": file_of(content(tmp_path)), "profile": "standard"})
    batch = FactBatch.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}{batch.pk}/")
    assert (batch.status, batch.upload, batch.received_by, batch.imported_by) == ("live", "", analyst, analyst)
    assert uploads.kept_names() == []
    assert Job.objects.get().result == {"batch": batch.pk, "status": "live", "rows": 1}
    shown = client.get(answer.headers["Location"]).content.decode()
    assert "Nothing is wrong with any row." in shown
    assert batch.file_digest in shown
    again = client.post(UPLOAD, {"file": file_of(content(tmp_path)), "profile": "standard"}, follow=True)
    assert "This very file came before" in again.content.decode()
    assert FactBatch.objects.count() == 1


def test_a_dry_run_waits_for_a_decision(tmp_path: Path, analyst: User) -> None:
    client = page_of(analyst)
    client.post(UPLOAD, {"file": file_of(content(tmp_path)), "profile": "standard", "dry_run": "on"})
    batch = FactBatch.objects.get()
    assert (batch.status, storage.stored_files()) == ("checked", [])
    assert uploads.kept_names() == [batch.upload]
    address = reverse("pages:staff:fact_batch_detail", args=[batch.pk])
    shown = client.get(address).content.decode()
    assert "Import now" in shown and "Discard" in shown
    act = reverse("pages:staff:fact_batch_act", args=[batch.pk])
    stale = client.post(act, {"action": "import", "version": batch.version - 1})
    assert stale.status_code == 409
    assert client.post(act, {"action": "import", "version": batch.version}).status_code == 302
    batch.refresh_from_db()
    assert (batch.status, batch.rows, uploads.kept_names()) == ("live", 1, [])
    assert client.post(act, {"action": "import", "version": batch.version}).status_code == 409


def test_a_discarded_dry_run_leaves_its_report(tmp_path: Path, analyst: User) -> None:
    client = page_of(analyst)
    client.post(UPLOAD, {"file": file_of(content(tmp_path)), "profile": "standard", "dry_run": "on"})
    batch = FactBatch.objects.get()
    client.post(f"{LIST}{batch.pk}/act/", {"action": "discard", "version": batch.version})
    batch.refresh_from_db()
    assert (batch.status, batch.source_rows, uploads.kept_names(), storage.stored_files()) == ("rejected", 1, [], [])


def test_the_report_is_paged_filtered_and_exported(tmp_path: Path, analyst: User) -> None:
    client = page_of(analyst)
    rows = [fact_row("X1", merchant=f"M{index}", orders=-1) for index in range(40)] + [fact_row("X1", clicks="=1+1")]
    client.post(UPLOAD, {"file": file_of(content(tmp_path, *rows)), "profile": "standard"})
    batch = FactBatch.objects.get()
    address = reverse("pages:staff:fact_batch_detail", args=[batch.pk])
    first = client.get(address).content.decode()
    assert "Rows that are wrong: 41 of 41. Nothing was taken." in first
    assert "Page 1 of 2" in first
    assert "The value is below zero." in first
    one = client.get(address, {"reason": "not_a_whole_number", "_export": "csv"})
    assert one.content.decode("utf-8-sig").splitlines() == [
        "Row,Column,Value,What is wrong",
        "41,clicks,'=1+1,not_a_whole_number",
    ]
    assert len(client.get(address, {"_export": "csv"}).content.splitlines()) == 42


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04 xl/workbook", "The file is an Excel workbook, which the portal does not read."),
        (b"", "The file is empty."),
        (b"\xff\xfea\0", "The file is not UTF-8 text"),
    ],
)
def test_no_readable_file_by_page(analyst: User, data: bytes, words: str) -> None:
    answer = page_of(analyst).post(UPLOAD, {"file": file_of(data), "profile": "standard"})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert nothing_is_kept()


def test_a_form_without_a_file(analyst: User) -> None:
    answer = page_of(analyst).post(UPLOAD, {"profile": "nothing"})
    assert answer.status_code == 400
    assert "Choose a file." in answer.content.decode()
    assert nothing_is_kept()


def test_the_list_filters_and_exports(tmp_path: Path, analyst: User) -> None:
    first = make_batch(tmp_path / "alpha.csv", [fact_row("X1", "2024-03-01")])
    make_batch(tmp_path / "beta.csv", [fact_row("X1", "2024-04-01")])
    client = page_of(analyst)
    shown = client.get(LIST, {"day": "2024-03-01"}).content.decode()
    assert "alpha.csv" in shown and "beta.csv" not in shown
    assert "alpha.csv" in client.get(LIST, {"search": first.digest[:10]}).content.decode()
    assert "beta.csv" in client.get(LIST, {"_export": "csv"}).content.decode()


def test_lists_cost_the_same_for_one_and_for_three(tmp_path: Path, analyst: User) -> None:
    counts = []
    for months in (["01"], ["02", "03"]):
        for month in months:
            make_batch(tmp_path / f"{month}.csv", [fact_row("X1", f"2024-{month}-01")], by=analyst)
        for client, address in ((page_of(analyst), LIST), (api_of(make_staff(Role.AUDITOR)), API)):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.RACE_STEWARD])
def test_readers_may_read_and_not_import(tmp_path: Path, role: str) -> None:
    batch = make_batch(tmp_path / "a.csv", [fact_row("X1")])
    reader = make_staff(role)
    assert page_of(reader).get(LIST).status_code == 200
    assert page_of(reader).get(UPLOAD).status_code == 403
    assert api_of(reader).get(f"{API}/{batch.pk}").status_code == 200
    refused = api_of(reader).post(API, b"x", content_type="text/csv")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert FactBatch.objects.count() == 1


def test_providers_and_strangers_see_no_batch(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "a.csv", [fact_row("X1")])
    for user in (owner_of(make_provider()), make_user()):
        assert page_of(user).get(LIST).status_code == 403
        assert page_of(user).get(f"{LIST}{batch.pk}/").status_code == 403
        assert api_of(user).get(f"{API}/{batch.pk}").status_code == 404
        assert api_of(user).get(f"{API}/{batch.pk}/report").status_code == 404
        assert api_of(user).get(API).json()["results"] == []
        assert api_of(user).post(API, b"x", content_type="text/csv").status_code == 403


@pytest.mark.parametrize("kind", ["multipart", "csv", "gzip", "json_lines"])
def test_a_file_by_api(tmp_path: Path, analyst: User, kind: str) -> None:
    client, data = api_of(analyst), content(tmp_path)
    if kind == "multipart":
        answer = client.post(API, {"file": file_of(data), "source": "orders"}, format="multipart")
    elif kind == "csv":
        answer = client.post(f"{API}?source=orders&file_name=march.csv", data, content_type="text/csv")
    elif kind == "gzip":
        answer = client.post(f"{API}?source=orders", gzip.compress(data), content_type="application/gzip")
    else:
        lines = write_json_lines(tmp_path / "a.jsonl", [fact_row("X1")]).read_bytes()
        answer = client.post(f"{API}?source=orders", lines, content_type="application/x-ndjson")
    assert answer.status_code == 202, answer.json()
    batch = FactBatch.objects.get()
    assert (batch.status, batch.source, batch.rows) == ("live", "orders", 1)
    told = client.get(f"{API}/{batch.pk}").json()
    assert (told["status"], told["rows"], told["refusal"], told["reasons"]) == ("live", 1, None, {})
    assert told["allowed_actions"] == []


def test_a_re_sent_file_by_api(tmp_path: Path, analyst: User) -> None:
    client, data = api_of(analyst), content(tmp_path)
    first = client.post(API, data, content_type="text/csv")
    again = client.post(API, data, content_type="text/csv")
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["id"] == first.json()["id"]
    assert (FactBatch.objects.count(), Job.objects.count(), uploads.kept_names()) == (1, 1, [])


def test_an_idempotency_key_is_honoured(tmp_path: Path, analyst: User) -> None:
    client, data = api_of(analyst), content(tmp_path)
    answers = [client.post(API, data, content_type="text/csv", headers={"Idempotency-Key": "march"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[1].headers["Idempotent-Replay"] == "true"


def test_a_rejected_file_by_api(tmp_path: Path, analyst: User) -> None:
    client = api_of(analyst)
    rows = [fact_row("X1", orders=-1), fact_row("X9", "2024-03-02")]
    client.post(API, content(tmp_path, *rows), content_type="text/csv")
    batch = FactBatch.objects.get()
    told = client.get(f"{API}/{batch.pk}").json()
    assert told["refusal"] == {
        "code": "rows_rejected",
        "detail": "Rows that are wrong: 2 of 2. Nothing was taken.",
        "remedy": "Mend them and send the file again, or choose to skip bad rows.",
    }
    assert told["reasons"] == {"negative": 1, "unknown_provider": 1}
    report = client.get(f"{API}/{batch.pk}/report", {"reason": "unknown_provider"}).json()
    assert report["count"] == 1
    assert report["results"] == [
        {
            "row": 2,
            "column": "provider",
            "value": "X9",
            "reason": "unknown_provider",
            "detail": "No provider has this code.",
            "remedy": "Correct the code, or register unknown providers with the import.",
        }
    ]


@pytest.mark.parametrize(
    ("query", "data", "code"),
    [
        ("?profile=secret", b"a,b\n", "unknown_profile"),
        ("", b"", "empty_file"),
        ("", b"PK\x03\x04", "unknown_kind"),
        ("?source=a/b", b"a,b\n", "invalid_input"),
        ("?supersedes=7000000", b"a,b\n", "supersedes_not_live"),
        ("?supersedes=x", b"a,b\n", "invalid_input"),
    ],
)
def test_what_the_api_refuses_at_once(analyst: User, query: str, data: bytes, code: str) -> None:
    answer = api_of(analyst).post(f"{API}{query}", data, content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert nothing_is_kept()


def test_registering_needs_its_own_permission(tmp_path: Path, analyst: User) -> None:
    answer = api_of(analyst).post(f"{API}?register_unknown=true", content(tmp_path), content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert nothing_is_kept()


def test_an_upload_above_the_limit(tmp_path: Path, analyst: User, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 500
    answer = api_of(analyst).post(API, b"x" * 501, content_type="text/csv")
    assert (answer.status_code, nothing_is_kept()) == (413, True)
    with pytest.raises(Exception, match="larger than"):
        uploads.keep_upload([b"a,b\n" * 100, b"a,b\n" * 100])
    assert nothing_is_kept()


def test_a_dry_run_by_api(tmp_path: Path, analyst: User) -> None:
    client = api_of(analyst)
    client.post(f"{API}?dry_run=true", content(tmp_path), content_type="text/csv")
    batch = FactBatch.objects.get()
    told = client.get(f"{API}/{batch.pk}").json()
    assert told["status"] == "checked"
    assert [(offer["action"], offer["allowed"]) for offer in told["allowed_actions"]] == [
        ("import", True),
        ("discard", True),
    ]
    reader = api_of(make_staff(Role.AUDITOR))
    assert [o["allowed"] for o in reader.get(f"{API}/{batch.pk}").json()["allowed_actions"]] == [False, False]
    step = {"action": "import", "version": told["version"]}
    assert reader.post(f"{API}/{batch.pk}/actions", step).status_code == 403
    assert client.post(f"{API}/{batch.pk}/actions", {**step, "action": "publish"}).status_code == 409
    assert client.post(f"{API}/{batch.pk}/actions", step).status_code == 200
    batch.refresh_from_db()
    assert batch.status == "live"
    assert client.post(f"{API}/{batch.pk}/actions", {**step, "version": batch.version}).status_code == 409
