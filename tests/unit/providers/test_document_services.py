"""Documents: sent, checked, superseded, expired; refusals change nothing."""

import os
import time
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import (
    Conflict,
    DomainError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
    TooLarge,
)
from providers.admission.review_services import admit_application
from providers.documents import files, selectors, services
from providers.documents.models import Document, DocumentNotice, DocumentRule
from providers.documents.rule_services import edit_rule
from providers.documents.rules import all_rules
from providers.documents.signals import SIGNALS, collect_signals
from providers.documents.watching import sweep_files, watch
from providers.registry.models import Provider
from providers.registry.status_services import clear_out_provider
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.documents import NOW, TODAY, make_document, make_pdf, make_png, send
from tests.factories.providers import make_application, make_provider, owner_of, unchanged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def actions_of(document: Document) -> list[str]:
    entries = AuditEntry.objects.filter(subject_type="providers.document", subject_id=str(document.pk))
    return list(entries.order_by("pk").values_list("action", flat=True))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def test_a_document_is_taken_in() -> None:
    provider = make_provider()
    content = make_pdf()
    document = send(provider, content=content, expires_on=date(2026, 12, 31), file_name="../执照.pdf")
    assert (document.status, document.kind, document.size) == ("uploaded", "application/pdf", len(content))
    assert (document.file_name, document.uploaded_by, document.uploaded_at) == ("执照.pdf", owner_of(provider), NOW)
    assert files.path_of(document.path).read_bytes() == content
    assert document.download_name == f"{provider.code}-business_licence-{document.pk}.pdf"
    assert actions_of(document) == ["document.upload"]


@pytest.mark.parametrize("status", ["uploaded", "accepted", "revision_asked", "expired"])
def test_a_new_one_supersedes_the_one_of_its_type(status: str) -> None:
    old = make_document(status=status)
    lease = make_document(old.provider, document_type="lease")
    new = send(old.provider)
    old.refresh_from_db()
    lease.refresh_from_db()
    assert (old.status, old.superseded_at, old.superseded_by) == ("superseded", NOW, owner_of(old.provider))
    assert (new.status, lease.status) == ("uploaded", "uploaded")
    assert actions_of(old)[-1] == "document.supersede"
    assert files.path_of(old.path).is_file()


@pytest.mark.parametrize(
    ("fields", "error", "field"),
    [
        ({"document_type": "diploma"}, InvalidInput, "document_type"),
        ({"issued_on": date(2026, 6, 2)}, InvalidInput, "issued_on"),
        ({"document_type": "lease"}, InvalidInput, "expires_on"),
        ({"expires_on": date(2024, 12, 31)}, InvalidInput, "expires_on"),
        ({"expires_on": TODAY}, InvalidInput, "expires_on"),
        ({"content": b""}, InvalidInput, "file"),
        ({"content": b"MZ"}, InvalidInput, "file"),
        ({"content": b"%PDF-" + b"\0" * 11_000_000}, TooLarge, "file"),
    ],
)
def test_bad_uploads_change_nothing(fields: dict[str, object], error: type[DomainError], field: str) -> None:
    provider = make_provider()
    before = files.kept_names()
    with unchanged(), pytest.raises(error) as refusal:
        send(provider, **fields)
    assert refusal.value.field == field
    assert refusal.value.remedy
    assert files.kept_names() == before


def test_the_same_bytes_are_refused_kindly() -> None:
    provider = make_provider()
    content = make_pdf()
    send(provider, content=content)
    send(provider)
    before = files.kept_names()
    with unchanged(), pytest.raises(Conflict) as refusal:
        send(provider, content=content)
    assert (refusal.value.field, refusal.value.reason) == ("file", "same_file")
    assert str(refusal.value.message) == "You sent this very file before, on Jun 1, 2026."
    assert files.kept_names() == before
    # One sheet may be two documents, and another company may send the same form.
    assert send(provider, content=content, document_type="tax_certificate").status == "uploaded"
    assert send(make_provider(), content=content).status == "uploaded"


def test_who_may_send() -> None:
    provider, other = make_provider(), make_provider()
    manager = make_member(provider.organisation, Role.PROVIDER_MANAGER)
    assert send(provider, by=manager).uploaded_by == manager
    trader = make_member(provider.organisation, Role.PROVIDER_TRADER)
    before = files.kept_names()
    for person in (trader, owner_of(other), make_staff(), make_user()):
        with unchanged(), pytest.raises(NotPermitted):
            send(provider, by=person)
    with unchanged(), pytest.raises(NotFound):
        send(Provider(pk=0), by=manager)
    gone = make_provider(status="probation")
    clear_out_provider(provider_id=gone.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.")
    with unchanged(), pytest.raises(Conflict):
        send(gone)
    assert files.kept_names() == before


def test_accept() -> None:
    document = make_document()
    reviewer = make_staff()
    done = services.accept_document(document_id=document.pk, by=reviewer, version=1, now=NOW)
    assert (done.status, done.decided_at, done.decided_by, done.version) == ("accepted", NOW, reviewer, 2)
    assert actions_of(document) == ["document.upload", "document.accept"]
    with unchanged():
        with pytest.raises(IllegalTransition):
            services.accept_document(document_id=document.pk, by=reviewer, now=NOW)
        with pytest.raises(Stale):
            services.ask_revision(document_id=document.pk, by=reviewer, note="Why?", version=1, now=NOW)


def test_what_is_past_its_day_is_not_accepted() -> None:
    document, reviewer = make_document(), make_staff()
    with unchanged(), pytest.raises(Conflict):
        services.accept_document(document_id=document.pk, by=reviewer, now=at(date(2026, 12, 31)))


@pytest.mark.parametrize("status", ["uploaded", "accepted"])
def test_a_revision_of_one_document_leaves_the_application_alone(status: str) -> None:
    application = make_application()
    document = make_document(application.provider, status=status)
    done = services.ask_revision(document_id=document.pk, by=make_staff(), note=" The stamp is cut off. ", now=NOW)
    assert (done.status, done.note) == ("revision_asked", "The stamp is cut off.")
    notice = Notice.objects.get()
    assert (notice.organisation, notice.kind) == (
        application.provider.organisation,
        "document.revision_asked.business_licence",
    )
    assert notice.title == "Business licence: a revision is asked for"
    assert notice.text.startswith("The reviewer says: The stamp is cut off. Send")
    assert type(application).objects.filter(pk=application.pk, status="submitted", version=application.version).exists()


def test_a_revision_needs_a_reason() -> None:
    document, reviewer = make_document(), make_staff()
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        services.ask_revision(document_id=document.pk, by=reviewer, note=" ", now=NOW)
    assert refusal.value.field == "note"


def test_nobody_decides_on_the_own_company() -> None:
    document, reviewer = make_document(), make_staff()
    make_member(document.provider.organisation, Role.PROVIDER_TRADER, reviewer)
    for person in (reviewer, make_staff(Role.ADMINISTRATOR), owner_of(document.provider)):
        with unchanged(), pytest.raises(NotPermitted):
            services.accept_document(document_id=document.pk, by=person, now=NOW)


def test_reading_is_kept_in_the_log() -> None:
    document = make_document()
    auditor = make_staff(Role.AUDITOR)
    assert services.open_document(document_id=document.pk, by=auditor, now=NOW) == document
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.by, entry.at) == ("document.read", auditor, NOW)
    trader = make_member(document.provider.organisation, Role.PROVIDER_TRADER)
    for person in (make_staff(Role.SCORING_ANALYST), trader, owner_of(make_provider())):
        with unchanged(), pytest.raises(NotPermitted):
            services.open_document(document_id=document.pk, by=person, now=NOW)
    files.remove(document.path)
    with unchanged(), pytest.raises(NotFound):
        services.open_document(document_id=document.pk, by=auditor, now=NOW)


def test_notices_come_once_at_each_step_and_the_document_expires_on_its_day() -> None:
    last = date(2026, 12, 31)
    document = make_document(status="accepted", expires_on=last)
    told = []
    for left in (31, 30, 29, 15, 14, 13, 8, 7, 6, 1, 0, -1):
        for _again in range(2):
            done = watch(at(last - timedelta(days=left)))
            if done.reminded or done.expired:
                told.append((left, done.reminded, done.expired))
    assert told == [(30, 1, 0), (14, 1, 0), (7, 1, 0), (0, 0, 1)]
    assert list(DocumentNotice.objects.order_by("pk").values_list("step", flat=True)) == [30, 14, 7, 0]
    kinds = [notice.kind for notice in Notice.objects.order_by("pk")]
    assert kinds == ["document.expiring.business_licence"] * 3 + ["document.expired.business_licence"]
    assert Notice.objects.order_by("pk")[0].title == "Business licence expires on Dec 31, 2026"
    document.refresh_from_db()
    assert document.status == "expired"
    assert actions_of(document)[2:] == ["document.remind"] * 3 + ["document.expire"]


def test_a_missed_night_sends_only_the_notice_that_is_due() -> None:
    make_document(expires_on=date(2026, 6, 10))
    assert (watch(NOW).reminded, watch(NOW).reminded) == (1, 0)
    assert DocumentNotice.objects.get().step == 14


def test_what_needs_no_notice_gets_none() -> None:
    make_document(status="superseded", expires_on=date(2026, 6, 10), document_type="lease")
    send(make_provider())  # without a term
    gone = make_document(make_provider(status="probation"), expires_on=date(2026, 6, 10)).provider
    clear_out_provider(provider_id=gone.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.")
    assert [document.status for document in selectors.due_for_notice(TODAY)] == ["uploaded"]
    far = make_document(expires_on=date(2026, 7, 2))
    with unchanged():
        with pytest.raises(Conflict):
            services.remind_of_document(document_id=far.pk, now=NOW)
        with pytest.raises(Conflict):
            services.expire_document(document_id=far.pk, now=NOW)


@pytest.mark.parametrize(
    ("document_type", "invitations", "admission"),
    [
        ("business_licence", True, True),
        ("brand_authorisation", True, False),
        ("bank_certificate", False, True),
        ("lease", False, False),
    ],
)
@pytest.mark.parametrize("status", ["accepted", "expired"])
def test_what_an_expiry_blocks(document_type: str, invitations: bool, admission: bool, status: str) -> None:
    document = make_document(status=status, document_type=document_type)
    day = date(2026, 12, 31)
    if status == "accepted":
        assert selectors.blocks_of(document.provider, day - timedelta(days=1)) == []
    blocks = selectors.blocks_of(document.provider, day)
    effects = {block.effect for block in blocks}
    assert bool(effects & {"new_invitations", "everything"}) is invitations
    assert bool(effects & {"admission", "everything"}) is admission
    assert list(selectors.not_invitable(day)) == ([document.provider_id] if invitations else [])
    if document_type == "business_licence":
        assert blocks[0].sentence == (
            "Business licence expired on Dec 31, 2026. Blocked until a new one is there: Admission and new invitations."
        )
        send(document.provider, now=at(day))
        assert selectors.blocks_of(document.provider, day) == []


def test_an_expired_document_keeps_an_applicant_out() -> None:
    application = make_application(status="settled")
    document = make_document(application.provider, status="accepted")
    reviewer = make_staff()
    with unchanged(), pytest.raises(Conflict) as refusal:
        admit_application(application_id=application.pk, by=reviewer, note="Good.", now=at(date(2026, 12, 31)))
    assert refusal.value.reason == "document_expired"
    assert document.expires_on == date(2026, 12, 31)
    admitted = admit_application(application_id=application.pk, by=reviewer, note="Good.", now=at(date(2026, 12, 30)))
    assert admitted.status == "admitted"


def test_rules_are_edited_and_audited() -> None:
    administrator, reviewer = make_staff(Role.ADMINISTRATOR), make_staff()
    rule = edit_rule(
        document_type="lease",
        changes={"is_required": True, "blocks": "everything"},
        by=administrator,
        version=1,
        now=NOW,
    )
    assert (rule.is_required, rule.has_expiry, rule.blocks, rule.version) == (True, True, "everything", 2)
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.changes) == (
        "document_rule.edit",
        {"is_required": [False, True], "blocks": ["nothing", "everything"]},
    )
    assert (all_rules()["lease"], DocumentRule.objects.count()) == (rule, 1)
    with unchanged():
        for changes, field in (({"blocks": "the_sun"}, "blocks"), ({"document_type": "other"}, "document_type")):
            with pytest.raises(InvalidInput) as refusal:
                edit_rule(document_type="lease", changes=changes, by=administrator)
            assert refusal.value.field == field
        with pytest.raises(Stale):
            edit_rule(document_type="lease", changes={"is_required": False}, by=administrator, version=1)
        with pytest.raises(NotPermitted):
            edit_rule(document_type="lease", changes={"is_required": False}, by=reviewer, version=2)
        with pytest.raises(NotFound):
            edit_rule(document_type="diploma", changes={}, by=administrator)


def test_signals_count_required_documents() -> None:
    empty = make_provider()
    full = make_document(status="accepted").provider
    make_document(full, document_type="legal_representative_id", status="expired")
    make_document(full, document_type="tax_certificate", expires_on=None)
    make_document(full, document_type="lease", status="expired")
    ids = np.array([full.pk, empty.pk], dtype=np.int64)
    with CaptureQueriesContext(connection) as queries:
        found = collect_signals(ids, TODAY)
    assert len(queries) == 2
    assert [signal.name for signal in SIGNALS] == list(found)
    assert {name: values.tolist() for name, values in found.items()} == {
        "documents_missing": [1.0, 4.0],
        "documents_expired": [1.0, 0.0],
        "documents_unverified": [1.0, 0.0],
    }
    assert collect_signals(ids, date(2026, 12, 31))["documents_expired"].tolist() == [2.0, 0.0]


def test_files_without_a_document_are_swept() -> None:
    document = make_document()
    stray, young = files.keep_file([make_png()]), files.keep_file([make_pdf()])
    old = time.time() - 7200
    for name in (stray.path, document.path):
        os.utime(files.path_of(name), (old, old))
    sweep_files()
    names = files.kept_names()
    assert stray.path not in names
    assert {young.path, document.path} <= set(names)
    files.remove(young.path)


def test_who_sees_documents() -> None:
    document, other = make_document(), make_document()
    trader = make_member(document.provider.organisation, Role.PROVIDER_TRADER)
    for person, seen in (
        (make_staff(Role.AUDITOR), {document, other}),
        (make_staff(Role.SCORING_ANALYST), set()),
        (owner_of(document.provider), {document}),
        (trader, set()),
        (make_user(), set()),
    ):
        assert set(selectors.visible_to(person)) == seen
