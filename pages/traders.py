"""What the pages of providers and of staff about traders share."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.days import business_day
from pages.columns import DayColumn, NumberColumn, StatusColumn
from providers.enums import Capability
from providers.traders.claims import Claim, claims_of, holders_of
from providers.traders.models import Certificate, Trader
from providers.traders.selectors import current_certificate, employment_of


def name_capabilities(values: list[str]) -> list[str | Promise]:
    """The capabilities in words."""
    return [Capability(value).label for value in values]


class CapabilitiesColumn(tables.Column):
    """Capabilities in words, in one cell."""

    def render(self, value: list[str]) -> str:
        return " · ".join(str(label) for label in name_capabilities(value))


class VerificationColumn(tables.Column):
    """The verification as words with a coloured dot; the words alone in an export."""

    def render(self, record: Trader) -> SafeString:
        words = record.get_verification_display()
        return format_html('<span class="state state-{}">{}</span>', record.verification, words)

    def value(self, record: Trader) -> str:
        return str(record.get_verification_display())


class OwnTraderTable(tables.Table):
    """The traders of one provider, for itself."""

    code = tables.Column(linkify=("pages:provider:trader_detail", {"code": A("code")}))
    name = tables.Column()
    verification = VerificationColumn()
    level = tables.Column()
    expires_on = DayColumn(verbose_name=_("Certificate until"))
    capabilities = CapabilitiesColumn(orderable=False)
    max_live_rooms = NumberColumn()
    status = StatusColumn()

    class Meta:
        model = Trader
        fields = (
            "code",
            "name",
            "verification",
            "level",
            "expires_on",
            "capabilities",
            "max_live_rooms",
            "status",
        )
        attrs = {"caption": _("Traders")}
        order_by = "code"


class AllTraderTable(OwnTraderTable):
    """The traders of every provider, for staff."""

    code = tables.Column(linkify=("pages:staff:trader_detail", {"code": A("code")}))
    provider = tables.Column(
        accessor="provider__name",
        verbose_name=_("Provider"),
        linkify=("pages:staff:provider_detail", {"code": A("provider__code")}),
    )

    class Meta(OwnTraderTable.Meta):
        sequence = ("code", "name", "provider", "...")


def describe_trader(trader: Trader) -> dict[str, Any]:
    """What both detail pages show of a trader."""
    certificate = current_certificate(trader)
    return {
        "trader": trader,
        "capabilities": name_capabilities(trader.capabilities),
        "employment": employment_of(trader),
        "certificate": certificate,
        "covered": name_capabilities(certificate.capabilities) if certificate else [],
    }


def describe_claims(provider_id: int) -> list[tuple[Claim, list[Certificate]]]:
    """The five claims of today, each with the certificates of those who hold it."""
    today: date = business_day(timezone.now())
    holders = holders_of(provider_id, today=today)
    return [(claim, holders[claim.capability]) for claim in claims_of(provider_id, today=today)]
