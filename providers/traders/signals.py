"""What is known about a provider's traders, as signals for criteria."""

from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from providers.signals import Floats, Ids, Signal, spread
from providers.traders.enums import TraderLevel, TraderStatus
from providers.traders.models import Trader

SIGNALS: tuple[Signal, ...] = (
    Signal("traders_active", _("Traders who work there"), "count"),
    Signal("traders_certified", _("Certified traders"), "count"),
    Signal("traders_senior", _("Senior and gold-medal traders"), "count"),
)


def collect_signals(provider_ids: Ids, today: date) -> dict[str, Floats]:
    """One array per signal, aligned with `provider_ids`; a provider without traders has 0 of each."""
    senior = (TraderLevel.SENIOR, TraderLevel.GOLD)
    counts = (
        Trader.objects.filter(provider__in=provider_ids.tolist(), status=TraderStatus.ACTIVE)
        .order_by()
        .values_list("provider")
        .annotate(
            active=Count("pk"),
            certified=Count("pk", filter=~Q(level=TraderLevel.TRAINEE)),
            senior=Count("pk", filter=Q(level__in=senior)),
        )
    )
    rows = list(counts)
    return {
        signal.name: spread(provider_ids, {row[0]: float(row[index]) for row in rows}, missing=0.0)
        for index, signal in enumerate(SIGNALS, start=1)
    }
