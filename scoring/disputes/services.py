"""Writes of the provider about a dispute: open it, add evidence, withdraw it; and reading evidence, which is logged."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict, DomainError, NotFound
from common.locks import lock
from providers.documents.files import KeptFile, keep_file, path_of, read_name, remove
from providers.registry.models import Provider
from scoring.disputes import policies
from scoring.disputes.clocks import DECIDE_WITHIN
from scoring.disputes.models import Dispute, DisputeFile
from scoring.disputes.permissions import check_act, check_open
from scoring.disputes.states import DISPUTE
from scoring.facts.adjusting import check_wholes, held_in
from scoring.facts.rows import Slice

FOLDER = "disputes"


@dataclass(frozen=True)
class Upload:
    """A file on its way in."""

    name: str
    chunks: Iterable[bytes]


def open_dispute(
    *,
    provider_id: int,
    column: str,
    day_from: date,
    day_to: date,
    should_be: int,
    statement: str,
    by: User,
    merchant: str = "",
    trader: str = "",
    files: Sequence[Upload] = (),
    now: datetime | None = None,
) -> Dispute:
    """Say that the sum of `column` over some facts is wrong and what it should be; the clock begins.

    Files are written before the transaction, as documents are. Raises InvalidInput by field, TooLarge, Conflict when
    the same facts are disputed already or nothing differs, NotPermitted, NotFound.
    """
    now = now or timezone.now()
    provider = Provider.objects.filter(pk=provider_id).first()
    if provider is None:
        raise NotFound()
    check_open(by, provider)
    chosen = Slice(provider.code, day_from, day_to, merchant.strip(), trader.strip())
    policies.check_claim(chosen, column, should_be, statement, business_day(now))
    policies.check_files(len(files))
    with kept(files) as written:
        return _begin(provider_id, chosen, column, should_be, statement.strip(), written, by, now)


@transaction.atomic
def _begin(
    provider_id: int,
    chosen: Slice,
    column: str,
    should_be: int,
    statement: str,
    written: Sequence[tuple[str, KeptFile]],
    by: User,
    now: datetime,
) -> Dispute:
    """Race: the same slice disputed twice at once. The second waits for the provider's row and is refused."""
    provider = lock(Provider.objects.all(), provider_id)
    policies.check_room(provider, chosen, column)
    held = sum(key.values[0] for key in held_in(chosen, column))
    policies.check_differs(held, should_be)
    check_wholes(chosen, column, should_be)
    dispute = Dispute(
        provider=provider,
        column=column,
        day_from=chosen.since,
        day_to=chosen.until,
        merchant=chosen.merchant,
        trader=chosen.trader,
        held=held,
        should_be=should_be,
        statement=statement,
        opened_at=now,
        opened_by=by,
        due_at=now + DECIDE_WITHIN,
    )
    dispute.full_clean()
    dispute.save(force_insert=True)
    changes = {"column": column, "held": held, "should_be": should_be, "days": [chosen.since, chosen.until]}
    record("dispute.open", dispute, by=by, note=statement, now=now, changes=changes)
    for name, file in written:
        _keep(dispute, name, file, by, now)
    return dispute


def add_evidence(*, dispute_id: int, upload: Upload, by: User, now: datetime | None = None) -> DisputeFile:
    """One more file while the dispute is open. Raises InvalidInput (field `file`), TooLarge, Conflict, NotPermitted,
    NotFound."""
    now = now or timezone.now()
    dispute = Dispute.objects.select_related("provider").filter(pk=dispute_id).first()
    if dispute is None:
        raise NotFound()
    check_open(by, dispute.provider)
    with kept([upload]) as written:
        return _add(dispute_id, *written[0], by=by, now=now)


@transaction.atomic
def _add(dispute_id: int, name: str, file: KeptFile, *, by: User, now: datetime) -> DisputeFile:
    dispute = lock(Dispute.objects.select_related("provider"), dispute_id)
    if not dispute.is_open:
        raise Conflict(_("This dispute is closed."), remedy=_("Open another one if the facts are wrong."))
    policies.check_files(dispute.files.count() + 1)
    return _keep(dispute, name, file, by, now)


def _keep(dispute: Dispute, name: str, file: KeptFile, by: User, now: datetime) -> DisputeFile:
    """Call it with the dispute locked or just made, so that the same file does not come twice at once."""
    policies.check_new_file(dispute, file.digest)
    row = DisputeFile(
        dispute=dispute,
        file_name=read_name(name),
        path=file.path,
        kind=file.kind,
        size=file.size,
        digest=file.digest,
        added_at=now,
        added_by=by,
    )
    row.full_clean()
    row.save(force_insert=True)
    record("dispute.add_evidence", dispute, by=by, now=now, changes={"digest": file.digest, "size": file.size})
    return row


@contextmanager
def kept(files: Sequence[Upload]) -> Iterator[list[tuple[str, KeptFile]]]:
    """The files written; gone again when what follows is refused."""
    written: list[tuple[str, KeptFile]] = []
    try:
        # One by one, so that those before a refused one are known and removed.
        written.extend((file.name, keep_file(file.chunks, folder=FOLDER)) for file in files)
        yield written
    except (DomainError, ValidationError):
        for _name, file in written:
            remove(file.path)
        raise


@transaction.atomic
def withdraw_dispute(
    *, dispute_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Dispute:
    """The provider takes its dispute back. Raises IllegalTransition, Stale, NotPermitted, NotFound."""
    now = now or timezone.now()
    dispute = lock(Dispute.objects.select_related("provider"), dispute_id)
    dispute.check_version(version)
    row = DISPUTE.check(dispute, "withdraw", note=note)
    check_act(by, dispute, row, concerned=set())
    dispute.status, dispute.withdrawn_at, dispute.withdrawn_by = row.to, now, by
    dispute.save_checked()
    record(row.audit, dispute, by=by, note=note.strip(), now=now)
    return dispute


@transaction.atomic
def open_evidence(*, file_id: int, by: User, now: datetime | None = None) -> DisputeFile:
    """A file for a download; that `by` read it is kept in the log. Raises NotPermitted, NotFound."""
    file = DisputeFile.objects.select_related("dispute__provider").filter(pk=file_id).first()
    if file is None or not path_of(file.path).is_file():
        raise NotFound()
    check_permission(by, "dispute.view", organisation_id=file.dispute.provider.organisation_id)
    record("dispute.read_evidence", file.dispute, by=by, now=now, changes={"file": file.pk})
    return file
