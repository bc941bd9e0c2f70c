"""What criteria may ask about a provider's people."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers.signals import Floats, Ids, Signal, spread
from providers.traders.enums import ClaimStatus, TraderLevel, TraderStatus, VerificationStatus
from providers.traders.models import CapabilityClaim, Certificate, Trader
from providers.traders.selectors import holding_certificates

SIGNALS: tuple[Signal, ...] = (
    Signal("traders_active", _("Traders who work there"), "count"),
    Signal("traders_verified", _("Verified traders"), "count"),
    Signal("traders_certified", _("Traders with a certificate that holds"), "count"),
    Signal("traders_senior", _("Of these senior or gold medal"), "count"),
    Signal("certificates_expired", _("Traders whose certificate ended and was not renewed"), "count"),
    Signal("claims_supported", _("Capabilities held by two certified traders or more"), "count"),
    Signal("claims_thin", _("Capabilities that rest on one certified trader"), "count"),
)
HIGHER = (TraderLevel.SENIOR, TraderLevel.GOLD)


def collect_signals(provider_ids: Ids, today: date) -> dict[str, Floats]:
    """One number per provider and signal; nobody is 0, for the portal knows every trader. Claims are those judged last,
    which every change of a trader and every night does."""
    working = Q(status=TraderStatus.ACTIVE)
    holding = holding_certificates(today)
    over = Certificate.objects.filter(expires_on__lte=today, status__in=("valid", "expired"))
    holds, higher = _who(holding), _who(holding.filter(level__in=HIGHER))
    traders = _count(
        Trader.objects.filter(provider__in=provider_ids.tolist()),
        traders_active=working,
        traders_verified=working & Q(verification=VerificationStatus.VERIFIED),
        traders_certified=holds,
        traders_senior=higher,
        certificates_expired=working & _who(over) & ~holds,
    )
    claims = _count(
        CapabilityClaim.objects.filter(provider__in=provider_ids.tolist()),
        claims_supported=Q(status=ClaimStatus.SUPPORTED),
        claims_thin=Q(status=ClaimStatus.THIN),
    )
    return {name: spread(provider_ids, found, missing=0.0) for name, found in (traders | claims).items()}


def _who(certificates: QuerySet[Certificate]) -> Q:
    return Q(pk__in=certificates.order_by().values("trader"))


def _count(rows: QuerySet[Any], **conditions: Q) -> dict[str, dict[int, float]]:
    """By name, how many rows of each provider meet a condition; one statement for all of them."""
    counted = rows.order_by().values("provider")
    found = list(counted.annotate(**{name: Count("pk", filter=condition) for name, condition in conditions.items()}))
    return {name: {row["provider"]: float(row[name]) for row in found} for name in conditions}
