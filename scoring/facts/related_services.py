"""Writes about related merchants: found by the room that knows the shops, recorded or ended by people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput
from common.inserts import insert_once
from common.locks import lock
from providers.registry.models import Provider
from providers.registry.permissions import check_unbiased
from providers.relations.enums import Reason
from scoring.facts.locks import lock_related
from scoring.facts.related_models import RelatedMerchant


@dataclass(frozen=True)
class FoundPair:
    """A provider and a merchant code that the registries tie together, with why and how strongly."""

    provider_id: int
    merchant: str
    reasons: tuple[str, ...]
    strength: float
    grounds: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """What a search changed."""

    added: int
    changed: int
    ended: int


@transaction.atomic
def keep_related(*, found: Sequence[FoundPair], now: datetime | None = None) -> Kept:
    """Bring the list in line with all that is found now: new pairs begin, those found no more end.

    What people recorded stays; what people ended comes back only on a ground that it did not have. Safe to repeat.
    """
    now = now or timezone.now()
    lock_related()
    rows = RelatedMerchant.objects.select_related("provider").order_by("pk")
    present = {
        (row.provider_id, row.merchant): row for row in rows.filter(ended_at=None).select_for_update(of=("self",))
    }
    refused: dict[tuple[int, str], set[str]] = {}
    for row in rows.filter(ended_by__isnull=False):
        refused.setdefault((row.provider_id, row.merchant), set()).update(row.grounds)
    added = changed = ended = 0
    wanted = {(one.provider_id, one.merchant): one for one in found}
    for key, one in sorted(wanted.items()):
        if key in present:
            changed += _follow(present[key], one, now)
        elif not set(one.grounds) <= refused.get(key, set()) or key not in refused:
            _begin(one, now)
            added += 1
    for key, row in present.items():
        if key not in wanted and row.recorded_by_id is None:
            row.ended_at = now
            row.save_checked()
            record("related.vanish", row, by=None, now=now)
            ended += 1
    return Kept(added, changed, ended)


def _begin(one: FoundPair, now: datetime) -> None:
    row = RelatedMerchant(
        provider=Provider.objects.get(pk=one.provider_id),
        merchant=one.merchant,
        reasons=sorted(one.reasons),
        strength=one.strength,
        grounds=sorted(one.grounds),
        recorded_at=now,
    )
    row.full_clean()
    row.save(force_insert=True)
    record("related.find", row, by=None, now=now, changes={"reasons": row.reasons, "strength": row.strength})
    _tell(row, now)


def _follow(row: RelatedMerchant, one: FoundPair, now: datetime) -> int:
    """A pair that the portal found takes the present reasons; one that a person recorded stays as recorded."""
    after = (sorted(one.reasons), one.strength, sorted(one.grounds))
    if row.recorded_by_id is not None or (row.reasons, row.strength, row.grounds) == after:
        return 0
    changes = {"reasons": [row.reasons, after[0]], "strength": [row.strength, one.strength]}
    row.reasons, row.strength, row.grounds = after
    row.save_checked()
    record("related.update", row, by=None, now=now, changes=changes)
    return 1


@transaction.atomic
def record_related(
    *, provider_id: int, merchant: str, note: str, by: User, now: datetime | None = None
) -> RelatedMerchant:
    """A person knows that a merchant belongs to a provider. Raises InvalidInput, Conflict when it is recorded already,
    NotPermitted, NotFound."""
    now = now or timezone.now()
    check_permission(by, "related.edit")
    provider = lock(Provider.objects.all(), provider_id)
    check_unbiased(by, provider)
    if not note.strip():
        raise InvalidInput(_("The note is missing."), field="note", remedy=_("Say what ties the two together."))
    row = RelatedMerchant(
        provider=provider,
        merchant=merchant.strip(),
        reasons=[Reason.KNOWN_TO_STAFF.value],
        note=note.strip(),
        recorded_at=now,
        recorded_by=by,
    )
    taken = Conflict(
        _("This pair is on the list already."), field="merchant", remedy=_("Open its entry."), code="related_already"
    )
    insert_once(row, or_else=taken)
    record("related.record", row, by=by, note=row.note, now=now)
    _tell(row, now)
    return row


@transaction.atomic
def end_related(
    *, related_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> RelatedMerchant:
    """The two do not belong together, or no longer: their facts count again from the next run on.

    Raises InvalidInput (field `note`), Conflict when it has ended, Stale, NotPermitted, NotFound.
    """
    now = now or timezone.now()
    row = lock(RelatedMerchant.objects.select_related("provider"), related_id)
    row.check_version(version)
    check_permission(by, "related.edit")
    check_unbiased(by, row.provider)
    if not row.is_open:
        raise Conflict(_("This entry has ended already."), remedy=_("Nothing needs to be done."))
    if not note.strip():
        raise InvalidInput(_("The reason is missing."), field="note", remedy=_("Say why their orders count."))
    row.ended_at, row.ended_by, row.end_note = now, by, note.strip()
    row.save_checked()
    record("related.end", row, by=by, note=row.end_note, now=now)
    return row


def _tell(row: RelatedMerchant, now: datetime) -> None:
    if row.provider.organisation_id is not None:
        send_notice(
            "related.found",
            organisation_id=row.provider.organisation_id,
            now=now,
            merchant=row.merchant,
        )
