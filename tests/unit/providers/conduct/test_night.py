"""The night: the same criteria as at the door, the watch list kept up to date, contracts judged."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.days import business_day
from common.exceptions import Conflict
from common.jobs.models import Job
from common.jobs.services import enqueue
from providers.conduct import watch_services as watch
from providers.conduct.models import Judgement, JudgementRow, Probation, WatchEntry
from providers.conduct.night_services import judge_again, judge_night
from providers.conduct.policies import CLEAR_NIGHTS
from providers.criteria.enums import Moment
from providers.criteria.selectors import judge_providers
from providers.registry.models import Provider
from providers.traders.services import leave_trader
from tests.factories.accounts import make_staff
from tests.factories.conduct import (
    COMPLAINTS,
    PUNCTUAL,
    conduct_unchanged,
    keep_measures,
    make_probation,
    make_watch_entry,
)
from tests.factories.criteria import make_published_set
from tests.factories.providers import make_application, make_provider, make_trader, owner_of

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = business_day(NOW)


def night_after(days: int, values: dict[Provider, list[float]]) -> Judgement:
    at = NOW + timedelta(days=days)
    keep_measures(values, now=at)
    return judge_night(now=at)


def line(now: float, slope: float, days: int = 20) -> list[float]:
    return [now + slope * back for back in range(-days, 1)]


def test_a_night_counts_and_keeps_who_did_not_simply_pass() -> None:
    make_published_set(COMPLAINTS)
    good, human, bad, drifting = (make_provider(status="admitted") for _ in range(4))
    make_provider()  # at the door still
    values = {
        good: line(0.001, 0),
        human: line(0.015, 0),
        bad: line(0.05, 0),
        drifting: line(0.008, 0.0002),
    }
    night = night_after(0, values)
    assert (night.passed, night.open, night.failed, night.forecasts, night.total) == (2, 1, 1, 2, 4)
    rows = {row.provider_id: row for row in night.rows.all()}
    assert set(rows) == {human.pk, bad.pk, drifting.pk}
    assert (rows[bad.pk].failed, rows[bad.pk].open, rows[bad.pk].forecast_on) == (["complaints"], [], None)
    assert (rows[human.pk].failed, rows[human.pk].open) == ([], ["complaints"])
    assert rows[human.pk].forecast_on == TODAY  # the limit itself is passed already
    assert rows[drifting.pk].forecast_on == TODAY + timedelta(days=10)
    assert rows[drifting.pk].forecast_key == "complaints"


def test_the_night_judges_as_the_door_does() -> None:
    make_published_set(COMPLAINTS + PUNCTUAL)
    providers = [make_provider(status="admitted") for _ in range(4)]
    shares = (0.001, 0.015, 0.05, 0.01)
    night = night_after(0, {one: [share] for one, share in zip(providers, shares, strict=True)})
    ids = np.array([one.pk for one in providers], dtype=np.int64)
    door = judge_providers(ids, today=TODAY, moment=Moment.DOOR)
    kept = dict(night.rows.values_list("provider", "outcome"))
    for at, provider in enumerate(providers):
        assert kept.get(provider.pk, "definite_pass") == door.outcome_at(at)


def test_a_night_is_judged_once_a_day() -> None:
    make_published_set(COMPLAINTS)
    provider = make_provider(status="admitted")
    first = night_after(0, {provider: [0.05]})
    with conduct_unchanged():
        assert judge_night(now=NOW) == first
    assert WatchEntry.objects.get().clear_nights == 0


def test_no_night_without_criteria() -> None:
    make_provider(status="admitted")
    with conduct_unchanged(), pytest.raises(Conflict) as refusal:
        judge_night(now=NOW)
    assert refusal.value.reason == "no_criteria"


def test_entries_open_and_are_told() -> None:
    make_published_set(COMPLAINTS)
    bad, drifting = make_provider(status="admitted"), make_provider(status="admitted")
    night_after(0, {bad: line(0.05, 0), drifting: line(0.008, 0.0002)})
    breach, drift = WatchEntry.objects.get(provider=bad), WatchEntry.objects.get(provider=drifting)
    assert (breach.status, breach.breach_on, breach.forecast_on, breach.value) == ("watching", TODAY, None, 0.05)
    assert (drift.breach_on, drift.forecast_on) == (None, TODAY + timedelta(days=10))
    assert drift.value == pytest.approx(0.008)
    for entry in (breach, drift):
        assert Notice.objects.filter(kind="watch.open", organisation=entry.provider.organisation).count() == 1
        assert AuditEntry.objects.filter(action="watch.open", subject_id=str(entry.pk), by=None).count() == 1


def test_an_entry_follows_its_figures() -> None:
    make_published_set(COMPLAINTS)
    provider = make_provider(status="admitted")
    night_after(0, {provider: line(0.008, 0.0002)})
    night_after(1, {provider: [0.015]})
    entry = WatchEntry.objects.get()
    assert (entry.breach_on, entry.forecast_on, entry.value) == (None, TODAY + timedelta(days=1), 0.015)
    night_after(2, {provider: [0.03]})
    night_after(3, {provider: [0.04]})
    entry.refresh_from_db()
    assert (entry.breach_on, entry.value) == (TODAY + timedelta(days=2), 0.04)
    assert entry.judged_on == TODAY + timedelta(days=3)


def test_what_is_clear_long_enough_is_closed() -> None:
    make_published_set(COMPLAINTS)
    provider = make_provider(status="admitted")
    night_after(0, {provider: [0.05]})
    for days in range(1, CLEAR_NIGHTS):
        night_after(days, {provider: [0.001]})
    entry = WatchEntry.objects.get()
    assert (entry.status, entry.clear_nights) == ("watching", CLEAR_NIGHTS - 1)
    night_after(CLEAR_NIGHTS, {provider: [0.001]})
    entry.refresh_from_db()
    assert (entry.status, entry.closed_by) == ("closed", None)
    assert Notice.objects.filter(kind="watch.close").exists()
    night_after(CLEAR_NIGHTS + 1, {provider: [0.05]})
    assert WatchEntry.objects.filter(status="watching").count() == 1


def test_a_sign_begins_the_count_again() -> None:
    make_published_set(COMPLAINTS)
    provider = make_provider(status="admitted")
    for days, share in enumerate((0.05, 0.001, 0.001, 0.05)):
        night_after(days, {provider: [share]})
    assert WatchEntry.objects.get().clear_nights == 0


def test_what_a_person_acted_on_is_closed_by_a_person() -> None:
    entry = make_watch_entry(now=NOW)
    watch.notify_watch(entry_id=entry.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Look.", now=NOW)
    for days in range(1, CLEAR_NIGHTS + 2):
        night_after(days, {entry.provider: [0.001]})
    entry.refresh_from_db()
    assert (entry.status, entry.clear_nights) == ("notified", CLEAR_NIGHTS + 1)


def test_who_is_exempted_beyond_the_limit_is_not_forecast() -> None:
    exempting = COMPLAINTS.replace('<= 0.01"', '<= 0.01 or days_since_admission <= 90"').replace(
        '> 0.02"', '> 0.02 and days_since_admission > 90"'
    )
    make_published_set(exempting)
    provider = make_provider(status="admitted")
    night = night_after(0, {provider: line(0.05, 0.001)})
    assert (night.passed, night.forecasts) == (1, 0)
    assert not WatchEntry.objects.exists()


def test_a_second_look_counts_no_night() -> None:
    make_published_set(COMPLAINTS)
    provider, other = make_provider(status="admitted"), make_provider(status="admitted")
    night_after(0, {provider: [0.05], other: [0.05]})
    keep_measures({provider: [0.001], other: [0.001]}, now=NOW)
    assert judge_again(provider_ids=[provider.pk], now=NOW) == 0
    assert list(WatchEntry.objects.values_list("clear_nights", flat=True)) == [0, 0]
    assert Judgement.objects.count() == 1


def test_a_second_look_opens_what_is_new_for_this_provider_alone() -> None:
    make_published_set(COMPLAINTS)
    provider, other = make_provider(status="admitted"), make_provider(status="admitted")
    keep_measures({provider: [0.05], other: [0.05]}, now=NOW)
    assert judge_again(provider_ids=[provider.pk], now=NOW) == 1
    assert WatchEntry.objects.get().provider == provider
    with conduct_unchanged():
        assert judge_again(provider_ids=[provider.pk], now=NOW) == 1
    assert judge_again(provider_ids=[make_provider().pk], now=NOW) == 0


def statements(now: datetime) -> int:
    with CaptureQueriesContext(connection) as found:
        judge_night(now=now)
    return len(found)


def test_a_hundred_providers_take_as_many_statements_as_one() -> None:
    make_published_set(COMPLAINTS)
    first = make_provider(status="admitted")
    keep_measures({first: line(0.05, 0)}, now=NOW)
    one = statements(NOW)
    many = [make_provider(status="admitted") for _ in range(99)]
    later = NOW + timedelta(days=40)  # no measures of before are in sight
    keep_measures({provider: line(0.05, 0) for provider in [first, *many]}, now=later)
    WatchEntry.objects.all().update(status="closed", closed_at=NOW)
    assert statements(later) == one
    assert JudgementRow.objects.count() == 101
    assert WatchEntry.objects.exclude(status="closed").count() == 100


def run(capture: Any, name: str, **arguments: Any) -> dict[str, Any]:
    """The result of a job that runs through the queue, as after a commit."""
    with capture(execute=True):
        job = enqueue(name, **arguments)
    job.refresh_from_db()
    assert job.status == "done", job.error
    return job.result


def test_the_job_judges_providers_and_contracts(django_capture_on_commit_callbacks: Any) -> None:
    make_published_set(COMPLAINTS)
    contract = make_probation(status="running")
    Probation.objects.filter(pk=contract.pk).update(starts_on=TODAY - timedelta(days=90), ends_on=TODAY)
    result = run(django_capture_on_commit_callbacks, "providers.judge_night")
    contract.refresh_from_db()
    assert (result["providers"], result["contracts"], contract.status) == (1, 1, "judged")


def test_the_jobs_bear_a_portal_without_criteria(django_capture_on_commit_callbacks: Any) -> None:
    capture, provider = django_capture_on_commit_callbacks, make_provider(status="admitted")
    assert run(capture, "providers.judge_night") == {"judgement": None, "providers": 0, "contracts": 0}
    assert run(capture, "providers.rejudge_provider", provider_id=provider.pk) == {"signs": 0}


def test_the_job_after_an_admission_begins_the_contract(django_capture_on_commit_callbacks: Any) -> None:
    provider = make_provider(status="probation")
    result = run(django_capture_on_commit_callbacks, "providers.begin_probation", provider_id=provider.pk)
    assert result == {"probation": Probation.objects.get(provider=provider).pk}


def asked() -> list[int]:
    jobs = Job.objects.filter(name="providers.rejudge_provider").order_by("created_at")
    return [job.arguments["provider_id"] for job in jobs]


def test_a_change_asks_for_a_second_look_once_in_a_transaction() -> None:
    provider, applicant = make_provider(status="admitted"), make_provider()
    for company in (provider, provider, applicant):
        trader = make_trader(company)
        leave_trader(trader_id=trader.pk, by=owner_of(company), note="Gone.")
    assert asked() == [provider.pk]


def test_an_admission_asks_for_the_contract() -> None:
    application = make_application(status="admitted")
    job = Job.objects.get(name="providers.begin_probation")
    assert job.arguments == {"provider_id": application.provider_id}
