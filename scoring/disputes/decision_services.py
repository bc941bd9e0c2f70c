"""The decision about a dispute: upheld, upheld in part, or rejected, each with a reason."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.notices.services import send_notice
from common.audit.services import record
from common.locks import lock
from common.states import Transition
from scoring.disputes import policies
from scoring.disputes.models import Dispute
from scoring.disputes.permissions import check_act
from scoring.disputes.selectors import people_behind
from scoring.disputes.services import withdraw_dispute
from scoring.disputes.states import DISPUTE
from scoring.facts.adjusting import held_in, lines_for
from scoring.facts.adjustment_services import write_adjustment
from scoring.facts.enums import AdjustmentKind
from scoring.facts.locks import lock_publishing


@transaction.atomic
def uphold_dispute(
    *, dispute_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Dispute:
    """The provider is right: an adjustment brings the sum to what it asked for, and scores are computed again.

    Race: two officers at once. The second waits for the row, finds it decided and gets IllegalTransition. Raises that,
    InvalidInput (field `note`), Conflict when the facts hold the number by now, Stale, NotPermitted, NotFound.
    """
    dispute, row, held = _take(dispute_id, "uphold", by, note, version)
    return _grant(dispute, row, held, dispute.should_be, by=by, note=note, now=now or timezone.now())


@transaction.atomic
def uphold_partly(
    *, dispute_id: int, by: User, note: str, granted: int, version: int | None = None, now: datetime | None = None
) -> Dispute:
    """The sum is brought to `granted`, which lies between what is held and what was asked for. Raises as
    `uphold_dispute`, and InvalidInput (field `granted`)."""
    dispute, row, held = _take(dispute_id, "uphold_partly", by, note, version)
    policies.check_granted(dispute, held, granted)
    return _grant(dispute, row, held, granted, by=by, note=note, now=now or timezone.now())


@transaction.atomic
def reject_dispute(
    *, dispute_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Dispute:
    """The facts stay as they are. Raises IllegalTransition, InvalidInput (field `note`), Stale, NotPermitted."""
    now = now or timezone.now()
    dispute, row, held = _take(dispute_id, "reject", by, note, version)
    _close(dispute, row, held, by=by, note=note, now=now)
    return dispute


def _take(dispute_id: int, action: str, by: User, note: str, version: int | None) -> tuple[Dispute, Transition, int]:
    """The locked dispute, its step and what the portal holds now. The publishing lock keeps the facts as they are until
    the decision is committed."""
    lock_publishing()
    dispute = lock(Dispute.objects.select_related("provider"), dispute_id)
    row = DISPUTE.check(dispute, action, note=note)
    dispute.check_version(version)
    check_act(by, dispute, row, concerned=people_behind(dispute))
    held = sum(key.values[0] for key in held_in(dispute.slice, dispute.column))
    return dispute, row, held


def _grant(
    dispute: Dispute, row: Transition, held: int, granted: int, *, by: User, note: str, now: datetime
) -> Dispute:
    lines = lines_for(dispute.slice, dispute.column, granted)
    dispute.adjustment = write_adjustment(
        kind=AdjustmentKind.DISPUTE, lines=lines, reason=note.strip(), reference=dispute.number, by=by, now=now
    )
    dispute.granted = granted
    _close(dispute, row, held, by=by, note=note, now=now)
    return dispute


def _close(dispute: Dispute, row: Transition, held: int, *, by: User, note: str, now: datetime) -> None:
    dispute.status, dispute.decided_at, dispute.decided_by = row.to, now, by
    dispute.decision_note, dispute.held_then = note.strip(), held
    dispute.save_checked()
    changes = {"held": held, "should_be": dispute.should_be, "granted": dispute.granted}
    record(row.audit, dispute, by=by, note=note.strip(), now=now, changes=changes)
    if dispute.provider.organisation_id is not None:
        send_notice(
            row.audit,
            organisation_id=dispute.provider.organisation_id,
            now=now,
            number=dispute.number,
            dispute=dispute.pk,
            note=note.strip(),
        )


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Dispute]] = {
    "uphold": uphold_dispute,
    "uphold_partly": uphold_partly,
    "reject": reject_dispute,
    "withdraw": withdraw_dispute,
}
