"""What engagements mean for the duties of a season: told down to `scoring`, which never asks where it came from."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from common.jobs.services import enqueue
from merchants.clocks import business_day
from merchants.engagements.enums import ENDED, EngagementStatus
from merchants.engagements.models import Engagement
from merchants.engagements.progress import Progress, measure_progress
from merchants.registry.enums import MerchantStage, MerchantType
from merchants.requests.enums import Goal
from scoring.duties.enums import Help, Shop, WorkState
from scoring.duties.models import DutyWork
from scoring.duties.services import Work, record_work

MEASURE = "merchants.measure_duties"
HELPS = {Goal.TRANSITION: Help.TRANSITION, Goal.COLD_START: Help.COLD_START}
SHOPS = {MerchantType.KUAI_BRAND: Shop.KUAI_BRAND, MerchantType.BRAND: Shop.BRAND}
# Late facts, upheld disputes and the settlement of a season all come within this time.
STILL_MOVING = timedelta(days=90)


def tell_duties(engagement: Engagement, *, by: User | None, now: datetime) -> None:
    """Tell what began or ended, within the caller's transaction; facts are measured afterwards by a job. Does nothing
    for goals that are no duty."""
    if engagement.goal not in HELPS:
        return
    record_work(provider_id=engagement.provider_id, work=describe_work(engagement, None), by=by, now=now)
    if engagement.status in ENDED:
        enqueue(MEASURE, by=by, now=now, engagement_id=engagement.pk)


def measure_work(engagement: Engagement, *, now: datetime | None = None) -> DutyWork:
    """Tell what facts say of an engagement now. Safe to repeat: nothing is written when nothing changed."""
    measured = measure_progress(engagement) if engagement.status in ENDED else None
    return record_work(provider_id=engagement.provider_id, work=describe_work(engagement, measured), by=None, now=now)


def unsettled_work(now: datetime | None = None) -> QuerySet[Engagement]:
    """The engagements that may count for a duty and are not told at all, or whose facts may still change."""
    since = (now or timezone.now()) - STILL_MOVING
    told = DutyWork.objects.values_list("reference", flat=True)
    known = {int(reference[1:]) for reference in told if reference[1:].isdigit()}
    moving = Q(ended_at__gte=since) | ~Q(pk__in=known)
    return Engagement.objects.filter(moving, goal__in=list(HELPS)).select_related("merchant", "provider").order_by("pk")


def describe_work(engagement: Engagement, measured: Progress | None) -> Work:
    """An engagement in the words of duties. Its stage is that of the merchant when the work began."""
    states = {EngagementStatus.COMPLETED: WorkState.COMPLETED, EngagementStatus.TERMINATED: WorkState.BROKEN_OFF}
    return Work(
        reference=engagement.code,
        merchant=engagement.merchant.code,
        help=HELPS[Goal(engagement.goal)],
        shop=SHOPS.get(MerchantType(engagement.merchant.merchant_type), Shop.OTHER),
        new_shop=engagement.stage == MerchantStage.COLD_START,
        state=states.get(EngagementStatus(engagement.status), WorkState.RUNNING),
        started_on=business_day(engagement.started_at),
        ended_on=business_day(engagement.ended_at) if engagement.ended_at else None,
        target=engagement.target_amount,
        measured=measured.measured if measured else None,
        measured_until=measured.until if measured else None,
    )
