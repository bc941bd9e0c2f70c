"""Writes about shortlists and invitations, until an invitation is answered."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.exceptions import InvalidInput
from merchants.clocks import PICK_WITHIN, STAFF_WITHIN, business_day
from merchants.matching.enums import InvitationStatus
from merchants.matching.judge import describe_row, judge
from merchants.matching.models import Invitation
from merchants.matching.policies import check_invitable
from merchants.matching.selectors import latest_shortlist
from merchants.matching.states import INVITATION
from merchants.matching.steps import (
    Found,
    decide,
    lock_invitation,
    refer_next,
    write_invitation,
    write_shortlist,
)
from merchants.requests.enums import Mode
from merchants.requests.models import HelpRequest
from merchants.requests.permissions import check_act
from merchants.requests.services import lock_request, move, reopen_help_request, submit_help_request
from merchants.requests.states import HELP_REQUEST


@transaction.atomic
def make_shortlist(
    *, request_id: int, by: User | None, note: str = "", version: int | None = None, now: datetime | None = None
) -> HelpRequest:
    """Find 3 to 5 candidates for a request; `by=None` is the portal. In mode "refer me" the best is invited at once.

    Without any eligible provider the request is unmatched and waits for staff. Raises IllegalTransition, Stale,
    NotPermitted.
    """
    now = now or timezone.now()
    request = lock_request(request_id)
    request.check_version(version)
    row = HELP_REQUEST.check(request, "shortlist", note=note)
    check_act(by, request, row)
    shortlist = write_shortlist(request, _find(request, business_day(now)), by=by, now=now)
    told = {"shortlist": shortlist.pk, "considered": shortlist.considered, "eligible": shortlist.eligible}
    if not shortlist.eligible:
        row = HELP_REQUEST.check(request, "find_nobody")
        move(request, row, by=by, now=now, note=note, due_at=now + STAFF_WITHIN, changes=told)
        return request
    move(request, row, by=by, now=now, note=note, due_at=now + PICK_WITHIN, changes=told)
    if request.mode == Mode.REFER_ME:
        refer_next(request, now=now)
    return request


@transaction.atomic
def invite(
    *, request_id: int, provider_code: str, by: User, version: int | None = None, now: datetime | None = None
) -> Invitation:
    """Invite a provider of the latest shortlist; it has 24 hours to answer.

    Raises IllegalTransition, InvalidInput (field `provider`: not on the list), Conflict (field `provider`: invited
    before, full, on leave ...), Stale, NotPermitted.
    """
    now = now or timezone.now()
    request = lock_request(request_id)
    request.check_version(version)
    row = HELP_REQUEST.check(request, "invite")
    check_act(by, request, row)
    shortlist = latest_shortlist(request)
    candidate = (
        shortlist and shortlist.candidates.filter(provider__code=provider_code).select_related("provider").first()
    )
    if not candidate:
        raise InvalidInput(
            _("This provider is not on the shortlist."), field="provider", remedy=_("Choose one of the candidates.")
        )
    check_invitable(request, candidate.provider, now)
    return write_invitation(request, candidate, by=by, now=now)


@transaction.atomic
def cancel_help_request(
    *, request_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> HelpRequest:
    """The merchant needs no help any more; an open invitation is withdrawn with the same reason.

    Raises IllegalTransition, InvalidInput without a reason while a provider is invited, Stale, NotPermitted.
    """
    now = now or timezone.now()
    request = lock_request(request_id)
    request.check_version(version)
    row = HELP_REQUEST.check(request, "cancel", note=note)
    check_act(by, request, row)
    for pending in request.invitations.filter(status=InvitationStatus.PENDING).values_list("pk", flat=True):
        invitation = lock_invitation(pending)
        withdraw = INVITATION.check(invitation, "withdraw", note=note)
        decide(invitation, withdraw.to, by=by, note=note, now=now)
        record(withdraw.audit, invitation, by=by, note=note, now=now)
    move(request, row, by=by, now=now, note=note, due_at=None)
    return request


def _find(request: HelpRequest, today: date) -> Found:
    verdict = judge(request, today=today)
    seats = zip(verdict.shortlist.rows.tolist(), verdict.shortlist.seats, strict=True)
    return Found(
        score_run_id=verdict.features.score_run_id,
        digest=verdict.features.digest(request, verdict.weights),
        considered=len(verdict.features.providers),
        eligible=int(verdict.screen.eligible.sum()),
        excluded={name: count for name, count in verdict.screen.counts().items() if count},
        weights=verdict.weights,
        candidates=[
            {
                "provider_id": int(verdict.features.providers[row]),
                "seat": seat,
                **describe_row(verdict.features, verdict.fit, row),
            }
            for row, seat in seats
        ],
    )


# What pages and endpoints may ask for by the action's name.
REQUEST_ACTIONS: dict[str, Callable[..., HelpRequest]] = {
    "submit": submit_help_request,
    "shortlist": make_shortlist,
    "reopen": reopen_help_request,
    "cancel": cancel_help_request,
}
