"""What the portal says in public about a provider, and signs.

Only what stands here leaves the portal: no person, no number in full, no reason of a sanction, nothing of a company
that was never admitted.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.languages import in_both
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider
from providers.verification.canonical import canonical
from providers.verification.keys import sign

KIND = "paddock.provider-statement"
VERSION = 1
VALID_FOR = timedelta(hours=24)

# What a provider may call itself; in every other state it may not name the platform at all.
TITLES: dict[str, str | Promise] = {
    ProviderStatus.PROBATION: _("Service provider on probation"),
    ProviderStatus.ADMITTED: _("Admitted service provider"),
}
SANCTIONS = (ProviderStatus.SUSPENDED, ProviderStatus.CLEARED_OUT)


def make_statement(provider: Provider, *, now: datetime | None = None) -> dict[str, Any]:
    """The statement about a provider that was ever admitted, as it is signed. Days are the platform's business days."""
    now = (now or timezone.now()).astimezone(UTC).replace(microsecond=0)
    today = business_day(now)
    title = TITLES.get(provider.status)
    newcomer = title is not None and provider.newcomer_until is not None and provider.newcomer_until >= today
    return {
        "kind": KIND,
        "version": VERSION,
        "issuer": settings.BASE_URL,
        "code": provider.code,
        "name": provider.name,
        "uscc_masked": mask_uscc(provider.uscc or ""),
        "status": provider.status,
        "status_since": business_day(provider.status_at).isoformat(),
        "admitted_on": business_day(provider.admitted_at).isoformat() if provider.admitted_at else None,
        "may_call_itself": in_both(title) if title is not None else None,
        "newcomer_until": provider.newcomer_until.isoformat() if newcomer and provider.newcomer_until else None,
        "sanctions": sanctions_of(provider),
        "page": settings.BASE_URL + reverse("pages:verify_provider", args=[provider.code]),
        "issued_at": _stamp(now),
        "valid_until": _stamp(now + VALID_FOR),
    }


def sign_statement(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement with its detached signature over the canonical form."""
    key_id, value = sign(canonical(statement))
    return {"statement": statement, "signature": {"algorithm": "Ed25519", "key_id": key_id, "value": value}}


def sanctions_of(provider: Provider) -> list[dict[str, str]]:
    """The sanctions that are in force and public: what, and since which day."""
    if provider.status not in SANCTIONS:
        return []
    return [{"kind": provider.status, "since": business_day(provider.status_at).isoformat()}]


def mask_uscc(number: str) -> str:
    """The first and last four characters; enough to compare with a licence at hand, too few to look one up."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if len(number) > 8 else ""


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
