"""How an invitation ends: accepted, declined, withdrawn or expired."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.exceptions import Conflict
from merchants.engagements.models import Engagement
from merchants.engagements.services import open_engagement
from merchants.matching.models import Invitation
from merchants.matching.permissions import check_act
from merchants.matching.policies import check_in_time, check_taking_part, check_unbiased
from merchants.matching.selectors import overdue
from merchants.matching.states import INVITATION
from merchants.matching.steps import decide, go_on, lock_pair
from merchants.requests.enums import Mode
from merchants.requests.services import move
from merchants.requests.states import HELP_REQUEST

log = structlog.get_logger(__name__)


@transaction.atomic
def accept_invitation(
    *,
    invitation_id: int,
    trader_codes: Sequence[str],
    by: User,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Engagement:
    """The provider says yes and names its traders, in the order in which they take the live rooms; the work begins.

    Raises IllegalTransition, Conflict (too late, not enough places, suspended), InvalidInput (field `traders`), Stale,
    NotPermitted.
    """
    now = now or timezone.now()
    request, invitation = lock_pair(invitation_id)
    invitation.check_version(version)
    row = INVITATION.check(invitation, "accept", note=note)
    check_act(by, invitation, row)
    check_unbiased(by, request)
    check_in_time(invitation, now)
    check_taking_part(invitation.provider)
    decide(invitation, row.to, by=by, note=note, now=now)
    engagement = open_engagement(invitation=invitation, trader_codes=trader_codes, by=by, now=now)
    record(row.audit, invitation, by=by, note=note, now=now, changes={"engagement": engagement.pk})
    move(
        request,
        HELP_REQUEST.check(request, "engage"),
        by=by,
        now=now,
        due_at=None,
        changes={"provider": invitation.provider.code, "engagement": engagement.pk},
    )
    return engagement


@transaction.atomic
def decline_invitation(
    *, invitation_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Invitation:
    """The provider says no, with a reason; the next candidate's turn.

    Raises IllegalTransition, InvalidInput without a reason, Conflict when it is too late, Stale, NotPermitted.
    """
    now = now or timezone.now()
    request, invitation = lock_pair(invitation_id)
    invitation.check_version(version)
    row = INVITATION.check(invitation, "decline", note=note)
    check_act(by, invitation, row)
    check_in_time(invitation, now)
    decide(invitation, row.to, by=by, note=note, now=now)
    record(row.audit, invitation, by=by, note=note, now=now)
    go_on(request, now=now, refer=request.mode == Mode.REFER_ME)
    return invitation


@transaction.atomic
def withdraw_invitation(
    *, invitation_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Invitation:
    """The merchant or staff take the invitation back, with a reason, and choose again.

    Raises IllegalTransition, InvalidInput without a reason, Stale, NotPermitted.
    """
    now = now or timezone.now()
    request, invitation = lock_pair(invitation_id)
    invitation.check_version(version)
    row = INVITATION.check(invitation, "withdraw", note=note)
    check_act(by, invitation, row)
    decide(invitation, row.to, by=by, note=note, now=now)
    record(row.audit, invitation, by=by, note=note, now=now)
    go_on(request, now=now, refer=False)
    return invitation


@transaction.atomic
def expire_invitation(*, invitation_id: int, now: datetime | None = None) -> Invitation:
    """Close an invitation whose time is over; the next candidate's turn. Raises IllegalTransition when it was answered,
    Conflict when its time is not over."""
    now = now or timezone.now()
    request, invitation = lock_pair(invitation_id)
    row = INVITATION.check(invitation, "expire")
    if now < invitation.expires_at:
        raise Conflict(_("This invitation can still be answered."), remedy=_("Wait for its time to end."))
    decide(invitation, row.to, by=None, note="", now=now)
    record(row.audit, invitation, by=None, now=now)
    go_on(request, now=now, refer=request.mode == Mode.REFER_ME)
    return invitation


def expire_due_invitations(*, now: datetime | None = None) -> int:
    """Close all invitations whose time is over, each in a transaction of its own; returns how many.

    Race: two sweeps at once, or an answer in the same second. The row's lock decides; the loser finds
    it closed and goes on.
    """
    now = now or timezone.now()
    closed = 0
    for pk in overdue(now).values_list("pk", flat=True):
        try:
            expire_invitation(invitation_id=pk, now=now)
        except Conflict:
            log.info("invitation was closed by somebody else", invitation=pk)
        else:
            closed += 1
    return closed


# What pages and endpoints may ask for by the action's name; accepting names traders and has its own arguments.
ACTIONS: dict[str, Callable[..., Invitation]] = {"decline": decline_invitation, "withdraw": withdraw_invitation}
