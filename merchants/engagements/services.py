"""Writes about engagements and who works on them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput, NotFound
from common.locks import lock
from merchants.engagements.duty_services import tell_duties
from merchants.engagements.enums import ENDED, EngagementStatus
from merchants.engagements.models import Assignment, Engagement
from merchants.engagements.permissions import check_act, check_staff
from merchants.engagements.policies import allocate_rooms
from merchants.engagements.selectors import workloads_of
from merchants.engagements.states import ENGAGEMENT
from merchants.matching.models import Invitation
from providers.traders.enums import TraderStatus
from providers.traders.models import Trader


def lock_traders(provider_id: int, codes: Sequence[str]) -> list[tuple[Trader, int]]:
    """The named traders of a provider in the given order, each with its free places.

    Locks all active traders of the provider by pk, so that two acceptances cannot both take the last place; the load is
    read after the lock. Raises InvalidInput for a code that is not an active trader there.
    """
    list(
        Trader.objects.select_for_update()
        .filter(provider=provider_id, status=TraderStatus.ACTIVE)
        .order_by("pk")
        .values_list("pk")
    )
    free = {workload.trader.code: workload for workload in workloads_of(provider_id)}
    unknown = [code for code in codes if code not in free]
    if unknown:
        raise InvalidInput(
            _("%(code)s is not an active trader of this provider.") % {"code": unknown[0]},
            field="traders",
            remedy=_("Choose from the listed traders."),
        )
    return [(free[code].trader, free[code].spare) for code in dict.fromkeys(codes)]


def open_engagement(*, invitation: Invitation, trader_codes: Sequence[str], by: User, now: datetime) -> Engagement:
    """Start the work of a just accepted invitation; the caller holds the locks of request and invitation.

    Raises InvalidInput or Conflict (field `traders`) when the chosen traders cannot take the rooms.
    """
    request = invitation.request
    if request.target_amount is None or request.target_by is None:
        raise ValueError("a request without a target was sent")
    shares = allocate_rooms(lock_traders(invitation.provider_id, trader_codes), request.rooms)
    engagement = Engagement(
        request=request,
        invitation=invitation,
        merchant=request.merchant,
        provider=invitation.provider,
        scope=request.description,
        goal=request.goal,
        target_metric=request.target_metric,
        target_amount=request.target_amount,
        target_by=request.target_by,
        category=request.category,
        stage=request.stage,
        rooms=request.rooms,
        budget_model=request.budget_model,
        budget_max_minor=request.budget_max_minor,
        commission_max_bp=request.commission_max_bp,
        currency=request.currency,
        status_at=now,
        status_by=by,
        started_at=now,
        started_by=by,
    )
    engagement.full_clean()
    engagement.save(force_insert=True)
    for trader, rooms in shares:
        _assign(engagement, trader, rooms, by=by, now=now)
    record(
        "engagement.start",
        engagement,
        by=by,
        now=now,
        changes={"invitation": invitation.pk, "traders": {trader.code: rooms for trader, rooms in shares}},
    )
    tell_duties(engagement, by=by, now=now)
    return engagement


@transaction.atomic
def assign_trader(
    *,
    engagement_id: int,
    trader_code: str,
    rooms: int,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Assignment:
    """Put a trader to work with `rooms` live rooms.

    Raises InvalidInput, Conflict (ended, already at work here, no places), Stale, NotPermitted.
    """
    now = now or timezone.now()
    engagement = _lock_engagement(engagement_id)
    engagement.check_version(version)
    check_staff(by, engagement)
    _check_running(engagement)
    if rooms < 1:
        raise InvalidInput(_("A trader takes at least one live room."), field="rooms", remedy=_("Give 1 or more."))
    chosen = lock_traders(engagement.provider_id, [trader_code])
    if engagement.assignments.filter(trader=chosen[0][0], ended_at=None).exists():
        raise Conflict(
            _("This trader works on this engagement already."),
            field="traders",
            remedy=_("End the present assignment first."),
        )
    [(trader, share)] = allocate_rooms(chosen, rooms)
    assignment = _assign(engagement, trader, share, by=by, now=now)
    engagement.save_checked()
    record("engagement.assign", engagement, by=by, now=now, changes={"trader": trader.code, "rooms": share})
    return assignment


@transaction.atomic
def end_assignment(
    *, assignment_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Assignment:
    """A trader's work on an engagement ends. Raises Conflict when it ended already, Stale, NotPermitted."""
    now = now or timezone.now()
    found = Assignment.objects.filter(pk=assignment_id).first()
    if found is None:
        raise NotFound()
    engagement = _lock_engagement(found.engagement_id)
    engagement.check_version(version)
    check_staff(by, engagement)
    assignment = lock(Assignment.objects.select_related("trader"), assignment_id)
    if assignment.ended_at is not None:
        raise Conflict(_("This assignment has ended already."), remedy=_("Reload the page."))
    assignment.ended_at, assignment.ended_by = now, by
    assignment.full_clean()
    assignment.save()
    engagement.save_checked()
    record("engagement.release", engagement, by=by, note=note, now=now, changes={"trader": assignment.trader.code})
    return assignment


@transaction.atomic
def pause_engagement(
    *, engagement_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Engagement:
    """Pause the work; the traders keep their places. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    return _move("pause", engagement_id, by=by, note=note, version=version, now=now or timezone.now())


@transaction.atomic
def resume_engagement(
    *, engagement_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Engagement:
    """Go on after a pause. Raises IllegalTransition, Stale, NotPermitted."""
    return _move("resume", engagement_id, by=by, note=note, version=version, now=now or timezone.now())


@transaction.atomic
def complete_engagement(
    *, engagement_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Engagement:
    """The merchant confirms that the work is done; the traders are free. Raises IllegalTransition, Stale,
    NotPermitted."""
    return _move("complete", engagement_id, by=by, note=note, version=version, now=now or timezone.now())


@transaction.atomic
def terminate_engagement(
    *, engagement_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Engagement:
    """Either side ends the work early, with a reason; the traders are free.

    Raises IllegalTransition, InvalidInput without a reason, Stale, NotPermitted.
    """
    return _move("terminate", engagement_id, by=by, note=note, version=version, now=now or timezone.now())


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Engagement]] = {
    "pause": pause_engagement,
    "resume": resume_engagement,
    "complete": complete_engagement,
    "terminate": terminate_engagement,
}


def _move(action: str, engagement_id: int, *, by: User, note: str, version: int | None, now: datetime) -> Engagement:
    engagement = _lock_engagement(engagement_id)
    engagement.check_version(version)
    row = ENGAGEMENT.check(engagement, action, note=note)
    check_act(by, engagement, row)
    engagement.status, engagement.status_at, engagement.status_by = row.to, now, by
    if row.to in ENDED:
        engagement.ended_at, engagement.ended_by, engagement.end_note = now, by, note.strip()
        for assignment in engagement.assignments.select_for_update().filter(ended_at=None).order_by("pk"):
            assignment.ended_at, assignment.ended_by = now, by
            assignment.full_clean()
            assignment.save()
    engagement.save_checked()
    record(row.audit, engagement, by=by, note=note, now=now)
    tell_duties(engagement, by=by, now=now)
    return engagement


def _lock_engagement(engagement_id: int) -> Engagement:
    return lock(Engagement.objects.select_related("merchant", "provider", "request"), engagement_id)


def _check_running(engagement: Engagement) -> None:
    if engagement.status in ENDED:
        raise Conflict(
            _("This engagement has ended: its state is “%(state)s”.")
            % {"state": EngagementStatus(engagement.status).label},
            remedy=_("Its record stays as it is."),
        )


def _assign(engagement: Engagement, trader: Trader, rooms: int, *, by: User, now: datetime) -> Assignment:
    assignment = Assignment(engagement=engagement, trader=trader, rooms=rooms, started_at=now, started_by=by)
    assignment.full_clean()
    assignment.save(force_insert=True)
    return assignment
