"""What the database itself refuses of documents and reports, whoever writes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import Model

from accounts.roles import Role
from providers.documents.limits import MAX_BYTES
from providers.documents.models import Document, DocumentNotice
from providers.documents.rule_services import edit_rule
from providers.verification.models import FalseClaim
from providers.verification.services import report_false_claim
from tests.factories.accounts import make_staff
from tests.factories.documents import make_document, send

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
# By the state in which the document is, the change that must fail.
DOCUMENT_BREAKS: list[tuple[str, dict[str, Any], str]] = [
    ("uploaded", {"status": "lost"}, "document_decided_past_upload"),  # asked before document_status_known
    ("uploaded", {"document_type": "diploma"}, "document_type_known"),
    ("uploaded", {"kind": "text/html"}, "document_kind_known"),
    ("uploaded", {"size": 0}, "document_size_in_range"),
    ("uploaded", {"size": MAX_BYTES + 1}, "document_size_in_range"),
    ("uploaded", {"digest": "X" * 64}, "document_digest_is_one"),
    ("uploaded", {"expires_on": date(2024, 12, 31)}, "document_days_in_order"),
    ("expired", {"expires_on": None}, "document_expired_has_day"),
    ("accepted", {"decided_by": None}, "document_decision_pair"),
    ("expired", {"decided_at": NOW}, "document_decision_pair"),
    ("uploaded", {"status": "accepted"}, "document_decided_past_upload"),
    ("accepted", {"status": "uploaded"}, "document_decided_past_upload"),
    ("revision_asked", {"note": ""}, "document_revision_with_reason"),
    ("uploaded", {"status": "superseded"}, "document_supersession_pair"),
    ("uploaded", {"superseded_at": NOW}, "document_supersession_pair"),
    ("superseded", {"superseded_by": None}, "document_supersession_pair"),
]


def refuse_update(row: Model, changes: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError) as error:
        type(row)._default_manager.filter(pk=row.pk).update(**changes)
    assert f'"{constraint}"' in str(error.value)


@pytest.mark.parametrize(("status", "changes", "constraint"), DOCUMENT_BREAKS, ids=str)
def test_document(status: str, changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_document(status=status), changes, constraint)


def test_one_current_document_of_a_type() -> None:
    old = make_document(status="superseded")
    back = {"status": "uploaded", "superseded_at": None, "superseded_by": None}
    refuse_update(old, back, "document_one_current")


def test_the_same_bytes_once() -> None:
    old = make_document()
    new = send(old.provider)
    refuse_update(new, {"digest": old.digest}, "document_bytes_once")


def test_one_path_one_document() -> None:
    with pytest.raises(IntegrityError):
        Document.objects.filter(pk=make_document().pk).update(path=make_document().path)


def test_notices() -> None:
    document = make_document()
    notice = DocumentNotice.objects.create(document=document, step=30)
    refuse_update(notice, {"step": 5}, "document_notice_step_known")


def test_each_notice_once() -> None:
    document = make_document()
    DocumentNotice.objects.create(document=document, step=7)
    with pytest.raises(IntegrityError, match="document_notice_once"):
        DocumentNotice.objects.create(document=document, step=7)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"document_type": "diploma"}, "document_rule_type_known"),
        ({"blocks": "the_sun"}, "document_rule_blocks_known"),
    ],
    ids=str,
)
def test_rule(changes: dict[str, Any], constraint: str) -> None:
    rule = edit_rule(document_type="lease", changes={"is_required": True}, by=make_staff(Role.ADMINISTRATOR))
    refuse_update(rule, changes, constraint)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "lost"}, "false_claim_status_known"),
        ({"claimant": ""}, "false_claim_says_something"),
        ({"text": ""}, "false_claim_says_something"),
        ({"status": "confirmed"}, "false_claim_decision_triple"),
        ({"decision_note": "Yes."}, "false_claim_decision_triple"),
    ],
    ids=str,
)
def test_false_claim(changes: dict[str, Any], constraint: str) -> None:
    claim: FalseClaim = report_false_claim(claimant="X", text="Y", by=None)
    refuse_update(claim, changes, constraint)
