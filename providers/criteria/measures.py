"""The measures: numbers about providers from facts. `scoring.measures` computes, this room names and keeps them."""

from collections.abc import Iterable
from datetime import date

import numpy as np
from django.db import connection
from django.utils.translation import gettext_lazy as _

from engine.forecast import Trend
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

REGRESSION = ("regr_count", "regr_avgx", "regr_avgy", "regr_sxx", "regr_sxy", "regr_syy")
TRENDS = """
    WITH nights AS (
        SELECT DISTINCT ON (measured_on) id, (measured_on - %s::date)::float8 AS back
        FROM providers_measurerun
        WHERE measured_on > %s::date - %s AND measured_on <= %s
        ORDER BY measured_on, id DESC
    )
    SELECT provider_id, {parts}
    FROM providers_providermeasures JOIN nights ON nights.id = run_id
    WHERE provider_id = ANY(%s)
    GROUP BY provider_id
"""

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


def measure_trends(names: Iterable[str], provider_ids: Ids, *, until: date, days: int) -> dict[str, Trend]:
    """How each measure moved over the last `days` days, aligned with `provider_ids`; the newest run of a day counts.

    One statement whatever their number: PostgreSQL reduces the days of a provider to the sums that a line needs.
    """
    wanted = sorted(set(names))
    if not wanted or not len(provider_ids):
        return {}
    unknown = set(wanted) - set(MEASURE_NAMES)
    if unknown:
        raise ValueError(f"not the measures of this portal: {sorted(unknown)}")
    parts = ", ".join(f'{function}("{name}", back)' for name in wanted for function in REGRESSION)  # names are ours
    with connection.cursor() as cursor:
        cursor.execute(TRENDS.format(parts=parts), [until, until, days, until, provider_ids.tolist()])
        rows = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 1 + len(REGRESSION) * len(wanted))
    found = np.full((len(provider_ids), rows.shape[1] - 1), np.nan)
    found[:, :: len(REGRESSION)] = 0.0
    order = np.argsort(provider_ids)
    found[order[np.searchsorted(provider_ids, rows[:, 0], sorter=order)]] = rows[:, 1:]
    columns = [found[:, at : at + len(REGRESSION)] for at in range(0, found.shape[1], len(REGRESSION))]
    return {name: Trend(*column.T) for name, column in zip(wanted, columns, strict=True)}


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
