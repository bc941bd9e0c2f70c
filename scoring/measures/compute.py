"""From live facts to the measures of every provider of the portal, by one statement."""

import hashlib
import json
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tables import fetch_table, open_connection
from providers.criteria.measure_models import MeasureRun
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES
from providers.registry.enums import ProviderOrigin, ProviderStatus
from providers.registry.models import Provider
from scoring.facts.selectors import Stored, counting_between, input_digest, open_relation

WINDOW_DAYS = 90
SETTLEMENT_LAG_DAYS = 14
# Work longer ago than this counts as no known work.
WORK_DAYS = 365
MEMORY = "400MB"
THREADS = 2

COUNTS = ("gmv_90d", "orders_90d", "live_hours_90d", "merchants_90d")
STATEMENT = """
    SELECT CAST(provider AS VARCHAR) AS provider,
        sum(gmv_minor - refunded_gmv_minor) FILTER (settled) AS gmv_90d,
        sum(orders) FILTER (settled) AS orders_90d,
        sum(refunded_orders) FILTER (settled) / nullif(sum(orders) FILTER (settled), 0) AS refund_rate_90d,
        sum(complaints) FILTER (settled) / nullif(sum(orders) FILTER (settled), 0) AS complaint_rate_90d,
        sum(on_time_shipments) FILTER (settled) / nullif(sum(shipments) FILTER (settled), 0) AS on_time_rate_90d,
        sum(sla_hits) FILTER (settled) / nullif(sum(sla_total) FILTER (settled), 0) AS sla_rate_90d,
        sum(live_minutes) FILTER (settled) / 60.0 AS live_hours_90d,
        count(DISTINCT merchant) FILTER (settled AND orders > 0) AS merchants_90d,
        date_diff('day', max(day) FILTER (worked), $today) AS days_since_last_work
    FROM (
        SELECT *, day > $first AND day <= $last AS settled, live_minutes + short_videos + orders > 0 AS worked
        FROM facts WHERE day > $oldest AND day <= $today
    )
    GROUP BY ALL
"""


def measure_providers(day: date) -> MeasureRun:
    """Compute and keep the measures as of `day`.

    Rates and sums cover the 90 settled days: those that ended SETTLEMENT_LAG_DAYS before `day`. A provider without
    facts has sums of 0 and unknown rates; without any facts in the portal everything is unknown. Safe to repeat.
    """
    # A cleared-out provider is judged no more, an external one never.
    providers = dict(
        Provider.objects.filter(origin=ProviderOrigin.PORTAL)
        .exclude(status=ProviderStatus.CLEARED_OUT)
        .order_by("pk")
        .values_list("code", "pk")
    )
    oldest = day - timedelta(days=WORK_DAYS)
    batches = counting_between(oldest + timedelta(days=1), day)
    ids = np.fromiter(providers.values(), dtype=np.int64, count=len(providers))
    return store_measures(
        day=day,
        provider_ids=ids,
        columns=read_measures(day, list(providers), batches),
        input_digest=digest_inputs(day, batches, ids),
    )


def read_measures(day: date, codes: list[str], batches: list[Stored]) -> dict[str, NDArray[np.float64]]:
    """One array per measure, aligned with `codes`."""
    columns = {name: np.full(len(codes), np.nan) for name in MEASURE_NAMES}
    if not batches:
        return columns
    last = day - timedelta(days=SETTLEMENT_LAG_DAYS)
    parameters: dict[str, Any] = {
        "today": day,
        "last": last,
        "first": last - timedelta(days=WINDOW_DAYS),
        "oldest": day - timedelta(days=WORK_DAYS),
    }
    with open_connection(threads=THREADS, memory_limit=MEMORY) as connection:
        table = fetch_table(open_relation(connection, batches).execute(STATEMENT, parameters))
    place = {code: row for row, code in enumerate(codes)}
    rows = np.array([place.get(code, -1) for code in table["provider"]], dtype=np.int64)
    known = rows >= 0
    for name in MEASURE_NAMES:
        if name in COUNTS:
            columns[name][:] = 0.0
        values = np.asarray(table[name], dtype=np.float64)[known]
        columns[name][rows[known]] = np.nan_to_num(values, nan=0.0) if name in COUNTS else values
    return columns


def digest_inputs(day: date, batches: list[Stored], provider_ids: NDArray[np.int64]) -> str:
    """SHA-256 (hex) over what the measures rest on."""
    parts = [day.isoformat(), input_digest(batches), hashlib.sha256(provider_ids.tobytes()).hexdigest()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
