"""Writes about a probation contract: propose, sign, judge from the facts, decide by a person's signature."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict
from common.locks import lock
from providers.conduct import policies
from providers.conduct.enums import ProbationVerdict
from providers.conduct.models import Probation, ProbationTarget
from providers.conduct.permissions import check_probation_act
from providers.conduct.selectors import due_probations, next_mentor, open_probation_of
from providers.conduct.states import PROBATION
from providers.conduct.targets import DEFAULT_TARGETS, PROBATION_DAYS, Target
from providers.criteria.signals import collect_signals
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider
from providers.registry.permissions import check_unbiased
from providers.registry.status_services import clear_out_provider, complete_probation

# The table asks a person for a reason; the clock has one.
BY_THE_CLOCK = "The last day of the contract has come."


@transaction.atomic
def begin_probation(*, provider_id: int, now: datetime | None = None) -> Probation | None:
    """The contract that follows from an admission or reinstatement, with the default targets and the next mentor.

    By the portal itself. Does nothing when there is an open one; None when the provider is not on probation.
    """
    provider = lock(Provider.objects.all(), provider_id)
    present = open_probation_of(provider)
    if present is not None or provider.status != ProviderStatus.PROBATION:
        return present
    now = now or provider.status_at
    starts_on = business_day(provider.status_at)
    return _propose(provider, DEFAULT_TARGETS, starts_on, starts_on + timedelta(days=PROBATION_DAYS), by=None, now=now)


@transaction.atomic
def propose_probation(
    *,
    provider_id: int,
    targets: Sequence[Target],
    ends_on: date,
    by: User,
    note: str = "",
    now: datetime | None = None,
) -> Probation:
    """A contract with chosen targets; one that still waits for its signature is replaced.

    Raises InvalidInput (field `targets` or `ends_on`), Conflict unless the provider is on probation and no signed
    contract is open, NotPermitted.
    """
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    check_permission(by, "probation.propose")
    check_unbiased(by, provider)
    today = business_day(now)
    policies.check_targets(targets)
    policies.check_end(ends_on, today)
    if provider.status != ProviderStatus.PROBATION:
        raise Conflict(_("This provider is not on probation."), remedy=_("Look at its page for where it stands."))
    present = open_probation_of(provider)
    if present is not None:
        policies.check_replaceable(present)
        lapse_open_probation(
            provider_id=provider.pk, by=by, note=note.strip() or str(_("Another contract replaces it.")), now=now
        )
    return _propose(provider, targets, today, ends_on, by=by, now=now)


@transaction.atomic
def sign_probation(
    *, probation_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Probation:
    """The provider's owner agrees to the targets. Raises IllegalTransition, Stale, NotPermitted."""
    now = now or timezone.now()
    probation = lock(Probation.objects.select_related("provider"), probation_id)
    probation.check_version(version)
    row = PROBATION.check(probation, "sign", note=note)
    check_probation_act(by, probation, row)
    probation.status, probation.signed_at, probation.signed_by = row.to, now, by
    probation.save_checked()
    record(row.audit, probation, by=by, note=note.strip(), now=now)
    return probation


@transaction.atomic
def judge_probation(
    *, probation_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Probation:
    """Compare the targets with the figures of today, before the contract's end. Raises IllegalTransition,
    InvalidInput, Stale, NotPermitted."""
    now = now or timezone.now()
    probation = lock(Probation.objects.select_related("provider"), probation_id)
    probation.check_version(version)
    check_probation_act(by, probation, PROBATION.check(probation, "judge", note=note))
    return _judge([probation], by=by, note=note.strip(), now=now)[0]


@transaction.atomic
def judge_due_probations(*, now: datetime | None = None) -> int:
    """Judge every contract whose last day has come, by the portal itself; gives how many those were."""
    now = now or timezone.now()
    due = due_probations(business_day(now)).select_related("provider").select_for_update(of=("self",))
    return len(_judge(list(due), by=None, note=BY_THE_CLOCK, now=now))


@transaction.atomic
def pass_probation(
    *, probation_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Probation:
    """Sign that the provider passed, whatever the verdict says; it is admitted for good.

    Raises IllegalTransition, InvalidInput, Stale, NotPermitted.
    """
    now = now or timezone.now()
    probation = _end(probation_id, "complete", by=by, note=note, version=version, now=now)
    probation.provider = complete_probation(provider_id=probation.provider_id, by=by, note=note, now=now)
    return probation


@transaction.atomic
def fail_probation(
    *, probation_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Probation:
    """Sign that the provider failed; it is cleared out. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    now = now or timezone.now()
    probation = _end(probation_id, "fail", by=by, note=note, version=version, now=now)
    probation.provider = clear_out_provider(provider_id=probation.provider_id, by=by, note=note, now=now)
    return probation


@transaction.atomic
def lapse_probation(
    *, probation_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Probation:
    """End a contract without a verdict, as when the company is suspended. Raises as `fail_probation`."""
    return _end(probation_id, "lapse", by=by, note=note, version=version, now=now or timezone.now())


@transaction.atomic
def lapse_open_probation(*, provider_id: int, by: User, note: str, now: datetime) -> None:
    """End the open contract, if any, as part of a step with the provider that was allowed to `by` already."""
    found = open_probation_of(Provider(pk=provider_id))
    if found is None:
        return
    probation = lock(Probation.objects.select_related("provider"), found.pk)
    _close(probation, "lapse", by=by, note=note, now=now)


@transaction.atomic
def extend_probation(
    *,
    probation_id: int,
    by: User,
    note: str,
    ends_on: date | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Probation:
    """Give more time on the same targets, a month when no day is given.

    Raises InvalidInput (field `ends_on` or `note`), IllegalTransition, Stale, NotPermitted.
    """
    now = now or timezone.now()
    probation = lock(Probation.objects.select_related("provider"), probation_id)
    probation.check_version(version)
    row = PROBATION.check(probation, "extend", note=note)
    check_probation_act(by, probation, row)
    today = business_day(now)
    until = ends_on or max(today, probation.ends_on) + timedelta(days=30)
    policies.check_extension(probation.ends_on, until, today)
    before, probation.ends_on = probation.ends_on, until
    probation.status, probation.verdict, probation.judged_on = row.to, "", None
    probation.save_checked()
    ProbationTarget.objects.filter(probation=probation).update(value=None, met=None)
    record(row.audit, probation, by=by, note=note.strip(), now=now, changes={"ends_on": [before, until]})
    _tell("probation.extend", probation, now=now, ends_on=until.isoformat(), note=note.strip())
    return probation


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Probation]] = {
    "sign": sign_probation,
    "judge": judge_probation,
    "complete": pass_probation,
    "extend": extend_probation,
    "fail": fail_probation,
    "lapse": lapse_probation,
}


def _propose(
    provider: Provider, targets: Sequence[Target], starts_on: date, ends_on: date, *, by: User | None, now: datetime
) -> Probation:
    probation = Probation(
        provider=provider, mentor=next_mentor(), starts_on=starts_on, ends_on=ends_on, created_at=now, created_by=by
    )
    probation.full_clean()
    probation.save()
    for target in targets:
        row = ProbationTarget(
            probation=probation, measure=target.measure, direction=target.direction, limit=target.limit
        )
        row.full_clean()
        row.save()
    agreed = {target.measure: [target.direction, target.limit] for target in targets}
    record("probation.propose", probation, by=by, now=now, changes={"ends_on": ends_on, "targets": agreed})
    _tell("probation.begin", probation, now=now, ends_on=ends_on.isoformat())
    if probation.mentor_id is not None:
        send_notice(
            "probation.mentor",
            user_id=probation.mentor_id,
            now=now,
            provider=provider.name,
            ends_on=ends_on.isoformat(),
            probation=probation.pk,
        )
    return probation


def _judge(probations: Sequence[Probation], *, by: User | None, note: str, now: datetime) -> list[Probation]:
    """Set values and verdict on locked contracts; their figures are read together."""
    today = business_day(now)
    signals = collect_signals(np.array([one.provider_id for one in probations], dtype=np.int64), today)
    for index, probation in enumerate(probations):
        before = probation.status
        targets = list(probation.targets.all())
        for target in targets:
            value = float(signals[target.measure][index])
            known = not np.isnan(value)
            target.value = value if known else None
            target.met = target.as_target().is_met(value) if known else None
            target.save(update_fields=["value", "met"])
        probation.status = PROBATION.check(probation, "judge", note=note).to
        probation.verdict, probation.judged_on = read_verdict([target.met for target in targets]), today
        probation.save_checked()
        changes = {"status": [before, probation.status], "verdict": probation.verdict}
        record("probation.judge", probation, by=by, note=note if by else "", now=now, changes=changes)
        _tell("probation.judge", probation, now=now)
    return list(probations)


def read_verdict(met: Sequence[bool | None]) -> str:
    """The verdict that follows from the targets; None is one that could not be measured."""
    if any(one is False for one in met):
        return ProbationVerdict.FAIL
    return ProbationVerdict.UNCLEAR if any(one is None for one in met) or not met else ProbationVerdict.PASS


def _end(
    probation_id: int, action: str, *, by: User, note: str, now: datetime, version: int | None = None
) -> Probation:
    probation = lock(Probation.objects.select_related("provider"), probation_id)
    probation.check_version(version)
    check_probation_act(by, probation, PROBATION.check(probation, action, note=note))
    return _close(probation, action, by=by, note=note.strip(), now=now)


def _close(probation: Probation, action: str, *, by: User, note: str, now: datetime) -> Probation:
    row = PROBATION.check(probation, action, note=note)
    before = probation.status
    probation.status, probation.decided_at, probation.decided_by = row.to, now, by
    probation.decision_note = note
    probation.save_checked()
    record(row.audit, probation, by=by, note=note, now=now, changes={"status": [before, row.to]})
    if action != "lapse":
        _tell(row.audit, probation, now=now, note=note)
    return probation


def _tell(kind: str, probation: Probation, *, now: datetime, **parameters: Any) -> None:
    send_notice(kind, organisation_id=probation.provider.organisation_id, now=now, **parameters)
