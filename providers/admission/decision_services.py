"""Writes about a rejection that stands still: reasons, the answer, the second decision, the clock's."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict
from common.locks import lock
from common.states import Transition
from providers.admission import policies
from providers.admission.decision_models import ApplicationAnswer, RejectionReason
from providers.admission.models import Application
from providers.admission.notices import tell
from providers.admission.permissions import check_act
from providers.admission.reasons import Reason, criteria_at_the_door
from providers.admission.review.panel_services import open_panel
from providers.admission.selectors import rejections_due
from providers.admission.states import APPLICATION

log = structlog.get_logger(__name__)


def open_standstill(application: Application) -> None:
    """Set until when a rejection stands still, by the days of its window. The caller saves."""
    if application.decided_at is not None:
        application.standstill_until = application.decided_at + timedelta(days=application.window.standstill_days)


def add_reasons(application: Application, reasons: Iterable[Reason], *, now: datetime) -> None:
    """Write the reasons of this round and tell the applicant, inside the rejection."""
    criteria = {row.key: row for row in criteria_at_the_door()}
    for reason in reasons:
        named = criteria.get(reason.criterion)
        row = RejectionReason(
            application=application,
            decision_round=application.decision_round,
            criterion=reason.criterion,
            title_zh=named.title_zh if named else "",
            title_en=named.title_en if named else "",
            capability=reason.capability,
            sentence=reason.sentence,
            created_at=now,
        )
        row.full_clean()
        row.save()
    if application.standstill_until is not None:
        until = business_day(application.standstill_until).isoformat()
        tell("application.standstill", application, now=now, until_on=until)


@transaction.atomic
def answer_rejection(
    *, application_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Application:
    """Answer a rejection while it stands still; `note` is the answer. Once for each round, and the clock stops for it.

    Raises IllegalTransition, InvalidInput (empty), Conflict (answered, too late), Stale, NotPermitted.

    Race: the clock makes the rejection final in the same moment. Both take the row; the second one is refused.
    """
    now = now or timezone.now()
    application, row = _lock(application_id, "answer", by=by, note=note, version=version)
    policies.check_answerable(application, now)
    answer = ApplicationAnswer(
        application=application,
        decision_round=application.decision_round,
        text=note.strip(),
        answered_at=now,
        answered_by=by,
    )
    answer.full_clean()
    answer.save()
    application.save_checked()
    record(row.audit, application, by=by, note=note.strip(), now=now, changes={"round": application.decision_round})
    return application


@transaction.atomic
def uphold_rejection(
    *, application_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Application:
    """Make a rejection final by a second decision, after the answer or the end of the standstill.

    Raises IllegalTransition, InvalidInput (no reason), Conflict (the applicant may still answer), Stale, NotPermitted
    (also for who took the first decision).
    """
    now = now or timezone.now()
    application, row = _lock(application_id, "uphold", by=by, note=note, version=version)
    policies.check_upholdable(application, now)
    application.finalised_at, application.finalised_by, application.final_note = now, by, note.strip()
    _move(application, row, by=by, note=note, now=now)
    _tell_final(application, now)
    return application


@transaction.atomic
def reconsider_rejection(
    *, application_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Application:
    """Take a rejection back; a new round of review begins. What the first one said stays under its round.

    Raises IllegalTransition, InvalidInput (no reason), Stale, NotPermitted.
    """
    now = now or timezone.now()
    application, row = _lock(application_id, "reconsider", by=by, note=note, version=version)
    application.decision_round += 1
    application.decided_at = application.decided_by = application.decision_note = None
    application.standstill_until = None
    _move(application, row, by=by, note=note, now=now)
    open_panel(application=application, by=by, now=now)
    tell("application.reconsidered", application, now=now, note=note.strip())
    return application


@transaction.atomic
def finalise_rejection(*, application_id: int, now: datetime | None = None) -> Application:
    """The clock makes a rejection final that nobody answered; it counts from the end of the standstill.

    Raises IllegalTransition when it was decided otherwise, Conflict when it was answered or is not due.
    """
    now = now or timezone.now()
    application = lock(Application.objects.select_related("provider", "window"), application_id)
    row = APPLICATION.check(application, "finalise")
    if policies.has_answer(application):
        raise Conflict(_("The applicant answered, so a person decides."), remedy=_("Uphold or reconsider it."))
    policies.check_upholdable(application, now)
    application.finalised_at = application.standstill_until
    _move(application, row, by=None, note="", now=now)
    _tell_final(application, now)
    return application


def finalise_due_rejections(*, now: datetime | None = None) -> int:
    """Make all rejections final whose standstill ended without an answer, each in a transaction of its own.

    Race: two ticks at once, or an answer in the same moment. The row's lock decides; who loses finds it done and goes
    on.
    """
    now = now or timezone.now()
    done = 0
    for pk in rejections_due(now).values_list("pk", flat=True):
        try:
            finalise_rejection(application_id=pk, now=now)
        except Conflict:
            log.info("rejection was moved on by somebody else", application=pk)
        else:
            done += 1
    return done


def _lock(
    application_id: int, action: str, *, by: User, note: str, version: int | None
) -> tuple[Application, Transition]:
    application = lock(Application.objects.select_related("provider", "window"), application_id)
    application.check_version(version)
    row = APPLICATION.check(application, action, note=note)
    check_act(by, application, row)
    return application, row


def _move(application: Application, row: Transition, *, by: User | None, note: str, now: datetime) -> None:
    before, application.status = application.status, row.to
    application.save_checked()
    changes = {"status": [before, row.to], "round": application.decision_round}
    record(row.audit, application, by=by, note=note.strip(), now=now, changes=changes)


def _tell_final(application: Application, now: datetime) -> None:
    again = policies.reapply_day(application.provider)
    tell("application.final", application, now=now, again_on=again.isoformat() if again else "")
