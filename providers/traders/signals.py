"""What criteria may ask about a provider's people."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
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
    working = Trader.objects.filter(status=TraderStatus.ACTIVE)
    holding = holding_certificates(today)
    under = Certificate.objects.filter(trader=OuterRef("pk"))
    once_certified = working.filter(Exists(under.filter(expires_on__lte=today, status__in=("valid", "expired"))))
    rows: dict[str, QuerySet[Any]] = {
        "traders_active": working,
        "traders_verified": working.filter(verification=VerificationStatus.VERIFIED),
        "traders_certified": Trader.objects.filter(pk__in=holding.values("trader")),
        "traders_senior": Trader.objects.filter(pk__in=holding.filter(level__in=HIGHER).values("trader")),
        "certificates_expired": once_certified.exclude(pk__in=holding.values("trader")),
        "claims_supported": CapabilityClaim.objects.filter(status=ClaimStatus.SUPPORTED),
        "claims_thin": CapabilityClaim.objects.filter(status=ClaimStatus.THIN),
    }
    counts = {signal.name: _count(rows[signal.name], provider_ids) for signal in SIGNALS}
    return {name: spread(provider_ids, found, missing=0.0) for name, found in counts.items()}


def _count(rows: QuerySet[Any], provider_ids: Ids) -> dict[int, float]:
    own = rows.filter(provider__in=provider_ids.tolist())
    return dict(own.order_by().values_list("provider").annotate(found=Count("pk")))
