"""Contracts are signed with the admission and end on their last day: measured, then passed, extended or failed."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.utils.translation import override

from accounts.models import User
from accounts.roles import Role
from demo.cast import Cast
from demo.clock import at_night
from providers.conduct import probation_services as services
from providers.conduct.enums import ProbationStatus, ProbationVerdict
from providers.conduct.models import Probation
from providers.conduct.selectors import figures_of, unsigned_probations
from providers.conduct.targets import PROBATION_DAYS
from providers.criteria.measures import SIGNALS
from providers.registry.models import Provider
from scoring.measures.compute import measure_providers

LABELS = {signal.name: signal.label for signal in SIGNALS}
# What the criteria allow at the door; the targets of a contract ask for more.
COMPLAINTS_AT_THE_DOOR = 0.03
IDLE_DAYS = 120
MOST_TERMS = 3

GOOD = "考察期目标全部达成，准予转正。"
ALMOST = "两次延长期间经营稳定；投诉率{value:.2%}，高于约定的2%，但未超过准入条件的3%，准予转正。"
IDLE = "两次延长期间没有为商家工作，目标均未达成，予以清退。"
MISSED = "未达成：{targets}。延长九十日，目标不变。"


def begin_probation(provider: Provider, owner: User, *, now: datetime) -> None:
    """The contract that follows from the admission, signed by the owner two days later."""
    contract = services.begin_probation(provider_id=provider.pk, now=now)
    if contract is not None:
        services.sign_probation(probation_id=contract.pk, by=owner, now=now + timedelta(days=2))


def end_probations(cast: Cast, *, today: date, report: Callable[[int, int], None]) -> None:
    """Every contract whose last day is over, in the order of these days; each is measured on its last day.

    Whoever missed a target gets another term, at most three times; the last verdict on the rest waits for a signature.
    """
    done = 0
    while (last_day := _next_end(today)) is not None:
        measure_providers(last_day)
        services.judge_due_probations(now=at_night(last_day))
        sign_verdicts(cast, now=at_night(last_day) + timedelta(hours=8))
        done += 1
        report(done, done + (today - last_day).days // PROBATION_DAYS)


def sign_verdicts(cast: Cast, *, now: datetime) -> None:
    """What a person decides on each verdict that waits for one."""
    reviewer, officer = cast.staff[Role.ADMISSION_REVIEWER], cast.staff[Role.CONDUCT_OFFICER]
    for contract in unsigned_probations(Probation.objects.select_related("provider")):
        key, terms = contract.pk, (contract.ends_on - contract.starts_on).days // PROBATION_DAYS
        missed = {target.measure: target.value for target in contract.targets.exclude(met=True)}
        complaints = missed.get("complaint_rate_90d")
        if contract.verdict == ProbationVerdict.PASS:
            services.pass_probation(probation_id=key, by=reviewer, note=GOOD, now=now)
        elif terms == MOST_TERMS and len(missed) == 1 and complaints and complaints <= COMPLAINTS_AT_THE_DOOR:
            services.pass_probation(probation_id=key, by=reviewer, note=ALMOST.format(value=complaints), now=now)
        elif terms == MOST_TERMS and _idle_days(contract) > IDLE_DAYS:
            services.fail_probation(probation_id=key, by=officer, note=IDLE, now=now)
        elif terms <= MOST_TERMS:
            services.extend_probation(
                probation_id=key,
                by=reviewer,
                note=MISSED.format(targets=_titles(missed)),
                ends_on=contract.ends_on + timedelta(days=PROBATION_DAYS),
                now=now,
            )


def _next_end(today: date) -> date | None:
    running = Probation.objects.filter(status=ProbationStatus.RUNNING, ends_on__lt=today)
    return running.order_by("ends_on").values_list("ends_on", flat=True).first()


def _titles(measures: dict[str, float | None]) -> str:
    with override("zh-hans"):
        return "、".join(str(LABELS[name]) for name in measures)


def _idle_days(contract: Probation) -> float:
    return figures_of(contract.provider_id, contract.ends_on)["days_since_last_work"] or 0.0
