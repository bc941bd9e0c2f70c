"""Writes of adjustments: what an upheld dispute adds, and orders that were ruled fake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import check_in_transaction, record
from common.exceptions import DomainError, InvalidInput
from common.jobs.services import enqueue
from providers.registry.models import Provider
from providers.registry.permissions import check_unbiased
from scoring.facts import storage
from scoring.facts.adjusting import Line, held_in, lines_for, write_lines
from scoring.facts.adjustment_models import Adjustment, AdjustmentLine
from scoring.facts.enums import AdjustmentKind
from scoring.facts.locks import lock_publishing
from scoring.facts.rows import Slice
from scoring.facts.sources import digest_file

RECOMPUTE = "scoring.recompute"
MOST_ENTRIES = 500
# What an entry of fake orders takes away.
FAKE_COLUMNS = ("orders", "gmv_minor", "refunded_orders", "refunded_gmv_minor")


@dataclass(frozen=True)
class FakeOrders:
    """Orders of one merchant on one day that were ruled fake; without a trader they are taken from all traders of that
    day in proportion."""

    provider: str
    merchant: str
    day: date
    orders: int
    gmv_minor: int
    trader: str = ""
    refunded_orders: int = 0
    refunded_gmv_minor: int = 0


@transaction.atomic
def enter_fake_orders(
    *, entries: Sequence[FakeOrders], reason: str, by: User, now: datetime | None = None
) -> Adjustment:
    """Take orders out that were ruled fake, all entries or none; the scores that they touched are computed again.

    Raises InvalidInput that names the entry, NotPermitted.
    """
    now = now or timezone.now()
    check_permission(by, "adjustment.enter")
    if not reason.strip():
        raise InvalidInput(_("The reason is missing."), field="reason", remedy=_("Say how it was found out."))
    if not 1 <= len(entries) <= MOST_ENTRIES:
        raise InvalidInput(
            _("One adjustment has 1 to %(most)s entries.") % {"most": MOST_ENTRIES},
            field="entries",
            remedy=_("Split the list."),
        )
    lock_publishing()
    providers = {one.code: one for one in Provider.objects.filter(code__in={entry.provider for entry in entries})}
    lines: dict[tuple[object, ...], Line] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            found = _lines_of(entry, providers, by)
            for line in found:
                key = (line.provider, line.day, line.merchant, line.trader, line.column)
                if key in lines:
                    raise InvalidInput(_("The same fact stands in two entries."), remedy=_("Add them up."))
                lines[key] = line
        except InvalidInput as error:
            raise _in_entry(number, error) from error
    adjustment = write_adjustment(
        kind=AdjustmentKind.FAKE_ORDERS, lines=list(lines.values()), reason=reason.strip(), by=by, now=now
    )
    for code in sorted(providers):
        own = [line for line in lines.values() if line.provider == code]
        orders = -sum(line.delta for line in own if line.column == "orders")
        _tell_fake_orders(providers[code], adjustment, orders, now)
    return adjustment


def _lines_of(entry: FakeOrders, providers: dict[str, Provider], by: User) -> list[Line]:
    """What one entry takes away; raises InvalidInput."""
    provider = providers.get(entry.provider)
    if provider is None:
        raise InvalidInput(_("There is no such provider."), field="provider", remedy=_("Give a provider's code."))
    check_unbiased(by, provider)
    if not entry.merchant.strip():
        raise InvalidInput(_("The merchant is missing."), field="merchant", remedy=_("Give the shop code."))
    if entry.orders < 1 or min(getattr(entry, name) for name in FAKE_COLUMNS) < 0:
        raise InvalidInput(
            _("At least one order is taken away, and nothing is below zero."),
            field="orders",
            remedy=_("Check the numbers."),
        )
    chosen = Slice(entry.provider, entry.day, entry.day, entry.merchant.strip(), entry.trader.strip())
    lines = []
    for column in FAKE_COLUMNS:
        amount = getattr(entry, column)
        held = sum(key.values[0] for key in held_in(chosen, column))
        if amount > held:
            raise InvalidInput(
                _("The portal holds only %(held)s of this there on %(day)s.") % {"held": held, "day": entry.day},
                field=column,
                remedy=_("Check merchant, day and number."),
                code="more_than_held",
            )
        if amount:
            lines += lines_for(chosen, column, held - amount)
    return lines


def _in_entry(number: int, error: DomainError) -> InvalidInput:
    return InvalidInput(
        _("Entry %(number)s: %(message)s") % {"number": number, "message": error.message},
        field=error.field,
        remedy=error.remedy,
        code=error.reason,
    )


def _tell_fake_orders(provider: Provider, adjustment: Adjustment, orders: int, now: datetime) -> None:
    if provider.organisation_id is not None:
        send_notice(
            "adjustment.fake_orders",
            organisation_id=provider.organisation_id,
            now=now,
            number=adjustment.number,
            orders=orders,
            reason=adjustment.reason,
        )


def write_adjustment(
    *, kind: str, lines: Sequence[Line], reason: str, by: User, now: datetime, reference: str = ""
) -> Adjustment:
    """The adjustment with its lines and its file; call it in the transaction of the decision, which is audited here.

    Race: the file is in place before the commit. The publishing lock keeps the sweep of unknown files away meanwhile; a
    crash leaves a file that nothing names, which the sweep removes.
    """
    check_in_transaction()
    lock_publishing()
    with storage.open_work_folder(storage.dry_run_folder()) as folder:
        written = folder / "adjustment.parquet"
        write_lines(written, lines)
        digest, size = digest_file(written), written.stat().st_size
        path = storage.place_adjustment(written, digest=digest)
    codes = {line.provider for line in lines}
    adjustment = Adjustment(
        kind=kind,
        reference=reference,
        reason=reason,
        day_from=min(line.day for line in lines),
        day_to=max(line.day for line in lines),
        line_count=len(lines),
        provider_count=len(codes),
        path=path,
        file_digest=digest,
        file_bytes=size,
        created_at=now,
        created_by=by,
    )
    adjustment.full_clean()
    adjustment.save(force_insert=True)
    ids = dict(Provider.objects.filter(code__in=codes).values_list("code", "pk"))
    AdjustmentLine.objects.bulk_create(
        AdjustmentLine(
            adjustment=adjustment,
            provider_id=ids[line.provider],
            day=line.day,
            merchant=line.merchant,
            trader=line.trader,
            column=line.column,
            before=line.before,
            delta=line.delta,
        )
        for line in lines
    )
    changes = {"kind": kind, "lines": len(lines), "file_digest": digest, "reference": reference}
    record("adjustment.make", adjustment, by=by, note=reason, now=now, changes=changes)
    enqueue(RECOMPUTE, by=by, now=now, adjustment_id=adjustment.pk)
    return adjustment
