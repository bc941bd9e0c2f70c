"""Writes about notices: send one inside a mutation, mark them as read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.notices.models import Notice
from accounts.notices.selectors import addressed_to
from accounts.notices.texts import all_texts, fill
from common.audit.services import check_in_transaction, record
from common.exceptions import NotFound
from common.jobs.services import enqueue, enqueue_many


def send_notice(
    kind: str,
    *,
    organisation_id: int | None = None,
    user_id: int | None = None,
    now: datetime | None = None,
    **parameters: Any,
) -> Notice:
    """Tell one person, or the members of one organisation. Call it inside the mutation that it tells about.

    An unknown kind raises KeyError and a text without its parameter raises too, before anything is written.
    """
    check_in_transaction()
    text = all_texts()[kind]
    for words in (text.title, text.text):
        fill(words, parameters)
    notice = Notice.objects.create(
        organisation_id=organisation_id,
        user_id=user_id,
        kind=kind,
        parameters=parameters,
        created_at=now or timezone.now(),
    )
    if settings.MAIL_NOTICES:
        enqueue("accounts.mail_notice", notice_id=notice.pk, now=now)
    return notice


def send_notices(
    kind: str, addressed: Sequence[tuple[int | None, Mapping[str, Any]]], *, now: datetime | None = None
) -> int:
    """Tell many organisations at once, each with its own parameters; None as organisation is passed over.

    The statements do not grow with their number. Gives how many were sent; contract and errors as `send_notice`.
    """
    check_in_transaction()
    text, now = all_texts()[kind], now or timezone.now()
    notices = []
    for organisation_id, parameters in addressed:
        if organisation_id is None:
            continue
        for words in (text.title, text.text):
            fill(words, parameters)
        notices.append(Notice(organisation_id=organisation_id, kind=kind, parameters=dict(parameters), created_at=now))
    Notice.objects.bulk_create(notices, batch_size=2000)
    if settings.MAIL_NOTICES:
        enqueue_many("accounts.mail_notice", [{"notice_id": notice.pk} for notice in notices], now=now)
    return len(notices)


@transaction.atomic
def read_notice(*, notice_id: int, by: User, now: datetime | None = None) -> Notice:
    """Mark one notice as read, for all whom it is addressed to; a second time changes nothing. Raises NotFound."""
    notice = addressed_to(by).select_for_update(of=("self",)).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound()
    if notice.read_at is None:
        notice.read_at, notice.read_by = now or timezone.now(), by
        notice.full_clean()
        notice.save(update_fields=["read_at", "read_by"])
        record("notice.read", notice, by=by, now=now)
    return notice


@transaction.atomic
def read_all_notices(*, by: User, now: datetime | None = None) -> int:
    """Mark all that `by` has not read yet; gives how many those were."""
    unread = addressed_to(by).filter(read_at=None).select_for_update(of=("self",)).order_by("pk")
    pks = list(unread.values_list("pk", flat=True))
    if pks:
        Notice.objects.filter(pk__in=pks).update(read_at=now or timezone.now(), read_by=by)
        record("notice.read_all", by, by=by, now=now, changes={"notices": len(pks)})
    return len(pks)
