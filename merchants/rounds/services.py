"""Writes about match rounds: start, keep the preview, commit, discard."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict
from common.jobs import services as jobs
from common.locks import lock
from merchants.requests.selectors import referable
from merchants.rounds.compute import Preview
from merchants.rounds.models import MatchRound, RoundPlace
from merchants.rounds.permissions import check_act
from merchants.rounds.place_services import INVITE, resume_round
from merchants.rounds.rules import DEFAULT_BALANCE, DEFAULT_LIMIT, DEFAULT_NEWCOMER_PLACES
from merchants.rounds.selectors import open_round
from merchants.rounds.states import MATCH_ROUND

PREPARE = "merchants.prepare_round"


@transaction.atomic
def start_round(
    *,
    by: User,
    balance: str = DEFAULT_BALANCE,
    newcomer_places: int = DEFAULT_NEWCOMER_PLACES,
    candidate_limit: int = DEFAULT_LIMIT,
    in_background: bool = True,
    now: datetime | None = None,
) -> MatchRound:
    """Prepare a preview over all requests that wait for a referral. A round whose preparation failed makes way.

    Raises Conflict when nobody waits or another round is open, ValidationError for a setting out of range,
    NotPermitted. `in_background=False` leaves the work to the caller (`work.prepare`).
    """
    now = now or timezone.now()
    check_permission(by, "round.run")
    if not referable().exists():
        raise Conflict(
            _("No request waits for a provider."), remedy=_("Start a round when one does."), code="nobody_waits"
        )
    present = open_round()
    if present is not None:
        _make_way(present, now)
    match_round = MatchRound(
        balance=balance,
        newcomer_places=newcomer_places,
        candidate_limit=candidate_limit,
        created_at=now,
        created_by=by,
    )
    # Whether another round is open the database says: of two that start at once both would find none here.
    match_round.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            match_round.save(force_insert=True)
    except IntegrityError as error:  # two people started one in the same moment
        raise _open_already() from error
    changes = {"balance": balance, "newcomer_places": newcomer_places, "candidate_limit": candidate_limit}
    record("match_round.start", match_round, by=by, now=now, changes=changes)
    if in_background:
        match_round.job = jobs.enqueue(PREPARE, by=by, now=now, round_id=match_round.pk)
        match_round.save(update_fields=["job"])
    return match_round


@transaction.atomic
def keep_preview(*, round_id: int, preview: Preview, now: datetime | None = None) -> MatchRound:
    """The worker found what the round would do. Raises IllegalTransition when it was discarded meanwhile."""
    now = now or timezone.now()
    match_round = lock(MatchRound.objects.all(), round_id)
    row = MATCH_ROUND.check(match_round, "present")
    for name, value in preview.figures.items():
        setattr(match_round, name, value)
    match_round.status = row.to
    match_round.save_checked()
    RoundPlace.objects.bulk_create(
        [RoundPlace(round=match_round, **columns) for columns in preview.places], batch_size=200
    )
    changes = {"requests": match_round.request_count, "matched": match_round.matched_count}
    record(row.audit, match_round, by=None, now=now, changes={**changes, "digest": match_round.digest})
    return match_round


@transaction.atomic
def commit_round(
    *,
    round_id: int,
    by: User,
    note: str = "",
    version: int | None = None,
    in_background: bool = True,
    now: datetime | None = None,
) -> MatchRound:
    """Carry the preview out: every provider of it is invited, place by place, by a job.

    Raises IllegalTransition, Conflict when nobody would be invited, Stale, NotPermitted.
    """
    now = now or timezone.now()
    match_round = lock(MatchRound.objects.all(), round_id)
    match_round.check_version(version)
    row = MATCH_ROUND.check(match_round, "commit", note=note)
    check_act(by, match_round, row)
    match_round.status, match_round.committed_at, match_round.committed_by = row.to, now, by
    if in_background:
        match_round.job = jobs.enqueue(INVITE, by=by, now=now, round_id=match_round.pk)
    match_round.save_checked()
    record(row.audit, match_round, by=by, note=note, now=now, changes={"matched": match_round.matched_count})
    return match_round


@transaction.atomic
def discard_round(
    *, round_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> MatchRound:
    """Put the round away; nobody is invited. One that is being prepared stops at the next safe point.

    Raises IllegalTransition, Stale, NotPermitted.
    """
    now = now or timezone.now()
    match_round = lock(MatchRound.objects.select_related("job"), round_id)
    match_round.check_version(version)
    check_act(by, match_round, MATCH_ROUND.check(match_round, "discard", note=note))
    _discard(match_round, by=by, note=note, now=now)
    if match_round.job is not None and match_round.job.is_open:
        jobs.request_cancel(job_id=match_round.job.pk, by=by, now=now)
    return match_round


@transaction.atomic
def stop_round(*, round_id: int, now: datetime | None = None) -> MatchRound:
    """Its preparation was cancelled, before a worker took it or while one worked."""
    match_round = lock(MatchRound.objects.all(), round_id)
    if MATCH_ROUND.find(match_round.status, "present"):
        _discard(match_round, by=None, note="", now=now or timezone.now())
    return match_round


def _make_way(present: MatchRound, now: datetime) -> None:
    """Discard the open round if its preparation ended without a preview; else raise Conflict."""
    locked = lock(MatchRound.objects.select_related("job"), present.pk)
    failed = locked.job is not None and not locked.job.is_open and MATCH_ROUND.find(locked.status, "present")
    if locked.is_open and not failed:
        raise _open_already()
    if failed:
        _discard(locked, by=None, note="", now=now)


def _discard(match_round: MatchRound, *, by: User | None, note: str, now: datetime) -> None:
    row = MATCH_ROUND.check(match_round, "discard")
    match_round.status, match_round.discarded_at, match_round.discarded_by = row.to, now, by
    match_round.save_checked()
    record(row.audit, match_round, by=by, note=note, now=now)


def _open_already() -> Conflict:
    return Conflict(
        _("Another round is open."), remedy=_("Commit or discard it first, then start a new one."), code="round_open"
    )


# What people do with a round; the other step is the worker's.
ACTIONS: dict[str, Callable[..., MatchRound]] = {
    "commit": commit_round,
    "discard": discard_round,
    "resume": resume_round,
}
