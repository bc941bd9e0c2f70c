"""What the registry knows about providers, as signals for criteria."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from common.days import business_day
from providers.registry.models import Provider
from providers.signals import Floats, Ids, Signal, spread

SIGNALS: tuple[Signal, ...] = (
    Signal("days_since_registration", _("Days since the registration"), "days"),
    Signal("days_since_admission", _("Days since the admission"), "days"),
    Signal("on_leave", _("On a declared leave"), "flag"),
)


def collect_signals(provider_ids: Ids, today: date) -> dict[str, Floats]:
    """One array per signal, aligned with `provider_ids`; who was never admitted has no days since the admission."""
    nan = float("nan")
    registered, admitted, leave = {}, {}, {}
    for pk, registered_at, admitted_at, leave_from, leave_until in Provider.objects.filter(
        pk__in=provider_ids.tolist()
    ).values_list("pk", "registered_at", "admitted_at", "leave_from", "leave_until"):
        registered[pk] = float((today - business_day(registered_at)).days)
        admitted[pk] = float((today - business_day(admitted_at)).days) if admitted_at else nan
        leave[pk] = float(bool(leave_from and leave_until and leave_from <= today <= leave_until))
    return {
        "days_since_registration": spread(provider_ids, registered, missing=nan),
        "days_since_admission": spread(provider_ids, admitted, missing=nan),
        "on_leave": spread(provider_ids, leave, missing=nan),
    }
