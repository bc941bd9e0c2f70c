"""Writes about a provider's capability claims: judged anew whenever one of its people changes."""

from datetime import datetime

from accounts.notices.services import send_notice
from common.audit.services import check_in_transaction, record
from common.days import business_day
from common.locks import lock
from providers.registry.models import Provider
from providers.registry.rejudge_services import ask_rejudge
from providers.traders.claims import Claim, claims_of, has_fallen
from providers.traders.models import CapabilityClaim


def mark_changed(provider_id: int, *, now: datetime) -> None:
    """Judge what depends on the provider's people, inside the mutation that changed one of them.

    Keeps the claims as they stand now, the old ones in the history, and tells the provider of each that fell. The
    provider's lock puts two changes at once in an order, so that the later one counts both.
    """
    check_in_transaction()
    provider = lock(Provider.objects.all(), provider_id)
    ask_rejudge(provider, now=now)
    today = business_day(now)
    stored = {claim.capability: claim for claim in CapabilityClaim.objects.filter(provider=provider)}
    for claim in claims_of(provider_id, today=today):
        row = stored.get(claim.capability)
        before = row.status if row else None
        if row is None:
            row = CapabilityClaim(provider=provider, capability=claim.capability, since=today, as_of=today)
        elif row.as_of >= today and _counts(row) == _counts(claim):
            continue
        row.as_of = max(row.as_of, today)
        row.certified, row.senior, row.gold, row.traders = claim.certified, claim.senior, claim.gold, claim.traders
        if before != claim.status:
            row.status, row.since = claim.status, row.as_of
        row.full_clean()
        row.save()
        if before is None or before == claim.status:
            continue
        record("claim.rejudge", row, by=None, now=now, changes={"status": [before, claim.status]})
        if has_fallen(before, claim.status):
            kind = f"claim_{claim.status}_{claim.capability}"
            send_notice(kind, organisation_id=provider.organisation_id, now=now)


def _counts(claim: CapabilityClaim | Claim) -> tuple[int, int, int]:
    """What the status follows from."""
    return claim.certified, claim.senior, claim.gold
