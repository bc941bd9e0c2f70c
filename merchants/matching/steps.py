"""Steps that several mutations of matching share; each caller holds the transaction.

Locks are always taken in this order: the request, its invitation, the traders of the provider by pk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from accounts.models import User
from common.audit.services import record
from common.exceptions import Conflict, NotFound
from common.locks import lock
from merchants.clocks import ANSWER_WITHIN, PICK_WITHIN, STAFF_WITHIN
from merchants.matching.models import Candidate, Invitation, Shortlist
from merchants.matching.policies import check_invitable
from merchants.matching.selectors import latest_shortlist, not_invited
from merchants.requests.models import HelpRequest
from merchants.requests.services import lock_request, move
from merchants.requests.states import HELP_REQUEST

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Found:
    """What was found for a request, ready to be stored: the columns of the shortlist, and those of each candidate in
    its order, with `provider_id` and `seat`."""

    score_run_id: int | None
    digest: str
    considered: int
    eligible: int
    excluded: dict[str, int]
    weights: dict[str, Any]
    candidates: Sequence[Mapping[str, Any]]


def write_shortlist(request: HelpRequest, found: Found, *, by: User | None, now: datetime) -> Shortlist:
    """Store a shortlist for the request as it stands; the request is locked."""
    shortlist = Shortlist(
        request=request,
        request_version=request.version,
        made_at=now,
        made_by=by,
        score_run_id=found.score_run_id,
        digest=found.digest,
        considered=found.considered,
        eligible=found.eligible,
        excluded=found.excluded,
        weights=found.weights,
    )
    shortlist.full_clean()
    shortlist.save(force_insert=True)
    Candidate.objects.bulk_create(
        Candidate(shortlist=shortlist, position=position, **columns)
        for position, columns in enumerate(found.candidates, start=1)
    )
    return shortlist


def write_invitation(request: HelpRequest, candidate: Candidate, *, by: User | None, now: datetime) -> Invitation:
    """Open the invitation and start its clock; the request is locked and shortlisted."""
    expires_at = now + ANSWER_WITHIN
    invitation = Invitation(
        request=request,
        candidate=candidate,
        provider=candidate.provider,
        created_at=now,
        created_by=by,
        expires_at=expires_at,
    )
    invitation.full_clean()
    invitation.save(force_insert=True)
    told: dict[str, Any] = {"provider": candidate.provider.code, "expires_at": expires_at}
    record("invitation.create", invitation, by=by, now=now, changes=told)
    move(request, HELP_REQUEST.check(request, "invite"), by=by, now=now, due_at=expires_at, changes=told)
    return invitation


def go_on(request: HelpRequest, *, now: datetime, refer: bool) -> None:
    """After an invitation ended without a yes: back to the shortlist, and on to the next candidate when `refer`."""
    shortlist = latest_shortlist(request)
    if shortlist is None or not not_invited(shortlist).exists():
        move(request, HELP_REQUEST.check(request, "find_nobody"), by=None, now=now, due_at=now + STAFF_WITHIN)
        return
    move(request, HELP_REQUEST.check(request, "release"), by=None, now=now, due_at=now + PICK_WITHIN)
    if refer:
        refer_next(request, now=now)


def refer_next(request: HelpRequest, *, now: datetime) -> None:
    """Invite the best candidate who can still be asked; with none left the request waits for staff."""
    shortlist = latest_shortlist(request)
    for candidate in not_invited(shortlist) if shortlist else ():
        try:
            check_invitable(request, candidate.provider, now)
        except Conflict as error:
            log.info("candidate passed over", request=request.pk, provider=candidate.provider.code, why=str(error))
        else:
            write_invitation(request, candidate, by=None, now=now)
            return
    move(request, HELP_REQUEST.check(request, "find_nobody"), by=None, now=now, due_at=now + STAFF_WITHIN)


def lock_pair(invitation_id: int) -> tuple[HelpRequest, Invitation]:
    request_id = Invitation.objects.filter(pk=invitation_id).values_list("request", flat=True).first()
    if request_id is None:
        raise NotFound()
    request = lock_request(request_id)
    invitation = lock_invitation(invitation_id)
    invitation.request = request
    return request, invitation


def lock_invitation(invitation_id: int) -> Invitation:
    return lock(Invitation.objects.select_related("provider", "request__merchant", "candidate"), invitation_id)


def decide(invitation: Invitation, status: str, *, by: User | None, note: str, now: datetime) -> None:
    invitation.status, invitation.decided_at, invitation.decided_by = status, now, by
    invitation.note = note.strip()
    invitation.save_checked()
