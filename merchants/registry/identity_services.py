"""Writes about what shops are known by: a feed from the platform, and the search for related providers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.permissions import check_permission
from accounts.roles import Role
from common.audit.services import record
from common.exceptions import InvalidInput
from common.jobs.models import Job
from common.jobs.services import enqueue
from merchants.registry.identity_models import MerchantIdentifier
from merchants.registry.models import Merchant
from providers.relations.digests import Sealed, seal
from providers.relations.relatives import Outsider, find_relatives
from scoring.facts.related_services import FoundPair, Kept, keep_related

RELATE = "merchants.relate"
MOST_ROWS = 20_000


@dataclass(frozen=True)
class ShopRow:
    """One row of a feed: which shop, what kind, which value."""

    merchant: str
    kind: str
    value: str


@transaction.atomic
def import_shop_identifiers(*, rows: Sequence[ShopRow], by: User, now: datetime | None = None) -> int:
    """A feed from the platform about shops: all rows or none; gives how many were new. Then the list of related
    merchants is brought in line, in the background.

    Raises InvalidInput that names the row, NotPermitted.
    """
    now = now or timezone.now()
    check_permission(by, "identifier.import")
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InvalidInput(
            _("A feed has 1 to %(most)s rows.") % {"most": MOST_ROWS}, field="rows", remedy=_("Split the feed.")
        )
    shops = Merchant.objects.filter(code__in={row.merchant for row in rows}).select_for_update(of=("self",))
    by_code = {shop.code: shop for shop in shops.order_by("pk")}
    sealed: dict[str, dict[str, Sealed]] = {}
    for number, row in enumerate(rows, start=1):
        if row.merchant not in by_code:
            error = InvalidInput(_("There is no such shop."), remedy=_("Give a shop code."))
            raise _in_row(number, error)
        try:
            item = seal(row.kind, row.value)
        except InvalidInput as error:
            raise _in_row(number, error) from error
        sealed.setdefault(row.merchant, {})[item.digest] = item
    added = sum(_add(by_code[code], items, by, now) for code, items in sealed.items())
    ask_relating(by=by, now=now)
    return added


def _add(merchant: Merchant, items: dict[str, Sealed], by: User, now: datetime) -> int:
    known = MerchantIdentifier.objects.filter(merchant=merchant, digest__in=items, ended_at=None)
    held = set(known.values_list("digest", flat=True))
    rows = [
        MerchantIdentifier(
            merchant=merchant,
            kind=item.kind,
            digest=item.digest,
            masked=item.masked,
            recorded_at=now,
            recorded_by=by,
        )
        for item in items.values()
        if item.digest not in held
    ]
    MerchantIdentifier.objects.bulk_create(rows)
    if rows:
        shown = [f"{row.kind} {row.masked}" for row in rows]
        record("shop_identifier.record", merchant, by=by, now=now, changes={"added": shown})
    return len(rows)


def _in_row(number: int, error: InvalidInput) -> InvalidInput:
    return InvalidInput(
        _("Row %(number)s: %(message)s") % {"number": number, "message": error.message},
        field="rows",
        remedy=error.remedy,
        code=error.reason,
    )


def ask_relating(*, by: User | None, now: datetime | None = None) -> Job:
    """Look for related merchants in the background."""
    return enqueue(RELATE, by=by, now=now)


def relate_merchants(*, now: datetime | None = None) -> Kept:
    """Bring the list of related merchants in line with both registries: shops that share something with a provider, or
    have its owner, by the rules of the network of companies. Safe to repeat."""
    pairs = [
        FoundPair(one.provider_id, one.name, one.reasons, one.strength, one.grounds)
        for one in find_relatives(read_shops())
    ]
    return keep_related(found=pairs, now=now)


def read_shops() -> list[Outsider]:
    """The shops that are known by something, by code. An owner who left still counts, as between companies."""
    identifiers: dict[str, dict[str, bool]] = {}
    rows = MerchantIdentifier.objects.order_by("merchant__code", "pk")
    for code, digest, ended in rows.values_list("merchant__code", "digest", "ended_at"):
        own = identifiers.setdefault(code, {})
        own[digest] = ended is not None and own.get(digest, True)
    owners: dict[str, set[int]] = {}
    held = Membership.objects.filter(role=Role.MERCHANT_OWNER, organisation__merchant__isnull=False)
    for code, user in held.values_list("organisation__merchant__code", "user_id"):
        owners.setdefault(code, set()).add(user)
    return [
        Outsider(code, identifiers.get(code, {}), frozenset(owners.get(code, ())))
        for code in sorted({*identifiers, *owners})
    ]
