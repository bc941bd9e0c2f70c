"""Writes about documents: sent by the provider, checked by a reviewer, read, and ended by the clock."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict, DomainError, InvalidInput, NotFound
from common.locks import lock
from providers.documents import policies
from providers.documents.enums import CURRENT, LIVE, DocumentType
from providers.documents.files import KeptFile, keep_file, path_of, read_name, remove
from providers.documents.models import Document, DocumentNotice
from providers.documents.permissions import check_act, check_upload
from providers.documents.rules import all_rules
from providers.documents.selectors import step_of
from providers.documents.states import DOCUMENT
from providers.registry.models import Provider
from providers.registry.rejudge_services import ask_rejudge


def upload_document(
    *,
    provider_id: int,
    document_type: str,
    issued_on: date,
    chunks: Iterable[bytes],
    file_name: str,
    by: User,
    expires_on: date | None = None,
    now: datetime | None = None,
) -> Document:
    """Take a document of a provider in; it supersedes the one of its type that counted so far.

    The file is written before the transaction, so that no lock is held while it arrives; it becomes a document with
    the commit, and a file whose commit never came is swept. Raises InvalidInput (field `document_type`, `issued_on`,
    `expires_on` or `file`), TooLarge, Conflict, NotPermitted, NotFound.
    """
    now = now or timezone.now()
    provider = Provider.objects.filter(pk=provider_id).first()
    if provider is None:
        raise NotFound()
    check_upload(by, provider)
    if document_type not in DocumentType.values:
        raise InvalidInput(
            _("There is no such type of document."), field="document_type", remedy=_("Choose one of the listed types.")
        )
    policies.check_days(all_rules()[document_type], issued_on, expires_on, business_day(now))
    kept = keep_file(chunks)
    try:
        return _add_document(
            kept,
            provider_id=provider_id,
            by=by,
            now=now,
            document_type=document_type,
            issued_on=issued_on,
            expires_on=expires_on,
            file_name=read_name(file_name),
        )
    except (DomainError, ValidationError):
        remove(kept.path)
        raise


@transaction.atomic
def _add_document(kept: KeptFile, *, provider_id: int, by: User, now: datetime, **fields: Any) -> Document:
    """Race: two uploads of one type at once. The second waits for the provider's row and supersedes the first."""
    provider = lock(Provider.objects.all(), provider_id)
    policies.check_takes_documents(provider)
    of_type = Document.objects.filter(provider=provider, document_type=fields["document_type"])
    policies.check_new_bytes(of_type.filter(digest=kept.digest).first())
    for current in of_type.filter(status__in=CURRENT).select_related("provider").select_for_update(of=("self",)):
        _supersede(current, by=by, now=now)
    document = Document(
        provider=provider,
        uploaded_at=now,
        uploaded_by=by,
        path=kept.path,
        kind=kept.kind,
        size=kept.size,
        digest=kept.digest,
        **fields,
    )
    document.full_clean()
    document.save(force_insert=True)
    told = {name: fields[name] for name in ("document_type", "issued_on", "expires_on")}
    record("document.upload", document, by=by, now=now, changes={**told, "digest": kept.digest, "size": kept.size})
    ask_rejudge(provider, now=now)
    return document


def _supersede(document: Document, *, by: User, now: datetime) -> None:
    row = DOCUMENT.check(document, "supersede")
    check_act(by, document, row)
    before = document.status
    document.status, document.superseded_at, document.superseded_by = row.to, now, by
    document.save_checked()
    record(row.audit, document, by=by, now=now, changes={"status": [before, row.to]})


@transaction.atomic
def accept_document(
    *, document_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Document:
    """The document is what it says. Raises IllegalTransition, Conflict past its day, Stale, NotPermitted."""
    now = now or timezone.now()
    document = _lock_document(document_id, version)
    row = DOCUMENT.check(document, "accept", note=note)
    if document.expires_on is not None and document.expires_on <= business_day(now):
        raise Conflict(_("This document has expired."), remedy=_("Ask for a revision, so that a new one is sent."))
    check_act(by, document, row)
    before = document.status
    document.status, document.decided_at, document.decided_by, document.note = row.to, now, by, ""
    document.save_checked()
    record(row.audit, document, by=by, note=note.strip(), now=now, changes={"status": [before, row.to]})
    ask_rejudge(document.provider, now=now)
    return document


@transaction.atomic
def ask_revision(
    *, document_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Document:
    """Ask for this one document anew; the application is not returned for it.

    Raises IllegalTransition, InvalidInput (field `note`), Stale, NotPermitted.
    """
    now = now or timezone.now()
    document = _lock_document(document_id, version)
    row = DOCUMENT.check(document, "ask_revision", note=note)
    check_act(by, document, row)
    before = document.status
    document.status, document.decided_at, document.decided_by, document.note = row.to, now, by, note.strip()
    document.save_checked()
    _tell(document, "document.revision_asked", now=now, note=note.strip())
    record(row.audit, document, by=by, note=note.strip(), now=now, changes={"status": [before, row.to]})
    ask_rejudge(document.provider, now=now)
    return document


@transaction.atomic
def open_document(*, document_id: int, by: User, now: datetime | None = None) -> Document:
    """The document for a download; that `by` read it is kept in the log. Raises NotPermitted, NotFound."""
    document = Document.objects.select_related("provider").filter(pk=document_id).first()
    if document is None or not path_of(document.path).is_file():
        raise NotFound()
    check_permission(by, "document.view", organisation_id=document.provider.organisation_id)
    record("document.read", document, by=by, now=now)
    return document


@transaction.atomic
def expire_document(*, document_id: int, now: datetime | None = None) -> Document:
    """The day has come: the document does not count any more. Raises IllegalTransition, Conflict before its day."""
    now = now or timezone.now()
    document = _lock_document(document_id, None)
    row = DOCUMENT.check(document, "expire")
    if document.expires_on is None or document.expires_on > business_day(now):
        raise Conflict(_("This document is still valid."), remedy=_("Nothing needs to be done."))
    before, document.status = document.status, row.to
    document.save_checked()
    DocumentNotice.objects.create(document=document, step=0, created_at=now)
    _tell(document, "document.expired", now=now, expires_on=document.expires_on.isoformat())
    record(row.audit, document, by=None, now=now, changes={"status": [before, row.to]})
    ask_rejudge(document.provider, now=now)
    return document


@transaction.atomic
def remind_of_document(*, document_id: int, now: datetime | None = None) -> DocumentNotice | None:
    """Tell the provider that a document expires soon; once for each step, None when that was done already.

    Raises Conflict when nothing is due.
    """
    now = now or timezone.now()
    document = _lock_document(document_id, None)
    step = step_of(document, business_day(now))
    if not step or document.expires_on is None or document.status not in LIVE:
        raise Conflict(_("No notice is due for this document."), remedy=_("Nothing needs to be done."))
    if DocumentNotice.objects.filter(document=document, step=step).exists():
        return None
    notice = DocumentNotice.objects.create(document=document, step=step, created_at=now)
    _tell(document, "document.expiring", now=now, expires_on=document.expires_on.isoformat())
    record("document.remind", document, by=None, now=now, changes={"step": step, "expires_on": document.expires_on})
    return notice


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Document]] = {"accept": accept_document, "ask_revision": ask_revision}


def _lock_document(document_id: int, version: int | None) -> Document:
    document = lock(Document.objects.select_related("provider"), document_id)
    document.check_version(version)
    return document


def _tell(document: Document, kind: str, *, now: datetime, **parameters: Any) -> None:
    send_notice(
        f"{kind}.{document.document_type}",
        organisation_id=document.provider.organisation_id,
        now=now,
        **parameters,
    )
