from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Organisation, User
from common.audit.models import AuditEntry
from common.audit.selectors import entries_of
from common.audit.services import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.objects.create(kind="provider", name="Blue Horse")


def test_an_entry_says_who_what_when_and_why(organisation: Organisation) -> None:
    user = User.objects.create(email="li@example.com")
    now = timezone.now()
    record("organisation.rename", organisation, by=user, note="new name", changes={"name": ["A", "B"]}, now=now)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.at, entry.note) == ("organisation.rename", user, now, "new name")
    assert (entry.subject_type, entry.subject_id) == ("accounts.organisation", str(organisation.pk))
    assert (entry.subject_label, entry.changes) == ("Blue Horse", {"name": ["A", "B"]})


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_log_is_append_only(organisation: Organisation, change: str) -> None:
    entry = record("organisation.create", organisation, by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        if change == "update":
            AuditEntry.objects.filter(pk=entry.pk).update(note="rewritten")
        else:
            AuditEntry.objects.filter(pk=entry.pk).delete()
    assert AuditEntry.objects.get().note == ""


def test_the_log_is_read_as_of_a_date(organisation: Organisation) -> None:
    early, late = timezone.now() - timedelta(days=2), timezone.now()
    record("organisation.create", organisation, by=None, now=early)
    record("organisation.rename", organisation, by=None, now=late)
    assert [e.action for e in entries_of(organisation)] == ["organisation.rename", "organisation.create"]
    assert [e.action for e in entries_of(organisation, as_of=early)] == ["organisation.create"]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    organisation = Organisation.objects.create(kind="provider", name="Blue Horse")
    with pytest.raises(RuntimeError, match="outside a transaction"):
        record("organisation.create", organisation, by=None)
    assert not AuditEntry.objects.exists()
