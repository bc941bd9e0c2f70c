"""Writes about what a company is known by: declared by itself, recorded by the portal, fed in by the platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, DomainError, InvalidInput, NotFound
from common.jobs.models import Job
from common.jobs.services import enqueue
from common.locks import lock
from providers.registry.models import Provider
from providers.registry.rejudge_services import ask_rejudge
from providers.relations.digests import Sealed, seal, seal_representative
from providers.relations.enums import IdentifierKind, IdentifierSource
from providers.relations.models import PartyIdentifier
from providers.relations.party_services import add_identifiers, end_identifiers, ensure_party

MOST_PHONES = 5
MOST_ROWS = 20_000


@dataclass(frozen=True)
class FeedRow:
    """One row of a feed: which provider, what kind, which value."""

    provider: str
    kind: str
    value: str


@transaction.atomic
def declare_identifiers(
    *,
    provider_id: int,
    by: User,
    representative: str = "",
    representative_id: str = "",
    phones: Sequence[str] = (),
    bank_account: str = "",
    address: str = "",
    now: datetime | None = None,
) -> list[PartyIdentifier]:
    """What a company says about itself. What is given takes the place of what was declared of the same kind before;
    what is left out stays. `representative_id` is the last six characters of the identity number.

    Raises InvalidInput by field, NotPermitted.
    """
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    check_permission(by, "identifier.edit", organisation_id=provider.organisation_id)
    phones = [phone for phone in phones if phone.strip()]
    if len(phones) > MOST_PHONES:
        raise InvalidInput(
            _("There are more than %(most)s phones.") % {"most": MOST_PHONES},
            field="phones",
            remedy=_("Keep the ones that the company uses most."),
        )
    if representative_id.strip() and not representative.strip():
        raise InvalidInput(
            _("The name of the legal representative is missing."),
            field="representative",
            remedy=_("Give the name together with the last six characters of the identity number."),
        )
    sealed = seal_representative(representative, representative_id) if representative.strip() else []
    sealed += _seal_all(IdentifierKind.PHONE, phones, field="phones")
    sealed += _seal_all(IdentifierKind.BANK_ACCOUNT, [bank_account], field="bank_account")
    sealed += _seal_all(IdentifierKind.ADDRESS, [address], field="address")
    ask_rejudge(provider, now=now)
    return _replace(provider, sealed, source=IdentifierSource.DECLARED, by=by, now=now)


@transaction.atomic
def end_identifier(*, identifier_id: int, by: User, now: datetime | None = None) -> PartyIdentifier:
    """Say that something declared is no longer in use. Raises NotFound, Conflict for what the portal recorded or what
    has ended, NotPermitted."""
    now = now or timezone.now()
    row = lock(PartyIdentifier.objects.select_related("party__provider"), identifier_id)
    provider = row.party.provider
    if provider is None:
        raise NotFound()
    check_permission(by, "identifier.edit", organisation_id=provider.organisation_id)
    if row.ended_at is not None or row.source != IdentifierSource.DECLARED:
        raise Conflict(
            _("Only what the company declared itself, and still uses, can be ended here."),
            remedy=_("Reload the page to see what is current."),
        )
    end_identifiers([row], by=by, now=now)
    record("identifier.end", provider, by=by, now=now, changes={row.kind: row.masked})
    row.ended_at, row.ended_by = now, by
    return row


@transaction.atomic
def record_application_phone(
    *, provider_id: int, phone: str, by: User, now: datetime | None = None
) -> list[PartyIdentifier]:
    """The contact's phone of a submitted application; it takes the place of the last application's. A text that is no
    phone number is passed over: the application's own checks speak about it."""
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    try:
        sealed = [seal(IdentifierKind.PHONE, phone)]
    except InvalidInput:
        return []
    return _replace(provider, sealed, source=IdentifierSource.APPLICATION, by=by, now=now)


@transaction.atomic
def import_identifiers(*, rows: Sequence[FeedRow], by: User, now: datetime | None = None) -> int:
    """A feed from the platform, devices above all: all rows or none; gives how many were new.

    Raises InvalidInput that names the row, NotPermitted.
    """
    now = now or timezone.now()
    check_permission(by, "identifier.import")
    if len(rows) > MOST_ROWS:
        raise InvalidInput(
            _("A feed has at most %(most)s rows.") % {"most": MOST_ROWS}, field="rows", remedy=_("Split the feed.")
        )
    codes = {row.provider for row in rows}
    providers = Provider.objects.filter(code__in=codes).select_for_update(of=("self",)).order_by("pk")
    by_code = {provider.code: provider for provider in providers}
    sealed: dict[str, list[Sealed]] = {}
    for number, row in enumerate(rows, start=1):
        if row.provider not in by_code:
            raise _in_row(number, InvalidInput(_("There is no such provider."), remedy=_("Give a provider's code.")))
        try:
            sealed.setdefault(row.provider, []).append(seal(row.kind, row.value))
        except InvalidInput as error:
            raise _in_row(number, error) from error
    added = 0
    for code, items in sealed.items():
        party = ensure_party(by_code[code], by=by, now=now)
        new = add_identifiers(party, items, source=IdentifierSource.PLATFORM, by=by, now=now)
        _record_added(by_code[code], new, by=by, now=now)
        added += len(new)
    return added


@transaction.atomic
def request_check(*, provider_id: int, by: User, now: datetime | None = None) -> Job:
    """Look for links of a provider again, in the background. Raises NotFound, NotPermitted."""
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    check_permission(by, "link.decide")
    record("link.check", provider, by=by, now=now)
    return enqueue("providers.check_relations", by=by, now=now, provider_id=provider.pk)


def _replace(
    provider: Provider, sealed: Sequence[Sealed], *, source: str, by: User, now: datetime
) -> list[PartyIdentifier]:
    """End what `source` said before of the kinds that are given anew, and add these."""
    party = ensure_party(provider, by=by, now=now)
    kinds = {item.kind for item in sealed}
    if IdentifierKind.REPRESENTATIVE_NAME in kinds:
        kinds.add(IdentifierKind.LEGAL_REPRESENTATIVE)
    kept = {item.digest for item in sealed}
    current = PartyIdentifier.objects.filter(party=party, source=source, kind__in=kinds, ended_at=None)
    gone = [row for row in current if row.digest not in kept]
    end_identifiers(gone, by=by, now=now)
    rows = add_identifiers(party, sealed, source=source, by=by, now=now)
    if rows or gone:
        changes = {"added": _shown(rows), "ended": _shown(gone)}
        record("identifier.declare", provider, by=by, now=now, changes=changes)
    return rows


def _record_added(provider: Provider, rows: Sequence[PartyIdentifier], *, by: User | None, now: datetime) -> None:
    if rows:
        record("identifier.record", provider, by=by, now=now, changes={"added": _shown(rows)})


def _shown(rows: Sequence[PartyIdentifier]) -> list[str]:
    return [f"{row.kind} {row.masked}" for row in rows]


def _seal_all(kind: str, values: Sequence[str], *, field: str) -> list[Sealed]:
    try:
        return [seal(kind, value) for value in values if value.strip()]
    except InvalidInput as error:
        error.field = field
        raise


def _in_row(number: int, error: DomainError) -> InvalidInput:
    return InvalidInput(
        _("Row %(number)s: %(problem)s") % {"number": number, "problem": error.message},
        field="rows",
        remedy=error.remedy,
    )
