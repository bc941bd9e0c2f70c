"""Writes of the applicant: begin, fill in, submit, withdraw."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import InvalidInput, NotFound
from common.jobs.services import enqueue
from common.locks import lock
from providers.admission import policies
from providers.admission.models import MAX_LINKS, Application, CapabilityEvidence
from providers.admission.permissions import check_act, check_edit
from providers.admission.review.panel_services import close_panel, open_panel
from providers.admission.selectors import latest_of
from providers.admission.states import APPLICATION
from providers.enums import Capability
from providers.registry.models import Provider
from providers.relations.services import record_application_phone
from providers.traders.models import Trader
from providers.traders.selectors import active_of
from providers.windows.models import AdmissionWindow

TRIAGE = "providers.triage_application"
TEXTS = ("summary", "contact_name", "contact_phone", "contact_email")


@transaction.atomic
def create_application(
    *, provider_id: int, by: User, window: str | None = None, now: datetime | None = None
) -> Application:
    """Begin an application as a draft in the open window with the code `window`, or in the one that is open.

    It takes over what the company's last application said; in a first one the contact is `by`.
    Raises Conflict (not now, no window), InvalidInput (field `window`), NotPermitted.
    """
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    policies.check_may_apply(provider, now)
    check_permission(by, "application.edit", organisation_id=provider.organisation_id)
    last = latest_of(provider)
    application = Application(
        provider=provider,
        window=_choose_window(provider, window, now),
        created_at=now,
        created_by=by,
        contact_name=by.name,
        contact_email=by.email,
    )
    if last is not None:
        for name in TEXTS:
            setattr(application, name, getattr(last, name))
    application.full_clean()
    application.save()
    if last is not None:
        _take_over(application, last)
    changes = {"window": application.window.code, **({"taken_over_from": last.number} if last else {})}
    record("application.create", application, by=by, now=now, changes=changes)
    return application


@transaction.atomic
def edit_application(
    *,
    application_id: int,
    changes: Mapping[str, Any],
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Application:
    """Change texts of a draft or returned application, and `traders` (trader codes, the whole list).

    Raises InvalidInput for other fields and for traders who do not work there now, Conflict, Stale, NotPermitted.
    """
    application = _lock_for_edit(application_id, by, version)
    made: dict[str, Any] = {}
    for field, value in changes.items():
        if field == "traders":
            made |= _set_traders(application, value)
        elif field not in TEXTS:
            raise InvalidInput(_("This cannot be changed here."), field=field, remedy=_("Leave it out."))
        elif getattr(application, field) != value.strip():
            made[field] = [getattr(application, field), value.strip()]
            setattr(application, field, value.strip())
    if made:
        application.save_checked()
        record("application.edit", application, by=by, now=now, changes=made)
    return application


@transaction.atomic
def set_evidence(
    *,
    application_id: int,
    capability: str,
    statement: str,
    by: User,
    figures: str = "",
    cases: str = "",
    links: Iterable[str] = (),
    version: int | None = None,
    now: datetime | None = None,
) -> CapabilityEvidence:
    """Write the evidence for one capability, in place of what was there.

    Raises InvalidInput (field `capability`, `statement` or `links`), Conflict, Stale, NotPermitted.
    """
    application = _lock_for_edit(application_id, by, version)
    if capability not in Capability.values:
        raise InvalidInput(
            _("There is no such capability."), field="capability", remedy=_("Choose one of the five capabilities.")
        )
    if not statement.strip():
        raise InvalidInput(
            _("The statement is missing."), field="statement", remedy=_("Say in a few sentences what you do well.")
        )
    wanted = [link.strip() for link in links if link.strip()]
    if len(wanted) > MAX_LINKS:
        raise InvalidInput(
            _("There are more than %(most)s links.") % {"most": MAX_LINKS},
            field="links",
            remedy=_("Keep the strongest ones."),
        )
    evidence = CapabilityEvidence.objects.filter(application=application, capability=capability).first()
    evidence = evidence or CapabilityEvidence(application=application, capability=capability)
    evidence.statement, evidence.figures, evidence.cases = statement.strip(), figures.strip(), cases.strip()
    evidence.links = wanted
    evidence.full_clean()
    evidence.save()
    application.save_checked()
    record("application.set_evidence", application, by=by, now=now, changes={"capability": capability})
    return evidence


@transaction.atomic
def remove_evidence(
    *, application_id: int, capability: str, by: User, version: int | None = None, now: datetime | None = None
) -> Application:
    """Take the evidence for one capability out. Raises NotFound when there is none, Conflict, Stale, NotPermitted."""
    application = _lock_for_edit(application_id, by, version)
    removed, _rows = CapabilityEvidence.objects.filter(application=application, capability=capability).delete()
    if not removed:
        raise NotFound()
    application.save_checked()
    record("application.remove_evidence", application, by=by, now=now, changes={"capability": capability})
    return application


@transaction.atomic
def submit_application(
    *, application_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Application:
    """Hand the application to a panel of reviewers; triage follows by itself. Raises InvalidInput with all that is
    missing, Conflict when its window is closed, IllegalTransition, Stale, NotPermitted.

    Race: the window closes in the same moment. Both take the window's row; the second finds what the first did.
    """
    now = now or timezone.now()
    application = lock(Application.objects.select_related("provider"), application_id)
    application.check_version(version)
    row = APPLICATION.check(application, "submit", note=note)
    application.window = lock(AdmissionWindow.objects.all(), application.window_id)
    policies.check_in_time(application, now)
    policies.check_complete(application)
    check_act(by, application, row)
    before = application.status
    application.status, application.submitted_at, application.submitted_by = row.to, now, by
    application.save_checked()
    record(row.audit, application, by=by, note=note.strip(), now=now, changes={"status": [before, row.to]})
    open_panel(application=application, by=by, now=now)
    enqueue(TRIAGE, by=by, now=now, application_id=application.pk)
    record_application_phone(provider_id=application.provider_id, phone=application.contact_phone, by=by, now=now)
    enqueue("providers.check_relations", by=by, now=now, provider_id=application.provider_id)
    return application


@transaction.atomic
def withdraw_application(
    *, application_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Application:
    """Take an open application back; a new one may be begun. Raises IllegalTransition, Stale, NotPermitted."""
    now = now or timezone.now()
    application = lock(Application.objects.select_related("provider"), application_id)
    application.check_version(version)
    row = APPLICATION.check(application, "withdraw", note=note)
    check_act(by, application, row)
    before = application.status
    application.status, application.withdrawn_at, application.withdrawn_by = row.to, now, by
    application.save_checked()
    record(row.audit, application, by=by, note=note.strip(), now=now, changes={"status": [before, row.to]})
    close_panel(application=application, by=by, now=now)
    return application


def _choose_window(provider: Provider, code: str | None, now: datetime) -> AdmissionWindow:
    windows = policies.open_windows(provider, now)
    if code is None and len(windows) == 1:
        return windows[0]
    chosen = next((window for window in windows if window.code == code), None)
    if chosen is None:
        raise InvalidInput(
            _("Several admission windows are open for your company.")
            if code is None
            else _("Window “%(code)s” is not open for your company.") % {"code": code},
            field="window",
            remedy=_("Choose one of them: %(codes)s.") % {"codes": ", ".join(window.code for window in windows)},
        )
    return chosen


def _take_over(application: Application, last: Application) -> None:
    """Copy the evidence, and of the traders those who still work there."""
    CapabilityEvidence.objects.bulk_create(
        CapabilityEvidence(
            application=application,
            **{name: getattr(item, name) for name in ("capability", "statement", "figures", "cases", "links")},
        )
        for item in last.evidence.all()
    )
    application.traders.set(active_of(application.provider).filter(applications=last))


def _lock_for_edit(application_id: int, by: User, version: int | None) -> Application:
    application = lock(Application.objects.select_related("provider"), application_id)
    application.check_version(version)
    check_edit(by, application)
    return application


def _set_traders(application: Application, codes: Iterable[str]) -> dict[str, Any]:
    wanted = sorted(set(codes))
    found = list(active_of(application.provider).filter(code__in=wanted))
    unknown = sorted(set(wanted) - {trader.code for trader in found})
    if unknown:
        raise InvalidInput(
            _("Not working for this company now: %(codes)s.") % {"codes": ", ".join(unknown)},
            field="traders",
            remedy=_("Register these traders first, or leave them out."),
        )
    before = sorted(Trader.objects.filter(applications=application).values_list("code", flat=True))
    if before == wanted:
        return {}
    application.traders.set(found)
    return {"traders": [before, wanted]}
