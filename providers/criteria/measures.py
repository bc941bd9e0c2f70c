"""The measures: numbers about providers from facts. `scoring.measures` computes, this room names and keeps them."""

from datetime import date

import numpy as np
from django.utils.translation import gettext_lazy as _

from providers.criteria.measure_models import MeasureRun, ProviderMeasures
from providers.signals import Floats, Ids, Signal

SIGNALS: tuple[Signal, ...] = (
    Signal("gmv_90d", _("Settled GMV, 90 days"), "minor"),
    Signal("orders_90d", _("Orders, 90 days"), "count"),
    Signal("refund_rate_90d", _("Refund rate, 90 days"), "share"),
    Signal("complaint_rate_90d", _("Complaint rate, 90 days"), "share"),
    Signal("on_time_rate_90d", _("Shipped on time, 90 days"), "share"),
    Signal("sla_rate_90d", _("Service promises kept, 90 days"), "share"),
    Signal("live_hours_90d", _("Live hours, 90 days"), "count"),
    Signal("merchants_90d", _("Merchants served, 90 days"), "count"),
    Signal("days_since_last_work", _("Days since the last work"), "days"),
)
MEASURE_NAMES = tuple(signal.name for signal in SIGNALS)

# Older measures say nothing about today; a night or two may fail.
STALE_DAYS = 7


def latest_run(today: date) -> MeasureRun | None:
    """The newest run that still counts as of `today`."""
    runs = MeasureRun.objects.filter(measured_on__lte=today).order_by("-measured_on", "-pk")
    run = runs.first()
    return run if run is not None and (today - run.measured_on).days <= STALE_DAYS else None


def collect_signals(provider_ids: Ids, today: date) -> dict[str, Floats]:
    """The newest measures, one array per name, aligned with `provider_ids`; NaN where there is none."""
    matrix = np.full((len(provider_ids), len(MEASURE_NAMES)), np.nan)
    run = latest_run(today)
    if run is not None:
        place(matrix, provider_ids, run.pk)
    return {name: matrix[:, index].copy() for index, name in enumerate(MEASURE_NAMES)}


def measure_history(name: str, provider_ids: Ids, *, until: date, days: int) -> tuple[list[date], Floats]:
    """One measure over the last `days` days: the days that were measured, oldest first, and providers x days."""
    newest: dict[date, int] = {}
    runs = MeasureRun.objects.filter(measured_on__lte=until).order_by("-measured_on", "-pk")
    for day, pk in runs.values_list("measured_on", "pk")[: days * 4]:
        if (until - day).days < days:
            newest.setdefault(day, pk)
    ordered = sorted(newest)
    matrix = np.full((len(provider_ids), len(ordered)), np.nan)
    for index, day in enumerate(ordered):
        place(matrix[:, index : index + 1], provider_ids, newest[day], names=(name,))
    return ordered, matrix


def place(matrix: Floats, provider_ids: Ids, run_id: int, *, names: tuple[str, ...] = MEASURE_NAMES) -> None:
    """Fill the rows of `matrix` with one run's measures, in the order of `provider_ids`."""
    rows = ProviderMeasures.objects.filter(run=run_id)
    if len(provider_ids) < 1000:
        rows = rows.filter(provider__in=provider_ids.tolist())
    found = np.array(list(rows.values_list("provider", *names)), dtype=np.float64).reshape(-1, len(names) + 1)
    order = np.argsort(provider_ids)
    at = np.searchsorted(provider_ids, found[:, 0], sorter=order)
    at = order[np.minimum(at, len(order) - 1)] if len(order) else at
    known = provider_ids[at] == found[:, 0] if len(order) else np.zeros(len(found), dtype=bool)
    matrix[at[known]] = found[known, 1:]
