"""One action on several applications: each goes through its own service, each says what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.exceptions import Conflict, DomainError, InvalidInput, NotFound, Text
from common.locks import lock
from providers.admission import policies, review_services
from providers.admission.models import Application
from providers.admission.review.permissions import check_no_reviewer
from providers.admission.review.services import take_review
from providers.admission.selectors import visible_to

MOST_ROWS = 100


@dataclass(frozen=True)
class Row:
    """What became of one application. `message` and `remedy` say why it was refused."""

    application: Application
    done: bool
    message: Text = ""
    remedy: Text = ""


def take_reviews(*, application: Application, by: User, note: str, version: int | None, now: datetime | None) -> Any:
    """Take a seat in the panel of one application."""
    return take_review(application_id=application.pk, by=by, now=now)


def confirm_fail(*, application: Application, by: User, note: str, version: int | None, now: datetime | None) -> Any:
    """Reject one application whose triage is a definite fail. Raises Conflict for any other one."""
    if not policies.is_definite_fail(application):
        raise Conflict(_("The triage of this application is no definite fail."), remedy=_("Decide on its own page."))
    return review_services.reject_application(application_id=application.pk, by=by, note=note, version=version, now=now)


@transaction.atomic
def confirm_pass(*, application: Application, by: User, note: str, version: int | None, now: datetime | None) -> Any:
    """Admit one application where triage and every reviewer of the settled panel say so, by somebody who reviewed it in
    no round. Raises Conflict for any other one, NotPermitted.

    Race: triage runs again in the same moment. It takes the application's row too, so what is read here still holds
    when the decision is written.
    """
    locked = lock(Application.objects.select_related("provider"), application.pk)
    if not policies.is_unanimous_pass(locked):
        raise Conflict(
            _("Triage and all reviewers of this application do not agree on admitting it."),
            remedy=_("Decide on its own page."),
        )
    check_no_reviewer(by, locked)
    return review_services.admit_application(application_id=locked.pk, by=by, note=note, version=version, now=now)


# What pages and endpoints may ask for by the action's name, and whether it needs a note.
ACTIONS: dict[str, tuple[Callable[..., Any], bool]] = {
    "take": (take_reviews, False),
    "admit": (confirm_pass, True),
    "reject": (confirm_fail, True),
}


def act_on_many(
    *, action: str, items: Sequence[tuple[int, int]], by: User, note: str = "", now: datetime | None = None
) -> list[Row]:
    """Take `action` with one note on each (application id, version), in this order; gives a row for each.

    Every row is a transaction of its own: a refusal leaves the others as they are. Raises InvalidInput when nothing can
    be begun, NotFound when one is not the sender's to see.
    """
    if action not in ACTIONS:
        raise InvalidInput(
            _("There is no such action for several applications."),
            field="action",
            remedy=_("Take reviews, admit, or reject."),
        )
    run, needs_note = ACTIONS[action]
    if not items or len(items) > MOST_ROWS:
        raise InvalidInput(
            _("Nothing is selected.") if not items else _("More than %(most)s are selected.") % {"most": MOST_ROWS},
            field="items",
            remedy=_("Select at least one application, and at most %(most)s.") % {"most": MOST_ROWS},
        )
    if needs_note and not note.strip():
        raise InvalidInput(
            _("This decision needs a reason."),
            field="note",
            remedy=_("Write one or two sentences that the other side can act on."),
            code="note_required",
        )
    found = visible_to(by).in_bulk([key for key, _version in items])
    if len(found) < len({key for key, _version in items}):
        raise NotFound()
    return [_try_one(run, found[key], by=by, note=note, version=version, now=now) for key, version in items]


def _try_one(run: Callable[..., Any], application: Application, **arguments: Any) -> Row:
    try:
        run(application=application, **arguments)
    except DomainError as refusal:
        return Row(application, False, refusal.message, refusal.remedy)
    return Row(application, True)
