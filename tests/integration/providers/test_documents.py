"""Documents by page and by endpoint: the same services, the same refusals, the right people."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from providers.documents import files
from providers.documents.models import Document, DocumentRule
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.documents import make_document, make_pdf
from tests.factories.providers import make_application, make_provider, owner_of, unchanged

pytestmark = pytest.mark.django_db

OWN, STAFF, API = "/provider/documents/", "/staff/documents/", "/api/v1/documents"


def page_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def api_of(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


def file_of(data: bytes | None = None, name: str = "licence.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_pdf() if data is None else data, content_type="image/png")


def form_of(**fields: Any) -> dict[str, Any]:
    return {"issued_on": "2026-01-02", "expires_on": "2099-12-31", "file": file_of(), **fields}


def test_the_provider_sends_a_document_and_downloads_it() -> None:
    provider = make_provider()
    client = page_of(owner_of(provider))
    text = client.get(OWN).content.decode()
    assert text.count("Missing") == 4
    content = make_pdf()
    sent = client.post(f"{OWN}business_licence/", form_of(file=file_of(content, "执照.exe")))
    assert (sent.status_code, sent["Location"]) == (302, OWN)
    document = Document.objects.get()
    assert (document.kind, document.file_name) == ("application/pdf", "执照.exe")
    text = client.get(OWN).content.decode()
    assert text.count("Missing") == 3
    assert "Waiting to be checked" in text
    answer = client.get(f"{OWN}{document.pk}/file/")
    assert b"".join(answer) == content  # type: ignore[arg-type]
    assert answer["Content-Disposition"] == f'attachment; filename="{document.download_name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"file": file_of(b"MZ\x90", "a.png")}, 400, "This is a program. Send a scan or a photo"),
        ({"file": file_of(b"<svg/>", "a.png")}, 400, "This is a web page or a drawing made of text"),
        ({"file": file_of(b"PK\x03\x04", "a.pdf")}, 400, "This is an archive or an Office file."),
        ({"file": file_of(b"")}, 400, "The file is empty."),
        ({"file": ""}, 400, "Choose a file."),
        ({"expires_on": "2026-01-01"}, 400, "The document would expire before it was issued."),
        ({"file": file_of(b"%PDF-" + b"\0" * (10 * 1024**2))}, 413, "The file is larger than 10 MB."),
    ],
)
def test_a_refusal_stands_on_the_form_and_changes_nothing(fields: dict[str, Any], status: int, sentence: str) -> None:
    provider = make_provider()
    client = page_of(owner_of(provider))
    before = files.kept_names()
    with unchanged():
        answer = client.post(f"{OWN}business_licence/", form_of(**fields))
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert files.kept_names() == before


def test_twenty_megabytes_are_refused_by_their_announced_length() -> None:
    provider = make_provider()
    content = b"%PDF-" + b"\0" * (20 * 1024**2)
    page, api = page_of(owner_of(provider)), api_of(owner_of(provider))
    with unchanged():
        answer = page.post(f"{OWN}business_licence/", form_of(file=file_of(content)))
        assert answer.status_code == 413
        assert "Scan it at a lower resolution" in answer.content.decode()
        fields = {"provider": provider.code, "document_type": "business_licence", "issued_on": "2026-01-02"}
        body = api.post(API, {**fields, "file": file_of(content)}, format="multipart").json()
    assert (body["status"], body["code"], body["field"]) == (413, "too_large", "file")


def test_others_documents_do_not_exist() -> None:
    document = make_document()
    stranger, steward = make_provider(), make_staff(Role.RACE_STEWARD)
    owner = page_of(owner_of(stranger))
    with unchanged():
        assert owner.get(f"{OWN}{document.pk}/file/").status_code == 404
        assert owner.get(f"{OWN}diploma/").status_code == 404
        assert api_of(owner_of(stranger)).get(f"{API}/{document.pk}/file").status_code == 404
        assert api_of(steward).get(f"{API}/{document.pk}").status_code == 404
        assert page_of(steward).get(f"{STAFF}{document.pk}/file/").status_code == 403


def test_a_trader_of_the_company_does_not_see_its_documents() -> None:
    document = make_document()
    client = page_of(make_member(document.provider.organisation, Role.PROVIDER_TRADER))
    for address in (OWN, f"{OWN}{document.pk}/file/", f"{OWN}lease/"):
        assert client.get(address).status_code == 403


def test_staff_ask_for_one_document_on_the_page_of_the_application() -> None:
    application = make_application()
    document = make_document(application.provider, expires_on=None)
    client = page_of(make_staff())
    case = f"/staff/applications/{application.pk}/"
    assert f'name="next" value="{case}"' in client.get(case).content.decode()
    form = {"action": "ask_revision", "note": "The stamp is cut off.", "version": 1, "next": case}
    answer = client.post(f"{STAFF}{document.pk}/act/", form)
    assert (answer.status_code, answer["Location"]) == (302, case)
    application.refresh_from_db()
    assert application.status == "submitted"
    text = page_of(owner_of(application.provider)).get(f"{OWN}business_licence/").content.decode()
    assert "The stamp is cut off." in text
    with unchanged():
        assert client.post(f"{STAFF}{document.pk}/act/", {**form, "version": 1}).status_code == 409
    away = {"action": "ask_revision", "note": "x", "version": 2, "next": "https://elsewhere.example/"}
    assert client.post(f"{STAFF}{document.pk}/act/", away).status_code == 409


def test_the_list_is_filtered_and_exported() -> None:
    licence = make_document(make_provider(name="Sea Silk"), status="accepted", expires_on=None)
    lease = make_document(document_type="lease")
    client = page_of(make_staff(Role.AUDITOR))

    def found(**query: str) -> list[int]:
        return [row.record.pk for row in client.get(STAFF, query).context["table"].rows]

    assert found() == [lease.pk, licence.pk]
    assert found(document_type="lease") == found(status="uploaded") == [lease.pk]
    assert found(q="silk") == [licence.pk]
    Document.objects.filter(pk=lease.pk).update(expires_on="2026-01-05", issued_on="2026-01-01")
    assert found(expires_within="7") == [lease.pk]
    lines = client.get(STAFF, {"_export": "csv"}).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("Lease of the premises,")


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long(count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        make_document()
    reviewer = make_staff()
    page, api = page_of(reviewer), api_of(reviewer)
    with django_assert_num_queries(6):
        assert page.get(STAFF).status_code == 200
    with django_assert_num_queries(3):
        assert api.get(API).json()["count"] == count


@pytest.mark.parametrize("types", [["business_licence"], ["business_licence", "lease", "tax_certificate"]])
def test_the_providers_page_costs_the_same_however_full(types: list[str], django_assert_num_queries: Any) -> None:
    provider = make_provider()
    for document_type in types:
        make_document(provider, document_type=document_type)
    client = page_of(owner_of(provider))
    with django_assert_num_queries(10):
        assert client.get(OWN).status_code == 200


def test_rules_are_changed_by_the_administrator() -> None:
    address = "/staff/document-rules/"
    administrator, reviewer = page_of(make_staff(Role.ADMINISTRATOR)), page_of(make_staff())
    assert "/document-rules/lease/" in administrator.get(address).content.decode()
    assert "/document-rules/lease/" not in reviewer.get(address).content.decode()
    form = {"is_required": "on", "blocks": "admission", "version": 1}
    with unchanged():
        assert reviewer.get(f"{address}lease/").status_code == 403
        assert reviewer.post(f"{address}lease/", form).status_code == 403
        assert administrator.post(f"{address}lease/", {**form, "version": 7}).status_code == 409
    assert administrator.post(f"{address}lease/", form).status_code == 302
    rule = DocumentRule.objects.get()
    assert (rule.is_required, rule.has_expiry, rule.blocks) == (True, False, "admission")


def test_documents_by_the_api() -> None:
    provider = make_provider()
    owner, reviewer = api_of(owner_of(provider)), api_of(make_staff())
    content = make_pdf()
    fields = {"provider": provider.code, "document_type": "business_licence", "issued_on": "2026-01-02"}
    headers = {"Idempotency-Key": "k1"}
    first = owner.post(API, {**fields, "file": file_of(content)}, format="multipart", headers=headers)
    again = owner.post(API, {**fields, "file": file_of(content)}, format="multipart", headers=headers)
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replay"]) == (201, 201, "true")
    body = first.json()
    assert (body["status"], body["expires_on"], body["size"]) == ("uploaded", None, len(content))
    assert [offer["allowed"] for offer in body["allowed_actions"]] == [False, False]
    address = f"{API}/{body['id']}"
    with unchanged():
        for wrong, field in (
            ({"provider": "P999999"}, "provider"),
            ({"document_type": "diploma"}, "document_type"),
            ({"issued_on": "yesterday"}, "issued_on"),
            ({"file": file_of(b"MZ")}, "file"),
            ({"file": file_of(content)}, "file"),
            ({"document_type": "lease"}, "expires_on"),
        ):
            refusal = owner.post(API, {**fields, "file": file_of(), **wrong}, format="multipart")
            assert (refusal.status_code in {400, 409}, refusal.json()["field"]) == (True, field), wrong
        assert owner.post(API, fields, format="multipart").json()["field"] == "file"
        step = {"action": "accept", "version": 1}
        assert owner.post(f"{address}/actions", step).status_code == 403
        assert reviewer.post(f"{address}/actions", {**step, "version": 9}).status_code == 409
        assert reviewer.post(f"{address}/actions", {"action": "ask_revision", "version": 1}).json()["field"] == "note"
    assert reviewer.post(f"{address}/actions", step).json()["status"] == "accepted"
    assert b"".join(reviewer.get(f"{address}/file")) == content  # type: ignore[arg-type]
    assert reviewer.get(API, {"status": "accepted"}).json()["count"] == 1
    standing = owner.get(f"/api/v1/providers/{provider.code}/document-standing").json()
    assert standing["documents"][0] == {
        "document_type": "business_licence",
        "is_required": True,
        "state": "accepted",
        "document": body["id"],
    }
    assert standing["blocks"] == []


def test_rules_by_the_api() -> None:
    rules = "/api/v1/document-rules"
    assert [rule["document_type"] for rule in api_of(make_user()).get(rules).json()["results"]][:2] == [
        "business_licence",
        "legal_representative_id",
    ]
    administrator = api_of(make_staff(Role.ADMINISTRATOR))
    body = administrator.patch(f"{rules}/lease", {"blocks": "everything", "version": 1}).json()
    assert (body["blocks"], body["version"]) == ("everything", 2)
    reviewer = api_of(make_staff())
    with unchanged():
        assert administrator.patch(f"{rules}/lease", {"blocks": "nothing", "version": 1}).status_code == 409
        assert reviewer.patch(f"{rules}/lease", {"blocks": "nothing", "version": 2}).status_code == 403
        assert administrator.patch(f"{rules}/diploma", {"version": 1}).status_code == 404
