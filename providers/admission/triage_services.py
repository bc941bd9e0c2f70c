"""Writes of triage: judge what was submitted, and take what the applicant says to it."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict, InvalidInput
from common.locks import lock
from providers.admission.enums import OPEN, ApplicationStatus
from providers.admission.models import Application
from providers.admission.triage_models import MitigatingFact, Triage, TriageVerdict
from providers.admission.triage_selectors import MAX_FACTS, needs_facts, triage_of
from providers.criteria.enums import Moment
from providers.criteria.selectors import Judgement, judge_providers, published_set
from providers.registry.rejudge_services import ask_rejudge
from providers.relations.check_services import check_relations


@transaction.atomic
def triage_application(*, application_id: int, by: User | None = None, now: datetime | None = None) -> Triage | None:
    """Judge a submitted application by the criteria in force and keep what was found.

    `by=None` is the portal itself: None when the application waits no more or no criteria are in force. A person who
    asks for it again gets Conflict then, or NotPermitted. A result equal to the newest one is not kept twice.
    """
    now = now or timezone.now()
    if by is not None:
        check_permission(by, "application.triage")
    application = lock(Application.objects.select_related("provider"), application_id)
    if by is None and (application.status != ApplicationStatus.SUBMITTED or published_set() is None):
        return None
    if application.status != ApplicationStatus.SUBMITTED:
        raise Conflict(_("Only a submitted application is triaged."), remedy=_("Wait until the applicant submits it."))
    ids = np.array([application.provider_id], dtype=np.int64)
    judgement = judge_providers(ids, today=business_day(now), moment=Moment.DOOR)
    return _store(application, judgement, 0, by=by, now=now)


def triage_provider(*, provider_id: int, now: datetime | None = None) -> Triage | None:
    """Judge what waits of one provider again, because something that criteria read has changed; None when nothing
    waits. Its links are looked for first: a new trader or phone may lead to somebody barred."""
    waiting = Application.objects.filter(provider=provider_id, status=ApplicationStatus.SUBMITTED)
    pk = waiting.values_list("pk", flat=True).first()
    if pk is None:
        return None
    check_relations(provider_id=provider_id, now=now)
    return triage_application(application_id=pk, now=now)


@transaction.atomic
def triage_open_applications(*, now: datetime | None = None) -> int:
    """Judge everything that waits, after a publication or a change of what is known; gives how many waited."""
    now = now or timezone.now()
    waiting = Application.objects.filter(status=ApplicationStatus.SUBMITTED).select_related("provider")
    applications = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    if not applications or published_set() is None:
        return 0
    ids = np.array([application.provider_id for application in applications], dtype=np.int64)
    judgement = judge_providers(ids, today=business_day(now), moment=Moment.DOOR)
    for row, application in enumerate(applications):
        _store(application, judgement, row, by=None, now=now)
    return len(applications)


@transaction.atomic
def add_mitigating_fact(
    *, application_id: int, criterion_key: str, text: str, by: User, now: datetime | None = None
) -> MitigatingFact:
    """Say what speaks for the applicant where a discretionary criterion did not pass; it stands beside the verdict.

    Raises InvalidInput (field `criterion` or `text`), Conflict when the application is closed, NotPermitted.
    """
    now = now or timezone.now()
    application = lock(Application.objects.select_related("provider"), application_id)
    check_permission(by, "application.edit", organisation_id=application.provider.organisation_id)
    if application.status not in OPEN:
        raise Conflict(
            _("This application is closed."), remedy=_("Say it in a new application."), code="application_closed"
        )
    triage = triage_of(application)
    if triage is None or not any(
        row.criterion.key == criterion_key and needs_facts(row) for row in triage.verdicts.all()
    ):
        raise InvalidInput(
            _("There is nothing to explain about this criterion."),
            field="criterion",
            remedy=_("Choose a discretionary criterion that did not pass."),
        )
    if not text.strip():
        raise InvalidInput(_("The text is missing."), field="text", remedy=_("Say what happened and what changed."))
    if MitigatingFact.objects.filter(application=application, criterion_key=criterion_key).count() >= MAX_FACTS:
        raise InvalidInput(
            _("You wrote %(most)s texts about this criterion already.") % {"most": MAX_FACTS},
            field="text",
            remedy=_("Wait for the reviewer."),
        )
    fact = MitigatingFact(
        application=application, criterion_key=criterion_key, text=text.strip(), created_at=now, created_by=by
    )
    fact.full_clean()
    fact.save()
    record("application.mitigate", application, by=by, now=now, changes={"criterion": criterion_key})
    ask_rejudge(application.provider, now=now)
    return fact


def _store(application: Application, judgement: Judgement, row: int, *, by: User | None, now: datetime) -> Triage:
    """Keep one application's verdicts, unless the newest triage says the same. The application is locked."""
    newest = triage_of(application)
    verdicts = [
        TriageVerdict(
            criterion=criterion,
            verdict=int(judgement.verdicts.matrix[row, column]),
            signals=judgement.values_at(row, criterion),
        )
        for column, criterion in enumerate(judgement.criteria)
    ]
    if newest is not None and _same(newest, verdicts):
        return newest
    triage = Triage(
        application=application,
        criteria_set=judgement.criteria_set,
        judged_on=business_day(now),
        outcome=judgement.outcome_at(row),
        created_at=now,
        created_by=by,
    )
    triage.full_clean()
    triage.save()
    for verdict in verdicts:
        verdict.triage = triage
    TriageVerdict.objects.bulk_create(verdicts)
    record("application.triage", application, by=by, now=now, changes={"outcome": triage.outcome})
    _invite_facts(application, newest, verdicts, now)
    return triage


def _same(newest: Triage, verdicts: Sequence[TriageVerdict]) -> bool:
    kept = [(row.criterion_id, row.verdict, row.signals) for row in newest.verdicts.all()]
    return kept == [(row.criterion_id, row.verdict, row.signals) for row in verdicts]


def _invite_facts(
    application: Application, before: Triage | None, verdicts: Sequence[TriageVerdict], now: datetime
) -> None:
    """Tell the applicant when a discretionary criterion did not pass that passed or was not judged before."""
    told = {row.criterion.key for row in before.verdicts.all() if needs_facts(row)} if before is not None else set()
    if any(needs_facts(row) and row.criterion.key not in told for row in verdicts):
        send_notice(
            "triage.explain",
            organisation_id=application.provider.organisation_id,
            now=now,
            number=application.number,
        )
