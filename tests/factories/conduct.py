"""Measures over days, contracts and watch list entries for tests, made through the services."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from common.days import business_day
from providers.conduct import probation_services, watch_services
from providers.conduct.models import Judgement, JudgementRow, Probation, ProbationTarget, WatchEntry
from providers.conduct.night_services import judge_again
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES
from providers.registry.models import Provider
from tests.factories.accounts import make_staff
from tests.factories.criteria import make_published_set
from tests.factories.providers import make_provider, owner_of, unchanged

COMPLAINTS = """
title = { zh = "条件", en = "Criteria" }

[[criteria]]
key = "complaints"
kind = "threshold"
title = { zh = "投诉率", en = "Complaint rate" }
text = { zh = "投诉率不超过1%。", en = "At most 1 % complain." }
remedy = { zh = "改进服务。", en = "Improve the service." }
pass_when = "complaint_rate_90d is null or complaint_rate_90d <= 0.01"
fail_when = "complaint_rate_90d > 0.02"
measure = "complaint_rate_90d"
limit = 0.01
direction = "at_most"
"""
PUNCTUAL = """
[[criteria]]
key = "punctual"
kind = "threshold"
title = { zh = "准时", en = "On time" }
text = { zh = "至少90%准时。", en = "At least 90 % are on time." }
remedy = { zh = "提前备货。", en = "Prepare early." }
pass_when = "on_time_rate_90d is null or on_time_rate_90d >= 0.9"
fail_when = "on_time_rate_90d < 0.75"
measure = "on_time_rate_90d"
limit = 0.9
direction = "at_least"
"""


def keep_measures(
    values: Mapping[Provider, Sequence[float]], *, measure: str = "complaint_rate_90d", now: datetime | None = None
) -> None:
    """One measure of providers over the last days, the last value of each today; all others unknown."""
    today = business_day(now or timezone.now())
    ids = np.array([provider.pk for provider in values], dtype=np.int64)
    for back, figures in enumerate(zip(*(reversed(row) for row in values.values()), strict=True)):
        columns = {name: np.full(len(ids), np.nan) for name in MEASURE_NAMES}
        columns[measure] = np.array(figures, dtype=np.float64)
        day = today - timedelta(days=back)
        digest = sha256(f"{measure} {figures} {ids}".encode()).hexdigest()
        store_measures(day=day, provider_ids=ids, columns=columns, input_digest=digest)


def keep_figures(figures: Mapping[Provider, Mapping[str, float]], day: date) -> None:
    """The measures of providers as of one day; what is left out is unknown."""
    ids = np.array([provider.pk for provider in figures], dtype=np.int64)
    columns = {
        name: np.array([row.get(name, np.nan) for row in figures.values()], dtype=np.float64) for name in MEASURE_NAMES
    }
    digest = sha256(f"{day} {columns} {ids}".encode()).hexdigest()
    store_measures(day=day, provider_ids=ids, columns=columns, input_digest=digest)


def make_watch_entry(
    provider: Provider | None = None, *, status: str = "watching", by: User | None = None, now: datetime | None = None
) -> WatchEntry:
    """An entry for too many complaints, opened at `now` and brought to `status`, each step as early as it may be.

    `by` gives the notice and suspends, else a new officer; a clear-out is somebody else's.
    """
    now = now or timezone.now()
    provider = provider or make_provider(status="admitted")
    if not Judgement.objects.exists() and not WatchEntry.objects.exists():
        make_published_set(COMPLAINTS)
    keep_measures({provider: [0.05]}, now=now)
    judge_again(provider_ids=[provider.pk], now=now)
    entry = WatchEntry.objects.get(provider=provider, closed_at=None)
    officer = by or make_staff(Role.CONDUCT_OFFICER)
    for action in WAY[status]:
        if action in ("suspend", "clear_out"):
            now += timedelta(days=31)
        person = owner_of(provider) if action == "propose" else officer
        if action == "clear_out":
            person = make_staff(Role.CONDUCT_OFFICER)
        step: Any = watch_services.ACTIONS[action]
        entry = step(entry_id=entry.pk, by=person, note=f"Because of {action}.", now=now)
    return entry


WAY: dict[str, tuple[str, ...]] = {
    "watching": (),
    "notified": ("notify",),
    "planned": ("notify", "propose"),
    "curing": ("notify", "propose", "accept"),
    "suspended": ("notify", "propose", "accept", "suspend"),
    "cleared_out": ("notify", "propose", "accept", "suspend", "clear_out"),
    "closed": ("close",),
}


def make_probation(
    provider: Provider | None = None, *, status: str = "proposed", now: datetime | None = None
) -> Probation:
    """A contract with the default targets, brought to `status` by its owner and new staff."""
    now = now or timezone.now()
    provider = provider or make_provider(status="probation")
    probation = probation_services.begin_probation(provider_id=provider.pk, now=now)
    assert probation is not None
    steps: dict[str, tuple[str, ...]] = {
        "proposed": (),
        "running": ("sign",),
        "judged": ("sign", "judge"),
        "passed": ("sign", "judge", "complete"),
        "failed": ("sign", "judge", "fail"),
        "lapsed": ("lapse",),
    }
    for action in steps[status]:
        person = owner_of(provider) if action == "sign" else make_staff()
        if action == "fail":
            person = make_staff(Role.CONDUCT_OFFICER)
        step: Any = probation_services.ACTIONS[action]
        probation = step(probation_id=probation.pk, by=person, note=f"Because of {action}.", now=now)
    return probation


@contextmanager
def conduct_unchanged() -> Iterator[None]:
    """`unchanged`, with this room's rows and the notices."""
    before = _rows()
    with unchanged():
        yield
    assert _rows() == before


def _rows() -> list[list[tuple[Any, ...]]]:
    models = (Judgement, JudgementRow, Probation, ProbationTarget, WatchEntry, Notice)
    return [list(model.objects.order_by("pk").values_list()) for model in models]  # type: ignore[attr-defined]
