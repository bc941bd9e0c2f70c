"""One night: 100,000 active providers judged by the criteria set that comes with the portal, forecasts included."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection, transaction
from stdnum.cn import uscc

from accounts.models import Organisation, User
from accounts.roles import OrganisationKind
from bench.tables import Result
from providers.conduct.models import WatchEntry
from providers.conduct.night_services import judge_night
from providers.conduct.policies import HISTORY_DAYS
from providers.criteria.definition import DEFAULT_SET
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES
from providers.criteria.selectors import published_set
from providers.criteria.services import load_first_set
from providers.enums import Region
from providers.registry.models import Provider
from providers.signals import Floats, Ids
from providers.traders.models import Trader

PROVIDERS = 100_000
FAILING, DRIFTING = 0.01, 0.01
SEED = 20220616
NOW = datetime(2022, 6, 16, 4, tzinfo=UTC)
TODAY = NOW.date()
FILLED = ("providers_provider", "providers_providermeasures", "providers_trader")


class Undo(Exception):
    """Ends the bench's transaction; nothing of it stays in the database."""


def run(rows: int | None = None) -> Result:
    """Fill, then judge the night once; only the night is counted."""
    count = rows or PROVIDERS
    with undone():
        started = time.perf_counter()
        if published_set() is None:
            load_first_set(definition=DEFAULT_SET.read_text(encoding="utf-8"))
        ids = make_providers(count)
        _make_measures(ids)
        filled = time.perf_counter() - started
        started = time.perf_counter()
        night = judge_night(now=NOW)
        seconds = time.perf_counter() - started
        entries = WatchEntry.objects.count()
        figures = {
            "providers": night.total,
            "seconds": round(seconds, 2),
            "providers_per_second": round(night.total / seconds),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if _is_mac() else 1024)),
            "failed": night.failed,
            "needs_a_human": night.open,
            "forecasts": night.forecasts,
            "entries_opened": entries,
            "filled_seconds": round(filled, 1),
        }
    return Result(
        name="night",
        title="A night of judgement",
        head=("Providers", "seconds", "providers per second", "peak memory (MB)"),
        rows=[[f"{figures[key]:,}" for key in ("providers", "seconds", "providers_per_second", "peak_mb")]],
        figures=figures,
        notes=(
            f"{count:,} generated providers with {HISTORY_DAYS} days of all measures, judged by the set that "
            f"comes with the portal: {night.failed:,} fail, {night.open:,} need a human, {night.forecasts:,} are about "
            f"to fail, {entries:,} entries are opened on the watch list, each with its notice.",
            "The time is from the first query to the last row written, in one process on an embedded database, which "
            f"holds the transaction open. The memory is that of the whole process, filling included ({filled:.0f} s, "
            "not counted).",
        ),
    )


def _is_mac() -> bool:
    return sys.platform == "darwin"


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that leaves nothing behind, in which the triggers of the filled tables rest."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                for table in FILLED:
                    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            raise Undo
    except Undo:
        pass


def make_providers(count: int) -> Ids:
    """Providers admitted long ago, each with one trader at work who has no certificate: nobody simply passes."""
    by = User.objects.create(email="night@bench.example")
    organisations = Organisation.objects.bulk_create(
        [Organisation(kind=OrganisationKind.PROVIDER, name=f"night {at}", created_at=NOW) for at in range(count)],
        batch_size=5000,
    )
    long_ago = NOW - timedelta(days=400)
    providers = Provider.objects.bulk_create(
        [
            Provider(
                organisation=organisation,
                code=f"P9{at:06d}",
                uscc=uscc_of(at),
                name=f"night {at}",
                region=Region.ZHEJIANG,
                registered_at=long_ago,
                registered_by=by,
                status="admitted",
                status_at=long_ago,
                admitted_at=long_ago,
                admitted_by=by,
                newcomer_until=long_ago.date() + timedelta(days=90),
            )
            for at, organisation in enumerate(organisations)
        ],
        batch_size=5000,
    )
    traders = [
        Trader(
            provider=provider, code=f"T9{at:06d}", name=f"night {at}", capabilities=["live_operations"], joined_at=NOW
        )
        for at, provider in enumerate(providers)
    ]
    Trader.objects.bulk_create(traders, batch_size=5000)
    return np.array([provider.pk for provider in providers], dtype=np.int64)


def uscc_of(number: int) -> str:
    body = f"91330100{number:09d}"
    return body + str(uscc.calc_check_digit(body))


def _make_measures(ids: Ids) -> None:
    """Steady figures with noise; some complain too much, some drift towards the limit."""
    rng = np.random.default_rng(SEED)
    complaints = rng.uniform(0.001, 0.006, len(ids))
    complaints[rng.random(len(ids)) < FAILING] = 0.05
    drift = np.where(rng.random(len(ids)) < DRIFTING, 0.0001, 0.0)
    complaints[drift > 0] = 0.0085
    for back in range(HISTORY_DAYS - 1, -1, -1):
        store_measures(
            day=TODAY - timedelta(days=back),
            provider_ids=ids,
            columns=_columns(rng, len(ids), complaints - drift * back),
            input_digest=f"night {back}",
            now=NOW,
        )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(FILLED)}, accounts_organisation")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _columns(rng: np.random.Generator, size: int, complaints: Floats) -> dict[str, Floats]:
    noise = rng.normal(0, 0.0002, size)
    columns = {name: np.full(size, 1.0) for name in MEASURE_NAMES}
    return columns | {
        "gmv_90d": rng.integers(1_000_000, 900_000_000, size).astype(np.float64),
        "orders_90d": rng.integers(100, 90_000, size).astype(np.float64),
        "refund_rate_90d": np.clip(0.15 + 20 * noise, 0, 1),
        "complaint_rate_90d": np.clip(complaints + noise, 0, 1),
        "on_time_rate_90d": np.clip(0.96 + 10 * noise, 0, 1),
        "sla_rate_90d": np.clip(0.93 + 10 * noise, 0, 1),
    }
