"""Writes of the measures."""

from collections.abc import Mapping
from datetime import date, datetime

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from common.audit.services import record
from common.copying import FLOAT8, INT8, Field, copy_rows
from providers.criteria.measure_models import MeasureRun, ProviderMeasures
from providers.criteria.measures import MEASURE_NAMES
from providers.signals import Floats, Ids

# Any fixed number that no other lock of the portal uses.
MEASURE_LOCK = 7_090_001


@transaction.atomic
def store_measures(
    *,
    day: date,
    provider_ids: Ids,
    columns: Mapping[str, Floats],
    input_digest: str,
    now: datetime | None = None,
) -> MeasureRun:
    """Keep one computation: an array per name of MEASURE_NAMES, aligned with `provider_ids`; NaN becomes unknown.

    When the day's newest run has the same inputs, that one is given back and nothing is written.
    """
    now = now or timezone.now()
    unknown = sorted(set(columns) ^ set(MEASURE_NAMES))
    if unknown:
        raise ValueError(f"not the measures of this portal: {unknown}")
    # Race: two workers compute the same night. The second waits here and finds the first one's run.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MEASURE_LOCK])
    present = MeasureRun.objects.filter(measured_on=day).order_by("-pk").first()
    if present is not None and present.input_digest == input_digest:
        return present
    run = MeasureRun(measured_on=day, input_digest=input_digest, provider_count=len(provider_ids), created_at=now)
    run.full_clean()
    run.save()
    fields = [
        Field("run_id", np.full(len(provider_ids), run.pk), INT8),
        Field("provider_id", provider_ids, INT8),
        *(Field(name, columns[name], INT8 if name == "gmv_90d" else FLOAT8) for name in MEASURE_NAMES),
    ]
    with connection.cursor() as cursor:
        copy_rows(cursor, ProviderMeasures._meta.db_table, fields)
    record("measures.store", run, by=None, now=now, changes={"providers": len(provider_ids), "digest": input_digest})
    return run
