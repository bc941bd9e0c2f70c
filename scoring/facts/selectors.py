"""Reads about fact batches and the facts in them."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from accounts.models import User
from accounts.permissions import has_permission
from engine.columns import FACT_COLUMN_NAMES
from engine.tables import open_connection, quote_literal, quote_name
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.adjustment_selectors import adjustments_between
from scoring.facts.enums import OPEN, STORED, FactBatchStatus
from scoring.facts.models import FactBatch

Stored = FactBatch | Adjustment
NO_FACTS = "SELECT '' AS provider, DATE '2000-01-01' AS day, '' AS merchant, '' AS trader, {columns} WHERE false"


def visible_to(user: User | AnonymousUser) -> QuerySet[FactBatch]:
    """The batches that `user` may see: platform staff all, others none, since a batch holds many providers."""
    if has_permission(user, "fact.view"):
        return FactBatch.objects.select_related("received_by", "imported_by", "successor")
    return FactBatch.objects.none()


def live_batches(*, at: datetime | None = None) -> QuerySet[FactBatch]:
    """The batches that count now, or those that counted at `at`, by id."""
    if at is None:
        return FactBatch.objects.filter(status=FactBatchStatus.LIVE).order_by("pk")
    still = Q(superseded_at__isnull=True) | Q(superseded_at__gt=at)
    return FactBatch.objects.filter(still, status__in=STORED, imported_at__lte=at).order_by("pk")


def open_batches() -> QuerySet[FactBatch]:
    """The batches whose import has not ended."""
    return FactBatch.objects.filter(status__in=OPEN)


def same_file(*, digest: str, profile: str) -> QuerySet[FactBatch]:
    """The one batch, open or live, that already has this file in this profile."""
    return FactBatch.objects.filter(digest=digest, profile=profile, status__in=[*OPEN, FactBatchStatus.LIVE])


def overlapping(*, source: str, day_from: date, day_to: date) -> QuerySet[FactBatch]:
    """Live batches of a source whose days reach into the given ones."""
    return live_batches().filter(source=source, day_from__lte=day_to, day_to__gte=day_from)


def counting_between(since: date, until: date) -> list[Stored]:
    """What counts now for some days: the live batches and the adjustments that reach into them."""
    batches = live_batches().filter(day_from__lte=until, day_to__gte=since)
    return [*batches, *adjustments_between(since, until)]


def files_of(batches: Iterable[Stored]) -> list[Path]:
    """The Parquet files of batches and adjustments, in the order given."""
    return [batch.file for batch in batches]


def input_digest(batches: Iterable[Stored]) -> str:
    """SHA-256 (hex) over the contents of a set of batches and adjustments, in any order."""
    return hashlib.sha256("\n".join(sorted(batch.file_digest for batch in batches)).encode()).hexdigest()


def open_relation(
    connection: duckdb.DuckDBPyConnection, batches: Iterable[Stored], *, name: str = "facts"
) -> duckdb.DuckDBPyConnection:
    """Create the temporary view `name` over the facts of `batches` and adjustments: key columns and all fact columns,
    no rows for no batches. Gives back the connection."""
    files = ", ".join(quote_literal(str(path)) for path in files_of(batches))
    if files:
        rows = f"SELECT * FROM read_parquet([{files}], union_by_name = true)"
    else:
        rows = NO_FACTS.format(columns=", ".join(f"CAST(0 AS BIGINT) AS {column}" for column in FACT_COLUMN_NAMES))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {quote_name(name)} AS {rows}")
    return connection


def daily_totals(
    provider_code: str, *, columns: Iterable[str], since: date, until: date
) -> dict[str, NDArray[np.datetime64] | NDArray[np.int64]]:
    """The sums of one provider per day that has facts, `since` and `until` included: `day` (datetime64[D]) and each
    asked column (int64), all of one length. The caller checks `permissions.can_view_totals`."""
    asked = list(columns)
    unknown = [column for column in asked if column not in FACT_COLUMN_NAMES]
    if unknown or not asked:
        raise ValueError(f"not fact columns: {unknown}")
    sums = ", ".join(f"CAST(sum({column}) AS BIGINT) AS {column}" for column in asked)
    batches = counting_between(since, until)
    with open_connection(threads=1, memory_limit="200MB") as connection:
        found = open_relation(connection, batches).execute(
            f"SELECT day, {sums} FROM facts WHERE provider = ? AND day BETWEEN ? AND ? GROUP BY day ORDER BY day",
            [provider_code, since, until],
        )
        arrays = found.fetchnumpy()
    return {"day": np.asarray(arrays["day"], dtype="datetime64[D]")} | {
        column: np.asarray(arrays[column], dtype=np.int64) for column in asked
    }
