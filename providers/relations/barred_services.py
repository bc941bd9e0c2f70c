"""Writes of the barred list: parties that were barred outside the portal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, DomainError, InvalidInput, Text
from common.inserts import insert_once
from common.locks import lock
from providers.enums import Region
from providers.registry.codes import read_uscc
from providers.relations.barred_files import NEEDED, BarredRow, in_row, read_until
from providers.relations.digests import Sealed, seal, seal_representative
from providers.relations.enums import IdentifierKind, IdentifierSource
from providers.relations.models import BarredParty
from providers.relations.party_services import add_identifiers, ensure_barred_party


@dataclass(frozen=True)
class RowReport:
    """What would become of one row of a file: taken, or refused with the reason and what to do."""

    number: int
    name: str
    taken: bool
    message: Text = ""
    remedy: Text = ""


@transaction.atomic
def bar_party(*, row: BarredRow, by: User, now: datetime | None = None) -> BarredParty:
    """Enter a party into the barred list. Raises InvalidInput by field, Conflict when its code is on the list,
    NotPermitted."""
    now = now or timezone.now()
    check_permission(by, "barred.edit")
    return _enter(row, by=by, now=now)


@transaction.atomic
def import_barred(*, rows: Sequence[BarredRow], by: User, now: datetime | None = None) -> list[BarredParty]:
    """Enter many parties: all or none. Raises InvalidInput that names the row, NotPermitted."""
    now = now or timezone.now()
    check_permission(by, "barred.edit")
    entered = []
    for number, row in enumerate(rows, start=1):
        try:
            entered.append(_enter(row, by=by, now=now))
        except (DomainError, ValidationError) as error:
            message, remedy = _words(error)
            raise in_row(number, str(message), str(remedy)) from error
    return entered


@transaction.atomic
def try_import(*, rows: Sequence[BarredRow], by: User, now: datetime | None = None) -> list[RowReport]:
    """What `import_barred` would say to each row; nothing is kept. A row counts against those above it. Raises
    NotPermitted."""
    now = now or timezone.now()
    check_permission(by, "barred.edit")
    report = []
    for number, row in enumerate(rows, start=1):
        try:
            with transaction.atomic():
                _enter(row, by=by, now=now)
        except (DomainError, ValidationError) as error:
            report.append(RowReport(number, row.name, False, *_words(error)))
        else:
            report.append(RowReport(number, row.name, True))
    transaction.set_rollback(True)
    return report


@transaction.atomic
def withdraw_barred(
    *, barred_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> BarredParty:
    """Take a party off the list; links to it block nobody from then on. Raises InvalidInput (field `note`), Conflict,
    Stale, NotPermitted."""
    now = now or timezone.now()
    barred = lock(BarredParty.objects.all(), barred_id)
    check_permission(by, "barred.edit")
    barred.check_version(version)
    if barred.withdrawn_at is not None:
        raise Conflict(_("This party was taken off the list already."), remedy=_("Reload the page."))
    if not note.strip():
        raise InvalidInput(
            _("This decision needs a reason."),
            field="note",
            remedy=_("Say why the party is barred no longer."),
            code="note_required",
        )
    barred.withdrawn_at, barred.withdrawn_by, barred.withdrawal_note = now, by, note.strip()
    barred.save_checked()
    record("barred.withdraw", barred, by=by, note=note.strip(), now=now)
    return barred


def _words(error: DomainError | ValidationError) -> tuple[Text, Text]:
    """What is wrong with a row, and what to do."""
    if isinstance(error, DomainError):
        return error.message, error.remedy
    return " ".join(error.messages), _("Correct this row.")


def _enter(row: BarredRow, *, by: User, now: datetime) -> BarredParty:
    until = read_until(row.until)
    sealed = _seal(row)
    if row.region and row.region not in Region.values:
        raise InvalidInput(_("There is no such region."), field="region", remedy=_("Use the pinyin of a province."))
    for field in NEEDED:
        if not getattr(row, field).strip():
            raise InvalidInput(_("Name and reason are needed."), field=field, remedy=_("Fill in both."))
    barred = BarredParty(
        name=" ".join(row.name.split()),
        uscc=read_uscc(row.uscc) if row.uscc.strip() else "",
        region=row.region,
        reason=row.reason.strip(),
        until=until,
        created_at=now,
        created_by=by,
    )
    on_list = Conflict(
        _("A party with this unified social credit code is on the list already."),
        field="uscc",
        remedy=_("Look at that entry."),
    )
    insert_once(barred, or_else=on_list)
    party = ensure_barred_party(barred)
    add_identifiers(party, sealed, source=IdentifierSource.BARRED_LIST, by=by, now=now)
    known = [f"{item.kind} {item.masked}" for item in sealed]
    record("barred.enter", barred, by=by, note=barred.reason, now=now, changes={"known": known})
    return barred


def _seal(row: BarredRow) -> list[Sealed]:
    sealed = [seal(IdentifierKind.COMPANY, row.uscc)] if row.uscc.strip() else []
    if row.representative.strip():
        sealed += seal_representative(row.representative, row.representative_id)
    elif row.representative_id.strip():
        raise InvalidInput(
            _("The name of the legal representative is missing."),
            field="representative",
            remedy=_("Give the name together with the last six characters of the identity number."),
        )
    if row.phone.strip():
        sealed.append(seal(IdentifierKind.PHONE, row.phone))
    return sealed
