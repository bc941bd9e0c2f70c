"""The night: the same criteria for every active provider, the watch list brought up to date, due contracts judged."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from accounts.notices.services import send_notices
from common.audit.services import record, record_many
from common.copying import INT4, INT8, Field, copy_rows, text_array
from common.days import business_day
from providers.conduct.enums import WATCH_OPEN, WatchStatus
from providers.conduct.models import Judgement, JudgementRow, WatchEntry
from providers.conduct.policies import CLEAR_NIGHTS
from providers.conduct.signs import Sign, find_signs, forecast_all, keys_where
from providers.criteria.enums import OUTCOME_OF, Moment, Verdict
from providers.criteria.models import Criterion
from providers.criteria.selectors import Judgement as Judged
from providers.criteria.selectors import judge_providers
from providers.registry.models import Provider
from providers.registry.selectors import active
from providers.signals import Floats, Ids

# Any fixed number that no other lock of the portal uses.
NIGHT_LOCK = 7_090_002
EPOCH = date(2000, 1, 1)


@transaction.atomic
def judge_night(*, now: datetime | None = None) -> Judgement:
    """Judge every active provider by the set in force and keep what came of it; a repeat on that day changes nothing.

    Raises Conflict when no criteria are in force.
    """
    now = now or timezone.now()
    today = business_day(now)
    # Race: two workers start the same night. The second waits here and finds the first one's judgement.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NIGHT_LOCK])
    ids = np.array(list(active().order_by("pk").values_list("pk", flat=True)), dtype=np.int64)
    judged = judge_providers(ids, today=today, moment=Moment.NIGHT)
    present = Judgement.objects.filter(criteria_set=judged.criteria_set, judged_on=today).first()
    if present is not None:
        return present
    forecasts = forecast_all(judged, today)
    night = _keep_night(judged, forecasts, today, now)
    _update_watch(judged, list(find_signs(judged, forecasts, today)), now)
    return night


@transaction.atomic
def judge_again(*, provider_ids: Sequence[int], now: datetime | None = None) -> int:
    """Judge some providers between two nights, when something about them changed; gives the number of open signs.

    It updates the watch list but is no night: nothing is counted as a clear one.
    """
    now = now or timezone.now()
    today = business_day(now)
    ids = np.array(sorted(active().filter(pk__in=provider_ids).values_list("pk", flat=True)), dtype=np.int64)
    judged = judge_providers(ids, today=today, moment=Moment.NIGHT)
    signs = list(find_signs(judged, forecast_all(judged, today), today))
    _update_watch(judged, signs, now, counts_nights=False)
    return len(signs)


def _keep_night(judged: Judged, forecasts: Floats, today: date, now: datetime) -> Judgement:
    outcomes = judged.verdicts.outcomes
    soonest = np.where(np.isfinite(forecasts), forecasts, np.inf).min(axis=1, initial=np.inf)
    counts = np.bincount(outcomes, minlength=len(Verdict))
    night = Judgement(
        criteria_set=judged.criteria_set,
        judged_on=today,
        created_at=now,
        passed=int(counts[Verdict.PASS]),
        open=int(counts[Verdict.HUMAN]),
        failed=int(counts[Verdict.FAIL]),
        forecasts=int(np.isfinite(soonest).sum()),
    )
    night.full_clean()
    night.save()
    kept = np.flatnonzero((outcomes != Verdict.PASS) | np.isfinite(soonest))
    if len(kept):
        _copy_rows(night, judged, forecasts, kept, today)
    changes = {"passed": night.passed, "open": night.open, "failed": night.failed, "forecasts": night.forecasts}
    record("judgement.store", night, by=None, now=now, changes=changes)
    return night


def _copy_rows(night: Judgement, judged: Judged, forecasts: Floats, kept: Ids, today: date) -> None:
    matrix = judged.verdicts.matrix[kept]
    nearest = np.where(np.isfinite(forecasts[kept]), forecasts[kept], np.inf)
    column = nearest.argmin(axis=1)
    days = np.ceil(nearest[np.arange(len(kept)), column])
    known = np.isfinite(days)
    # PostgreSQL's binary date is the number of days since 2000-01-01.
    on = np.where(known, days + (today - EPOCH).days, np.nan)
    keys: list[bytes | None] = [
        judged.criteria[at].key.encode() if there else b"" for at, there in zip(column, known, strict=True)
    ]
    outcomes: list[bytes | None] = [str(OUTCOME_OF[int(value)]).encode() for value in judged.verdicts.outcomes[kept]]
    fields = [
        Field("judgement_id", np.full(len(kept), night.pk), INT8),
        Field("provider_id", judged.provider_ids[kept], INT8),
        Field("outcome", outcomes),
        Field("failed", [text_array(keys_where(judged.criteria, row == Verdict.FAIL)) for row in matrix]),
        Field("open", [text_array(keys_where(judged.criteria, row == Verdict.HUMAN)) for row in matrix]),
        Field("forecast_on", on, INT4),
        Field("forecast_key", keys),
    ]
    with connection.cursor() as cursor:
        copy_rows(cursor, JudgementRow._meta.db_table, fields)


def _update_watch(judged: Judged, signs: list[Sign], now: datetime, *, counts_nights: bool = True) -> None:
    """Open what is new, bring what is open up to date, close what showed no sign for CLEAR_NIGHTS nights."""
    today = business_day(now)
    entries = WatchEntry.objects.filter(status__in=WATCH_OPEN, provider__in=judged.provider_ids.tolist())
    present = {(entry.provider_id, entry.criterion_key): entry for entry in entries.select_for_update().order_by("pk")}
    found = {(sign.provider_id, sign.key): sign for sign in signs}
    for place, entry in present.items():
        sign = found.get(place)
        entry.judged_on = today
        if sign is None:
            entry.clear_nights += counts_nights
            continue
        entry.clear_nights, entry.value = 0, sign.value
        entry.forecast_on = sign.forecast_on
        entry.breach_on = (entry.breach_on or today) if sign.breached else entry.breach_on
        if not sign.breached and sign.forecast_on is None:
            entry.forecast_on = today
    WatchEntry.objects.bulk_update(
        present.values(), ["judged_on", "clear_nights", "value", "forecast_on", "breach_on"], batch_size=1000
    )
    _open_new(judged, [sign for place, sign in found.items() if place not in present], now)
    _close_cured([entry for entry in present.values() if entry.clear_nights >= CLEAR_NIGHTS], judged, now)


def _open_new(judged: Judged, signs: list[Sign], now: datetime) -> None:
    today = business_day(now)
    entries = [
        WatchEntry(
            provider_id=sign.provider_id,
            criteria_set=judged.criteria_set,
            criterion_key=sign.key,
            opened_at=now,
            forecast_on=sign.forecast_on,
            breach_on=today if sign.breached else None,
            value=sign.value,
            judged_on=today,
        )
        for sign in signs
    ]
    providers = Provider.objects.in_bulk({sign.provider_id for sign in signs})
    for entry in entries:
        entry.provider = providers[entry.provider_id]
    WatchEntry.objects.bulk_create(entries, batch_size=1000)
    record_many("watch.open", entries, by=None, now=now)
    _tell("watch.open", entries, judged, now)


def _close_cured(entries: list[WatchEntry], judged: Judged, now: datetime) -> None:
    """By the clock only what nobody has acted on yet; a notice or plan is ended by a person."""
    cured = [entry for entry in entries if entry.status == WatchStatus.WATCHING]
    for entry in cured:
        entry.status, entry.closed_at = WatchStatus.CLOSED, now
    WatchEntry.objects.bulk_update(cured, ["status", "closed_at"], batch_size=1000)
    providers = Provider.objects.in_bulk({entry.provider_id for entry in cured})
    for entry in cured:
        entry.provider = providers[entry.provider_id]
    record_many("watch.close", cured, by=None, now=now)
    _tell("watch.close", cured, judged, now, note="")


def _tell(kind: str, entries: list[WatchEntry], judged: Judged, now: datetime, **more: str) -> None:
    by_key: dict[str, Criterion] = {row.key: row for row in judged.criteria}
    addressed = []
    for entry in entries:
        criterion = by_key.get(entry.criterion_key)
        words = {
            "criterion_zh": criterion.title_zh if criterion else entry.criterion_key,
            "criterion_en": criterion.title_en if criterion else entry.criterion_key,
        }
        addressed.append((entry.provider.organisation_id, {**words, **more}))
    send_notices(kind, addressed, now=now)
