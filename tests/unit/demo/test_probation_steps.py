"""Contracts of the demo world end on their last day, by what was measured."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from accounts.roles import Role
from common.days import business_day
from demo.cast import Cast
from demo.clock import at_night
from demo.probation_steps import sign_verdicts
from providers.conduct.models import Probation
from providers.conduct.probation_services import judge_due_probations
from providers.registry.models import Provider
from tests.factories.accounts import make_staff
from tests.factories.conduct import keep_figures, make_probation

pytestmark = pytest.mark.django_db

GOOD = {
    "merchants_90d": 3,
    "orders_90d": 400,
    "live_hours_90d": 80,
    "refund_rate_90d": 0.1,
    "complaint_rate_90d": 0.01,
    "days_since_last_work": 1,
}
IDLE = {"merchants_90d": 0, "orders_90d": 0, "live_hours_90d": 0, "days_since_last_work": 150}


def end_term(cast: Cast, day: date, figures: Mapping[Provider, Mapping[str, float]]) -> None:
    keep_figures(figures, day)
    judge_due_probations(now=at_night(day))
    sign_verdicts(cast, now=at_night(day) + timedelta(hours=8))


def test_each_contract_ends_by_its_figures() -> None:
    cast = Cast(staff={role: make_staff(role) for role in (Role.ADMISSION_REVIEWER, Role.CONDUCT_OFFICER)}, panel=[])
    contracts = [make_probation(status="running") for _ in range(4)]
    good, late, complained, idle = (contract.provider for contract in contracts)
    first = contracts[0].ends_on
    over = GOOD | {"complaint_rate_90d": 0.025}
    few = GOOD | {"orders_90d": 12}

    def states() -> list[tuple[str, str, int]]:
        rows = Probation.objects.filter(pk__in=[one.pk for one in contracts]).order_by("pk")
        return [(one.status, one.verdict, (one.ends_on - first).days) for one in rows]

    end_term(cast, first, {good: GOOD, late: few, complained: over, idle: IDLE})
    assert states() == [("passed", "pass", 0), *[("running", "", 90)] * 3]
    end_term(cast, first + timedelta(days=90), {late: GOOD, complained: over, idle: IDLE})
    assert states()[1:] == [("passed", "pass", 90), ("running", "", 180), ("running", "", 180)]
    end_term(cast, first + timedelta(days=180), {complained: over, idle: IDLE})
    assert states()[2:] == [("passed", "fail", 180), ("failed", "fail", 180)]
    assert "2.50%" in Probation.objects.get(pk=contracts[2].pk).decision_note
    assert Provider.objects.get(pk=idle.pk).status == "cleared_out"
    assert [business_day(one.decided_at) for one in Probation.objects.filter(provider=good)] == [first]


def test_a_verdict_after_the_third_extension_waits_for_a_person() -> None:
    cast = Cast(staff={role: make_staff(role) for role in (Role.ADMISSION_REVIEWER, Role.CONDUCT_OFFICER)}, panel=[])
    contract = make_probation(status="running")
    poor = GOOD | {"complaint_rate_90d": 0.05}
    for term in range(4):
        end_term(cast, contract.ends_on + timedelta(days=90 * term), {contract.provider: poor})
    found = Probation.objects.get(pk=contract.pk)
    assert (found.status, found.verdict, (found.ends_on - contract.ends_on).days) == ("judged", "fail", 270)
