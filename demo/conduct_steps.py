"""After the door: contracts are signed and judged, the nights judge everybody, the watch list fills."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from demo.cast import Cast
from demo.clock import at_night
from providers.conduct import probation_services, watch_services
from providers.conduct.enums import WatchStatus
from providers.conduct.models import Probation, WatchEntry
from providers.conduct.night_services import judge_night
from providers.registry.models import Provider
from scoring.measures.compute import measure_providers

PROBATION = timedelta(days=60)
MEASURED_DAYS = 28
NIGHTS = 3


def begin_probation(provider: Provider, owner: User, *, now: datetime) -> Probation | None:
    """The contract that follows from the admission, signed by the owner two days later."""
    contract = probation_services.begin_probation(provider_id=provider.pk, now=now)
    if contract is None:
        return None
    return probation_services.sign_probation(probation_id=contract.pk, by=owner, now=now + timedelta(days=2))


def pass_probation(cast: Cast, contract: Probation, *, now: datetime) -> None:
    """Judged before its end and signed by a reviewer."""
    reviewer = cast.staff[Role.ADMISSION_REVIEWER]
    key = contract.pk
    note = "考察期已满六十日，提前评定。"
    probation_services.judge_probation(probation_id=key, by=reviewer, note=note, now=now)
    probation_services.pass_probation(probation_id=key, by=reviewer, note="考察期目标已达成。", now=now)


def judge_nights(cast: Cast, *, today: date, report: Callable[[int, int], None]) -> int:
    """Measure the last weeks, judge the last nights, and let the officer act; gives the number of open entries."""
    for back in range(MEASURED_DAYS - 1, -1, -1):
        measure_providers(today - timedelta(days=back))
        report(MEASURED_DAYS - back, MEASURED_DAYS)
    for back in range(NIGHTS - 1, -1, -1):
        judge_night(now=at_night(today - timedelta(days=back)))
    _act(cast, now=at_night(today) + timedelta(hours=6))
    return WatchEntry.objects.exclude(status=WatchStatus.CLOSED).count()


def _act(cast: Cast, *, now: datetime) -> None:
    """Notice to the first who break a criterion; of two plans one is accepted."""
    officer = cast.staff[Role.CONDUCT_OFFICER]
    owners = {provider.pk: owner for provider, owner in zip(cast.providers, cast.owners, strict=True)}
    broken = WatchEntry.objects.filter(breach_on__isnull=False, provider__in=owners).order_by("pk")[:5]
    for place, entry in enumerate(broken):
        note = "连续超过准入条件的上限，请提交整改计划。"
        watch_services.notify_watch(entry_id=entry.pk, by=officer, note=note, now=now)
        if place < 2:
            plan = "增配两名客服，七日内处理全部积压投诉，并核对商品描述。"
            owner = owners[entry.provider_id]
            watch_services.propose_plan(entry_id=entry.pk, by=owner, note=plan, now=now + timedelta(hours=1))
        if place == 0:
            watch_services.accept_plan(entry_id=entry.pk, by=officer, note="计划可行。", now=now + timedelta(hours=2))
