import pytest
from datetime import date, datetime, timedelta, UTC
import numpy as np
from django.utils import timezone
from common.days import business_day
from accounts.roles import Role
from accounts.models import Notice
from providers.conduct.night_services import judge_night
from providers.conduct.models import *
from providers.conduct import watch_services as w, probation_services as p
from providers.criteria.services import *
from providers.criteria.definition import DEFAULT_SET
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, make_trader, owner_of
pytestmark = pytest.mark.django_db

def test_it(django_assert_max_num_queries):
    load_first_set(definition=DEFAULT_SET.read_text())
    good, bad, drift = (make_provider(status="admitted") for _ in range(3))
    for x in (good, bad, drift): make_trader(x)
    ids = np.array([good.pk, bad.pk, drift.pk])
    today = business_day(timezone.now())
    for back in range(20, -1, -1):
        cols = {n: np.full(3, np.nan) for n in MEASURE_NAMES}
        cols["orders_90d"] = np.array([500., 500, 500]); cols["complaint_rate_90d"] = np.array([0.002, 0.05, 0.009 - 0.0001*back])
        cols["days_since_last_work"] = np.array([1., 1, 1])
        store_measures(day=today - timedelta(days=back), provider_ids=ids, columns=cols, input_digest=str(back))
    night = judge_night()
    print(night.passed, night.open, night.failed, night.forecasts, list(JudgementRow.objects.values()))
    print(list(WatchEntry.objects.values("provider", "criterion_key", "status", "forecast_on", "breach_on", "value")))
    officer, other = make_staff(Role.CONDUCT_OFFICER), make_staff(Role.CONDUCT_OFFICER)
    e = WatchEntry.objects.get(provider=bad, breach_on__isnull=False)
    e = w.notify_watch(entry_id=e.pk, by=officer, note="Too many complaints.")
    e = w.propose_plan(entry_id=e.pk, by=owner_of(bad), note="We answer faster.")
    e = w.accept_plan(entry_id=e.pk, by=officer, note="Good.")
    late = timezone.now() + timedelta(days=40)
    e = w.suspend_watched(entry_id=e.pk, by=officer, note="Not cured.", now=late)
    e = w.clear_out_watched(entry_id=e.pk, by=other, note="Not cured.", now=late + timedelta(days=20))
    bad.refresh_from_db(); print(bad.status)
    fresh = make_provider(status="probation")
    c = p.begin_probation(provider_id=fresh.pk)
    p.sign_probation(probation_id=c.pk, by=owner_of(fresh))
    print(p.judge_due_probations(now=timezone.now() + timedelta(days=100)))
    c.refresh_from_db(); print(c.verdict, c.status)
    r = make_staff(Role.ADMISSION_REVIEWER)
    p.extend_probation(probation_id=c.pk, by=r, note="More time.", now=timezone.now() + timedelta(days=100))
    p.judge_probation(probation_id=c.pk, by=r, note="Now.", now=timezone.now() + timedelta(days=101))
    p.pass_probation(probation_id=c.pk, by=r, note="Fine.", now=timezone.now() + timedelta(days=101))
    for n in Notice.objects.all(): print(n.title, "|", n.text)
    assert 0
