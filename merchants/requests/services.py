"""Writes about help requests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.exceptions import InvalidInput, NotFound
from common.jobs.services import enqueue
from common.locks import lock
from common.states import Transition
from merchants.clocks import SHORTLIST_WITHIN
from merchants.registry.models import Merchant
from merchants.requests.enums import RequestStatus
from merchants.requests.models import NEED_LEVELS, HelpRequest
from merchants.requests.permissions import check_act, check_edit
from merchants.requests.policies import check_budget_order, check_complete, check_editable
from merchants.requests.states import HELP_REQUEST
from providers.enums import Capability

EDITABLE = (
    "title",
    "goal",
    "target_metric",
    "target_amount",
    "target_by",
    "description",
    "needs",
    "category",
    "region",
    "rooms",
    "budget_model",
    "budget_min_minor",
    "budget_max_minor",
    "commission_max_bp",
    "mode",
)


def lock_request(request_id: int) -> HelpRequest:
    """The request under its lock, with its merchant. Whoever also changes its invitations takes this lock first."""
    return lock(HelpRequest.objects.select_related("merchant"), request_id)


def move(
    request: HelpRequest,
    row: Transition,
    *,
    by: User | None,
    now: datetime,
    due_at: datetime | None,
    note: str = "",
    changes: dict[str, Any] | None = None,
) -> None:
    """Take the checked step `row` with the locked request, start its clock, write the log."""
    request.status, request.status_at, request.status_by, request.due_at = row.to, now, by, due_at
    request.save_checked()
    record(row.audit, request, by=by, note=note, now=now, changes=changes)


@transaction.atomic
def create_help_request(
    *, merchant_id: int, data: Mapping[str, Any], by: User, now: datetime | None = None
) -> HelpRequest:
    """A draft with what is known so far: title and goal at least. The shop's category stands in until chosen.

    `needs` maps capabilities to 0-3. Raises InvalidInput, NotFound, NotPermitted.
    """
    now = now or timezone.now()
    merchant = Merchant.objects.filter(pk=merchant_id).first()
    if merchant is None:
        raise NotFound()
    request = HelpRequest(
        merchant=merchant, category=merchant.category, created_at=now, created_by=by, status_at=now, status_by=by
    )
    check_edit(by, request)
    _apply(request, data)
    request.full_clean()
    request.save(force_insert=True)
    record("help_request.create", request, by=by, now=now, changes={"merchant": merchant.code, "goal": request.goal})
    return request


@transaction.atomic
def edit_help_request(
    *, request_id: int, changes: Mapping[str, Any], by: User, version: int | None = None, now: datetime | None = None
) -> HelpRequest:
    """Change what is asked, until a provider is invited. A request that was sent stays complete and
    gets a new shortlist. Raises InvalidInput, Conflict, Stale, NotPermitted.
    """
    now = now or timezone.now()
    request = lock_request(request_id)
    check_edit(by, request)
    request.check_version(version)
    check_editable(request)
    made = _apply(request, changes)
    if not made:
        return request
    if request.status == RequestStatus.DRAFT:
        request.save_checked()
    else:
        check_complete(request, now)
        if row := HELP_REQUEST.find(request.status, "reopen"):
            request.status, request.status_at, request.status_by = row.to, now, by
        _ask_for_shortlist(request, by=by, now=now)
        request.save_checked()
    record("help_request.edit", request, by=by, now=now, changes=made)
    return request


@transaction.atomic
def submit_help_request(
    *, request_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> HelpRequest:
    """Send a complete draft; a shortlist is made at once.

    Raises IllegalTransition, InvalidInput, Stale, NotPermitted.
    """
    now = now or timezone.now()
    request = lock_request(request_id)
    request.check_version(version)
    row = HELP_REQUEST.check(request, "submit", note=note)
    check_act(by, request, row)
    check_complete(request, now)
    request.submitted_at, request.submitted_by = now, by
    request.stage = request.merchant.stage
    _ask_for_shortlist(request, by=by, now=now)
    move(request, row, by=by, now=now, note=note, due_at=now + SHORTLIST_WITHIN)
    return request


@transaction.atomic
def reopen_help_request(
    *, request_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> HelpRequest:
    """Ask for a fresh shortlist. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    now = now or timezone.now()
    request = lock_request(request_id)
    request.check_version(version)
    row = HELP_REQUEST.check(request, "reopen", note=note)
    check_act(by, request, row)
    check_complete(request, now)
    _ask_for_shortlist(request, by=by, now=now)
    move(request, row, by=by, now=now, note=note, due_at=now + SHORTLIST_WITHIN)
    return request


def _ask_for_shortlist(request: HelpRequest, *, by: User | None, now: datetime) -> None:
    request.shortlist_job = enqueue("merchants.make_shortlist", by=by, now=now, request_id=request.pk)
    request.due_at = now + SHORTLIST_WITHIN


def _apply(request: HelpRequest, data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set the given fields; returns field to [old, new] of those that differ."""
    made: dict[str, list[Any]] = {}
    for field, given in data.items():
        if field not in EDITABLE:
            raise InvalidInput(_("This cannot be changed here."), field=field, remedy=_("Leave it out."))
        value = _read_needs(given) if field == "needs" else given
        if isinstance(value, str):
            value = value.strip()
        old = getattr(request, field)
        if old != value:
            made[field] = [old, value]
            setattr(request, field, value)
    check_budget_order(request)
    return made


def _read_needs(given: Mapping[str, int]) -> list[int]:
    unknown = set(given) - set(Capability.values)
    if unknown or any(level not in NEED_LEVELS for level in given.values()):
        raise InvalidInput(
            _("A capability is rated from 0 (does not matter) to 3 (decisive)."),
            field="needs",
            remedy=_("Rate the five capabilities, and only these."),
        )
    return [int(given.get(name, 0)) for name in Capability.values]
