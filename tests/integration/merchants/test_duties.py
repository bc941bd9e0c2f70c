"""Engagements told down as work for duties: when they begin, when they end, and what facts say of them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from common.jobs.models import Job
from merchants.clocks import business_day
from merchants.engagements import services
from merchants.engagements.duty_services import MEASURE, measure_work, unsettled_work
from merchants.engagements.models import Engagement
from merchants.engagements.tasks import start_measuring_duties
from merchants.registry.enums import MerchantType
from merchants.requests.enums import Goal, TargetMetric
from scoring.duties.enums import Duty, Help, Shop, Verdict, WorkState
from scoring.duties.judging import judge_providers
from scoring.duties.models import DutyWork
from tests.factories.facts import fact_row, make_batch
from tests.factories.merchants import (
    IN_TIME,
    make_engagement,
    make_invitation,
    make_merchant,
    make_shortlisted_request,
    owner_of_shop,
)

pytestmark = pytest.mark.django_db
TODAY = business_day(IN_TIME)
DONE = IN_TIME + timedelta(days=30)


def engage(goal: Goal = Goal.COLD_START, *, followers: int = 500, kind: str = MerchantType.KUAI_BRAND) -> Engagement:
    merchant = make_merchant(merchant_type=kind, followers=followers)
    request = make_shortlisted_request(
        merchant=merchant, goal=goal, target_metric=TargetMetric.ORDERS, target_amount=100
    )
    return make_engagement(make_invitation(request))


def works(engagement: Engagement) -> list[DutyWork]:
    return list(DutyWork.objects.filter(reference=engagement.code).order_by("pk"))


def complete(engagement: Engagement) -> Engagement:
    owner = owner_of_shop(engagement.merchant)
    return services.complete_engagement(engagement_id=engagement.pk, by=owner, now=DONE)


def sell(engagement: Engagement, path: Path, orders: int) -> None:
    row = fact_row(engagement.provider.code, TODAY, merchant=engagement.merchant.code, orders=orders)
    make_batch(path / "facts.csv", [row])


@pytest.mark.parametrize(
    ("kind", "followers", "shop", "new"),
    [
        (MerchantType.KUAI_BRAND, 500, Shop.KUAI_BRAND, True),
        (MerchantType.BRAND, 99_999, Shop.BRAND, True),
        (MerchantType.BRAND, 100_000, Shop.BRAND, False),
        (MerchantType.INDUSTRY_BELT, 500, Shop.OTHER, True),
    ],
)
def test_work_is_told_when_it_begins(kind: str, followers: int, shop: Shop, new: bool) -> None:
    engagement = engage(kind=kind, followers=followers)
    [work] = works(engagement)
    assert (work.provider, work.merchant, work.help) == (
        engagement.provider,
        engagement.merchant.code,
        Help.COLD_START,
    )
    assert (work.shop, work.new_shop, work.state, work.started_on, work.ended_on, work.target) == (
        shop,
        new,
        WorkState.RUNNING,
        TODAY,
        None,
        100,
    )


def test_goals_that_are_no_duty_are_not_told() -> None:
    engagement = engage(Goal.FIRST_500K)
    complete(engagement)
    assert (works(engagement), Job.objects.filter(name=MEASURE).exists()) == ([], False)


def test_the_end_is_told_at_once_and_its_facts_by_a_job(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    engagement = engage()
    sell(engagement, tmp_path, 100)
    with django_capture_on_commit_callbacks(execute=True):
        complete(engagement)
    [_begun, ended, measured] = works(engagement)
    assert (ended.state, ended.ended_on, ended.measured) == (WorkState.COMPLETED, business_day(DONE), None)
    assert (measured.state, measured.measured, measured.measured_until) == (WorkState.COMPLETED, 100, TODAY)
    [progress] = judge_providers([engagement.provider_id], {Duty.COLD_START: 1}, TODAY, business_day(DONE))[
        engagement.provider_id
    ]
    assert (progress.met, [one.work for one in progress.evidence]) == (True, [measured])
    # Nothing new, nothing written.
    assert measure_work(engagement_again(engagement)) == measured
    assert len(works(engagement)) == 3


def engagement_again(engagement: Engagement) -> Engagement:
    return Engagement.objects.select_related("merchant", "provider").get(pk=engagement.pk)


def test_what_was_broken_off_is_told_and_never_counts(tmp_path: Path) -> None:
    engagement = engage()
    sell(engagement, tmp_path, 500)
    owner = owner_of_shop(engagement.merchant)
    services.terminate_engagement(engagement_id=engagement.pk, by=owner, note="It did not fit.", now=DONE)
    measure_work(engagement_again(engagement))
    [progress] = judge_providers([engagement.provider_id], {Duty.COLD_START: 1}, TODAY, business_day(DONE))[
        engagement.provider_id
    ]
    assert [one.verdict for one in progress.evidence] == [Verdict.BROKEN_OFF]


def test_a_pause_is_still_under_way() -> None:
    engagement = engage()
    services.pause_engagement(
        engagement_id=engagement.pk, by=owner_of_shop(engagement.merchant), note="Stock.", now=DONE
    )
    assert [work.state for work in works(engagement)] == [WorkState.RUNNING]


def test_the_night_takes_what_was_never_told_and_what_may_still_change(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    old, new, other = engage(), engage(), engage(Goal.FIRST_500K)
    for engagement in (old, new, other):
        complete(engagement)
    Engagement.objects.filter(pk=old.pk).update(ended_at=DONE - timedelta(days=1))
    late = DONE + timedelta(days=90) - timedelta(hours=1)
    assert list(unsettled_work(late)) == [new]
    assert list(unsettled_work(late + timedelta(hours=2))) == []
    with django_capture_on_commit_callbacks(execute=True):
        start_measuring_duties()
    job = Job.objects.filter(name=MEASURE).order_by("created_at").last()
    assert job is not None
    assert job.status == "done"
