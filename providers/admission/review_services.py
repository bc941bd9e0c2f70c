"""Writes of the reviewer: return, admit, reject."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit.services import record
from common.days import business_day
from common.jobs.services import enqueue
from common.locks import lock
from providers.admission import policies
from providers.admission.decision_services import (
    add_reasons,
    answer_rejection,
    open_standstill,
    reconsider_rejection,
    uphold_rejection,
)
from providers.admission.models import Application
from providers.admission.notices import tell
from providers.admission.permissions import check_act
from providers.admission.reasons import Reason, check_reasons
from providers.admission.review.panel_services import close_panel
from providers.admission.services import submit_application, withdraw_application
from providers.admission.states import APPLICATION
from providers.documents.policies import check_admissible
from providers.registry.status_services import admit_provider
from providers.relations.policies import check_not_intercepted
from providers.windows.models import AdmissionWindow


@transaction.atomic
def return_application(
    *, application_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Application:
    """Give the application back with what to change; its panel need not have settled. Raises IllegalTransition,
    InvalidInput, Stale, NotPermitted."""
    now = now or timezone.now()
    fields = {"returned_at": now, "returned_by": by, "return_note": note.strip()}
    application = _decide(application_id, "return", by=by, note=note, version=version, now=now, fields=fields)
    tell("application.returned", application, now=now, note=note.strip())
    return application


@transaction.atomic
def admit_application(
    *, application_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Application:
    """Let the provider in, on probation, once its panel has settled. Raises IllegalTransition, InvalidInput, Stale,
    NotPermitted, and Conflict when the panel is open, no place is left, an expired document blocks it or a link to a
    barred party is held against it."""
    now = now or timezone.now()
    fields = {"decided_at": now, "decided_by": by, "decision_note": note.strip()}
    application = _decide(
        application_id, "admit", by=by, note=note, version=version, now=now, fields=fields, prepare=_take_place
    )
    check_admissible(application.provider, business_day(now))
    check_not_intercepted(application.provider)
    tell("application.admitted", application, now=now)
    application.provider = admit_provider(provider_id=application.provider_id, by=by, note=note, now=now)
    enqueue("providers.begin_probation", by=by, now=now, provider_id=application.provider_id)
    return application


@transaction.atomic
def reject_application(
    *,
    application_id: int,
    by: User,
    note: str,
    reasons: Iterable[Reason] = (),
    version: int | None = None,
    now: datetime | None = None,
) -> Application:
    """Refuse the application with its reasons, once its panel has settled or when its triage is a definite fail. The
    rejection stands still first, so that the applicant may answer.

    Raises Conflict while the panel is open, IllegalTransition, InvalidInput (note, field `reasons`), Stale,
    NotPermitted.
    """
    now = now or timezone.now()
    fields = {"decided_at": now, "decided_by": by, "decision_note": note.strip()}
    application = _decide(
        application_id, "reject", by=by, note=note, version=version, now=now, fields=fields, prepare=open_standstill
    )
    add_reasons(application, check_reasons(reasons), now=now)
    return application


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Application]] = {
    "submit": submit_application,
    "withdraw": withdraw_application,
    "return": return_application,
    "admit": admit_application,
    "reject": reject_application,
    "answer": answer_rejection,
    "uphold": uphold_rejection,
    "reconsider": reconsider_rejection,
}


def _take_place(application: Application) -> None:
    """Race: two reviewers give away the last place. Both take the window's row first."""
    application.window = lock(AdmissionWindow.objects.all(), application.window_id)
    policies.check_place_left(application)


def _decide(
    application_id: int,
    action: str,
    *,
    by: User,
    note: str,
    version: int | None,
    now: datetime,
    fields: dict[str, Any],
    prepare: Callable[[Application], None] | None = None,
) -> Application:
    """Race: two reviewers decide at once. The second waits for the row and then finds another state."""
    application = lock(Application.objects.select_related("provider"), application_id)
    application.check_version(version)
    row = APPLICATION.check(application, action, note=note)
    check_act(by, application, row)
    policies.check_panel_settled(application, action)
    before = application.status
    application.status = row.to
    for field, value in fields.items():
        setattr(application, field, value)
    if prepare is not None:
        prepare(application)
    application.save_checked()
    record(row.audit, application, by=by, note=note.strip(), now=now, changes={"status": [before, row.to]})
    close_panel(application=application, by=by, now=now)
    return application
