"""After the door: the nights judge everybody by the same criteria, the watch list fills."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from accounts.roles import Role
from demo.cast import Cast
from demo.clock import at_night
from providers.conduct import watch_services
from providers.conduct.enums import WatchStatus
from providers.conduct.models import WatchEntry
from providers.conduct.night_services import judge_night
from providers.verification.services import confirm_claim, report_false_claim
from scoring.measures.compute import measure_providers

MEASURED_DAYS = 28
NIGHTS = 3


def judge_nights(cast: Cast, *, today: date, report: Callable[[int, int], None]) -> int:
    """Measure the last weeks, judge the last nights, and let the officer act; gives the number of open entries."""
    for back in range(MEASURED_DAYS - 1, -1, -1):
        measure_providers(today - timedelta(days=back))
        report(MEASURED_DAYS - back, MEASURED_DAYS)
    for back in range(NIGHTS - 1, -1, -1):
        judge_night(now=at_night(today - timedelta(days=back)))
    _act(cast, now=at_night(today) + timedelta(hours=6))
    return WatchEntry.objects.exclude(status=WatchStatus.CLOSED).count()


# What the officer writes, and what the company proposes, by the criterion that is broken.
NOTICES = {
    "complaint_rate": ("投诉率连续多晚超过准入条件，请提交整改计划。", "增配两名客服，七日内处理全部积压投诉。"),
    "recent_work": ("已超过一百二十日没有为商家工作，请提交整改计划。", "本周起接受商家邀约，三十日内恢复开播。"),
    "documents": ("必需的证照已过期，请提交整改计划。", "已申请换证，拿到新证后当日上传。"),
}
OTHER = ("连续多晚不符合准入条件，请提交整改计划。", "查明原因，三十日内使该项指标恢复到限值以内。")


def report_claims(cast: Cast, *, now: datetime) -> None:
    """Two strangers report false claims; the officer has confirmed the older one."""
    officer = cast.staff[Role.CONDUCT_OFFICER]
    first = report_false_claim(
        claimant="金蹄直播代运营",
        claimed_code="P000999",
        text="自称平台认证服务商，向商家收取入驻保证金。",
        seen_at_url="https://shop.example/jinti",
        by=None,
        now=now - timedelta(days=6),
    )
    note = "编号不存在，该公司未曾准入。"
    confirm_claim(claim_id=first.pk, by=officer, note=note, now=now - timedelta(days=5))
    text = "名片上印有“已准入”，扫码后没有验真页面。"
    report_false_claim(claimant="远航代播工作室", text=text, by=None, now=now - timedelta(hours=9))


def _act(cast: Cast, *, now: datetime) -> None:
    """Notice to the first who break a criterion; of two plans one is accepted."""
    officer = cast.staff[Role.CONDUCT_OFFICER]
    owners = {provider.pk: owner for provider, owner in zip(cast.providers, cast.owners, strict=True)}
    broken = WatchEntry.objects.filter(breach_on__isnull=False, provider__in=owners).order_by("pk")[:5]
    for place, entry in enumerate(broken):
        note, plan = NOTICES.get(entry.criterion_key, OTHER)
        watch_services.notify_watch(entry_id=entry.pk, by=officer, note=note, now=now)
        if place < 2:
            owner = owners[entry.provider_id]
            watch_services.propose_plan(entry_id=entry.pk, by=owner, note=plan, now=now + timedelta(hours=1))
        if place == 0:
            watch_services.accept_plan(entry_id=entry.pk, by=officer, note="计划可行。", now=now + timedelta(hours=2))
