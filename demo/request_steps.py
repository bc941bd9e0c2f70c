"""Merchants of the demo world ask for help, in every state that a request, an invitation and an engagement can have."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from numpy.random import Generator

from accounts.models import User
from accounts.roles import Role
from common.jobs import services as jobs
from demo.cast import Cast
from merchants.engagements import services as engagements
from merchants.engagements.models import Engagement
from merchants.matching import answer_services, services
from merchants.matching.enums import InvitationStatus
from merchants.matching.models import Invitation
from merchants.matching.selectors import candidates_of, latest_shortlist
from merchants.registry.models import Merchant
from merchants.requests.enums import BudgetModel, Goal, Mode, TargetMetric
from merchants.requests.models import HelpRequest
from merchants.requests.services import create_help_request, submit_help_request
from providers.enums import Capability
from providers.registry.models import Provider
from providers.traders.selectors import active_of

TITLES = {
    Goal.COLD_START: "新店冷启动，缺少主播与选品",
    Goal.FIRST_500K: "冲击月销五十万，需要稳定开播",
    Goal.FIRST_5M: "冲击月销五百万，需要投流与供应链",
    Goal.TRANSITION: "从图文转型直播，团队没有经验",
    Goal.PROMO_EVENT: "备战616大促，需要整场操盘",
    Goal.REFINED_OPERATION: "精细化运营，提高复购与口碑",
}
# What the goal is measured by, and from what to what, in minor units for money.
TARGETS = {
    Goal.COLD_START: (TargetMetric.TOTAL_GMV, 5_000_000, 20_000_000),
    Goal.FIRST_500K: (TargetMetric.MONTHLY_GMV, 50_000_000, 60_000_000),
    Goal.FIRST_5M: (TargetMetric.MONTHLY_GMV, 500_000_000, 600_000_000),
    Goal.TRANSITION: (TargetMetric.TOTAL_GMV, 10_000_000, 40_000_000),
    Goal.PROMO_EVENT: (TargetMetric.TOTAL_GMV, 30_000_000, 90_000_000),
    Goal.REFINED_OPERATION: (TargetMetric.TOTAL_GMV, 20_000_000, 80_000_000),
}
STEP = 1_000_000

OWNED = 80


def add_requests(cast: Cast, merchants: list[Merchant], rng: Generator, *, star: int, now: datetime) -> None:
    """Past requests with their engagements first, then those that wait today; the demo merchant has some of each."""
    order = [index for index in range(len(merchants)) if index != star][:OWNED]
    past = [star, star, *order[:34]]
    for number, index in enumerate(past):
        _engage(cast, rng, merchants[index], number=number, now=now - timedelta(days=110 - 2 * number, hours=number))
    present = [star, star, *order[40:58]]
    for number, index in enumerate(present):
        _wait(cast, rng, merchants[index], number=number, now=now - timedelta(hours=1 + number / 2))


def invite_star(provider: Provider, merchants: list[Merchant], rng: Generator, *, now: datetime) -> None:
    """Two merchants choose the provider of the demo accounts: it works for one, the other waits for its answer.

    Not every shortlist has it, so the last merchants with owners ask until two have.
    """
    chosen = 0
    for merchant in merchants:
        moment = now - timedelta(days=20) if chosen == 0 else now - timedelta(hours=5)
        request = ask(rng, merchant, mode=Mode.I_PICK, now=moment, category=provider.category)
        submit_then(request, now=moment)
        shortlist = latest_shortlist(request)
        if shortlist is None or not candidates_of(shortlist).filter(provider=provider).exists():
            continue
        services.invite(
            request_id=request.pk, provider_code=provider.code, by=owner_of(merchant), now=moment + timedelta(hours=1)
        )
        chosen += 1
        if chosen == 2:
            return
        accept(request, now=moment + timedelta(hours=3))


def ask(rng: Generator, merchant: Merchant, *, mode: str, now: datetime, category: str = "") -> HelpRequest:
    """A complete draft with a goal that can be measured."""
    goal = str(rng.choice(Goal.values))
    metric, least, most = TARGETS[Goal(goal)]
    data: dict[str, Any] = {
        "title": TITLES[Goal(goal)],
        "goal": goal,
        "target_metric": metric,
        "target_amount": int(rng.integers(least // STEP, most // STEP)) * STEP,
        "target_by": (now + timedelta(days=150)).date(),
        "description": "希望服务商负责直播间搭建、主播排班与复盘，我们提供货盘与客服。",
        "needs": {key: int(level) for key, level in zip(Capability.values, rng.integers(0, 4, size=5), strict=True)}
        | {Capability.LIVE_OPERATIONS: 3},
        "rooms": int(rng.integers(1, 3)),
        "budget_model": BudgetModel.FIXED_FEE,
        "budget_min_minor": 1_000_000,
        "budget_max_minor": 5_000_000,
        "mode": mode,
        "category": category or merchant.category,
    }
    return create_help_request(merchant_id=merchant.pk, data=data, by=owner_of(merchant), now=now)


@transaction.atomic
def submit_then(request: HelpRequest, *, now: datetime) -> HelpRequest:
    """Submit and make the shortlist at the time that the story tells, in place of the job that does it at once."""
    submitted = submit_help_request(request_id=request.pk, by=owner_of(request.merchant), now=now)
    if submitted.shortlist_job is not None:
        jobs.request_cancel(job_id=submitted.shortlist_job.pk, by=owner_of(request.merchant), now=now)
    return services.make_shortlist(request_id=request.pk, by=None, now=now + timedelta(minutes=2))


def _engage(cast: Cast, rng: Generator, merchant: Merchant, *, number: int, now: datetime) -> None:
    """A past request: some providers said no or nothing, one said yes; the work goes on, paused, or ended."""
    request = submit_then(ask(rng, merchant, mode=Mode.REFER_ME, now=now), now=now)
    moment = now + timedelta(hours=1)
    if number % 4 == 1:
        moment = _decline(request, now=moment)
    if number % 7 == 2:
        moment += timedelta(hours=25)
        _let_pass(request, now=moment)
    engagement = accept(request, now=moment + timedelta(hours=2))
    if engagement is None:
        return
    ending = number % 6
    owner = owner_of(merchant)
    later = moment + timedelta(days=30)
    if later > datetime.now(later.tzinfo):
        return
    if ending == 3:
        engagements.complete_engagement(engagement_id=engagement.pk, by=owner, note="目标达成，合作愉快。", now=later)
    elif ending == 4:
        engagements.pause_engagement(engagement_id=engagement.pk, by=owner, note="店铺装修，暂停两周。", now=later)
    elif ending == 5:
        note = "排班多次缺席，提前结束合作。"
        engagements.terminate_engagement(engagement_id=engagement.pk, by=owner, note=note, now=later)


def _wait(cast: Cast, rng: Generator, merchant: Merchant, *, number: int, now: datetime) -> None:
    """A request of today: a draft, a shortlist to choose from, an invitation under its clock, or cancelled."""
    request = ask(rng, merchant, mode=Mode.REFER_ME if number % 3 == 2 else Mode.I_PICK, now=now)
    if number % 10 == 9:
        return
    submit_then(request, now=now + timedelta(minutes=5))
    request = HelpRequest.objects.get(pk=request.pk)
    if number % 10 == 8:
        note = "已自行找到合作方。"
        services.cancel_help_request(
            request_id=request.pk, by=owner_of(merchant), note=note, now=now + timedelta(minutes=20)
        )


def _pending(request: HelpRequest) -> Invitation | None:
    return (
        Invitation.objects.filter(request=request, status=InvitationStatus.PENDING).select_related("provider").first()
    )


def accept(request: HelpRequest, *, now: datetime) -> Engagement | None:
    """The invited provider accepts with traders who have places; None when nobody is invited or has places."""
    invitation = _pending(request)
    if invitation is None:
        return None
    traders = [trader.code for trader in active_of(invitation.provider)]
    return answer_services.accept_invitation(
        invitation_id=invitation.pk, trader_codes=traders, by=owner_of(invitation.provider), now=now
    )


def _decline(request: HelpRequest, *, now: datetime) -> datetime:
    invitation = _pending(request)
    if invitation is not None:
        note = "近期主播排期已满，无法保证质量。"
        owner = owner_of(invitation.provider)
        answer_services.decline_invitation(invitation_id=invitation.pk, by=owner, note=note, now=now)
    return now + timedelta(hours=3)


def _let_pass(request: HelpRequest, *, now: datetime) -> None:
    """The invited provider lets its 24 hours pass."""
    invitation = _pending(request)
    if invitation is not None and invitation.expires_at <= now:
        answer_services.expire_invitation(invitation_id=invitation.pk, now=now)


def owner_of(party: Merchant | Provider) -> User:
    """The person who owns a shop or company."""
    roles = (Role.MERCHANT_OWNER, Role.PROVIDER_OWNER)
    return User.objects.get(memberships__organisation=party.organisation, memberships__role__in=roles)
