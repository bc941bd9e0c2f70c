"""Reads about traders, their certificates and their claims."""

from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from providers.registry.models import Provider
from providers.traders.certificates import NOTICE_DAYS
from providers.traders.enums import CertificateStatus, TraderStatus, VerificationStatus
from providers.traders.models import CapabilityClaim, Certificate, Employment, Trader


def visible_to(user: User | AnonymousUser) -> QuerySet[Trader]:
    """The traders that `user` may see: staff all, members those of their own providers, others none."""
    traders = Trader.objects.select_related("provider", "person", "employment")
    if has_permission(user, "trader.view"):
        return traders
    return traders.filter(provider__organisation__in=organisation_ids_with(user, "trader.view"))


def certificates_visible_to(user: User | AnonymousUser) -> QuerySet[Certificate]:
    """The certificates of the traders that `user` may see."""
    return Certificate.objects.filter(trader__in=visible_to(user)).select_related("trader__provider")


def active_of(provider: Provider) -> QuerySet[Trader]:
    """The traders who work at `provider` now."""
    return Trader.objects.filter(provider=provider, status=TraderStatus.ACTIVE)


def with_expiry(traders: QuerySet[Trader]) -> QuerySet[Trader]:
    """Adds `expires_on`, the first day without the valid certificate; None without one."""
    valid = Certificate.objects.filter(trader=OuterRef("pk"), status=CertificateStatus.VALID)
    return traders.annotate(expires_on=Subquery(valid.values("expires_on")[:1]))


def for_lists(traders: QuerySet[Trader]) -> QuerySet[Trader]:
    """Traders with all that a representation shows, in a fixed number of queries."""
    return with_expiry(traders.select_related("provider", "person", "employment")).prefetch_related("certificates")


def current_certificate(trader: Trader) -> Certificate | None:
    """The valid certificate, None for a trainee; of a prefetched trader without a query."""
    certificate = next((row for row in trader.certificates.all() if row.status == CertificateStatus.VALID), None)
    if certificate is not None:
        certificate.trader = trader
    return certificate


def employment_of(trader: Trader) -> Employment | None:
    """The trader's period at the provider, None while the person is not known."""
    return getattr(trader, "employment", None)


def periods_of(trader: Trader) -> QuerySet[Employment]:
    """Every period of the person behind `trader`, at all providers. For staff only."""
    return Employment.objects.filter(person=trader.person_id).select_related("provider", "trader")


def holding_certificates(today: date) -> QuerySet[Certificate]:
    """The certificates that hold on `today`: valid, not over, of a verified trader who works for the provider."""
    return Certificate.objects.filter(
        status=CertificateStatus.VALID,
        expires_on__gt=today,
        trader__status=TraderStatus.ACTIVE,
        trader__verification=VerificationStatus.VERIFIED,
    )


def certificates_to_watch(today: date) -> QuerySet[Certificate]:
    """Valid ones that have expired, or of whose end the provider may have to be told; the nearest end first."""
    soon = Q(expires_on__lte=today + timedelta(days=max(NOTICE_DAYS)), trader__status=TraderStatus.ACTIVE)
    return Certificate.objects.filter(Q(expires_on__lte=today) | soon, status=CertificateStatus.VALID).order_by(
        "expires_on", "pk"
    )


def stored_claims(provider: Provider) -> QuerySet[CapabilityClaim]:
    """The claims as they were judged last."""
    return CapabilityClaim.objects.filter(provider=provider)
