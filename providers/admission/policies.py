"""What an application's state and content allow, whoever asks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.exceptions import Conflict, InvalidInput
from common.templatetags.paddock import day, moment
from providers.admission.enums import EDITABLE, OPEN, ApplicationStatus
from providers.admission.models import Application
from providers.admission.review.enums import PanelStatus, Recommendation
from providers.admission.review.panels import judged_in, panels_of
from providers.admission.review.selectors import has_settled
from providers.admission.triage_selectors import triage_of
from providers.criteria.enums import Outcome
from providers.registry.enums import ProviderOrigin, ProviderStatus
from providers.registry.models import Provider
from providers.traders.enums import TraderStatus
from providers.windows.enums import RECEIVING
from providers.windows.models import AdmissionWindow
from providers.windows.policies import is_open
from providers.windows.selectors import next_for, open_for


@dataclass(frozen=True)
class Missing:
    """One thing to add before an application can be submitted, as a sentence."""

    field: str
    text: str | Promise


def find_missing(application: Application) -> list[Missing]:
    """What an application still lacks; empty when it can be submitted."""
    found = []
    if not application.contact_name:
        found.append(Missing("contact_name", _("Name the person who answers questions.")))
    if not application.contact_phone:
        found.append(Missing("contact_phone", _("Give a phone number for questions.")))
    if not application.contact_email:
        found.append(Missing("contact_email", _("Give an e-mail address for questions.")))
    if not application.evidence.all():
        found.append(Missing("evidence", _("Show evidence for at least one capability.")))
    if not any(trader.status == TraderStatus.ACTIVE for trader in application.traders.all()):
        found.append(Missing("traders", _("Name at least one trader who works for you now.")))
    return found


def check_complete(application: Application) -> None:
    """Raise InvalidInput with every missing thing as a sentence; `field` is the first one's."""
    missing = find_missing(application)
    if missing:
        raise InvalidInput(
            " ".join(str(item.text) for item in missing),
            field=missing[0].field,
            remedy=_("Add what is missing and submit again."),
            code="incomplete",
        )


def is_definite_fail(application: Application) -> bool:
    """Whether the newest triage found a definite fail, which a human may confirm without a panel."""
    triage = triage_of(application)
    return triage is not None and triage.outcome == Outcome.DEFINITE_FAIL


def is_unanimous_pass(application: Application) -> bool:
    """Whether the newest triage is a definite pass and every reviewer of the settled panel recommends to admit."""
    triage = triage_of(application)
    panel = next(iter(panels_of(application)), None)
    if triage is None or triage.outcome != Outcome.DEFINITE_PASS or panel is None:
        return False
    agreed = all(review.recommendation == Recommendation.ADMIT for review in judged_in(panel))
    return panel.status == PanelStatus.SETTLED and agreed


def needs_settled_panel(application: Application, action: str) -> bool:
    """Whether `action` waits for the panel: a return never does, a rejection does not after a definite fail."""
    return action == "admit" or (action == "reject" and not is_definite_fail(application))


def check_panel_settled(application: Application, action: str) -> None:
    """Raise Conflict when a decision is taken before the reviewers' panel has settled."""
    if needs_settled_panel(application, action) and not has_settled(application):
        raise Conflict(
            _("The reviewers' panel has not settled yet."),
            remedy=_("Wait for its result, or return the application for changes."),
            code="panel_open",
        )


def check_editable(application: Application) -> None:
    """Raise Conflict unless the application's content may change now."""
    if application.status not in EDITABLE:
        raise Conflict(
            _("An application can be edited as a draft or when it was returned, not now."),
            remedy=_("Withdraw it and begin a new one, or wait for the reviewer.")
            if application.status in OPEN
            else _("Begin a new application."),
        )


def submission_deadline(application: Application) -> datetime | None:
    """Until when it can be submitted; None when there is no end. A returned one has its days of grace."""
    window = application.window
    if window.closes_at is None or application.status != ApplicationStatus.RETURNED or application.returned_at is None:
        return window.closes_at
    return max(window.closes_at, application.returned_at + timedelta(days=window.return_grace_days))


def check_in_time(application: Application, now: datetime) -> None:
    """Raise Conflict unless the application's window takes it now."""
    window, deadline = application.window, submission_deadline(application)
    graced = application.status == ApplicationStatus.RETURNED and window.status in RECEIVING
    if is_open(window, now) or (graced and (deadline is None or now < deadline)):
        return
    raise Conflict(
        _("Window %(code)s took applications until %(when)s.") % {"code": window.code, "when": moment(deadline)}
        if deadline is not None and deadline <= now
        else _("Window %(code)s takes no applications now.") % {"code": window.code},
        remedy=_("Withdraw it and begin a new one in an open window; what you wrote is taken over."),
        code="window_closed",
    )


def reapply_day(provider: Provider) -> date | None:
    """The first day of a new application after a refusal; None when no refusal stands in the way.

    Who withdrew while a rejection stood still waits as long as who let it become final.
    """
    decided = Application.objects.filter(provider=provider, decided_at__isnull=False, standstill_until__isnull=False)
    last = decided.exclude(status=ApplicationStatus.STANDSTILL).select_related("window").order_by("-pk").first()
    if last is None:
        return None
    ended = last.finalised_at or last.withdrawn_at
    return None if ended is None else business_day(ended) + timedelta(days=last.window.reapply_after_days)


def check_may_apply(provider: Provider, now: datetime) -> None:
    """Raise Conflict unless `provider` may begin an application now, whatever windows are open."""
    if provider.origin == ProviderOrigin.EXTERNAL or provider.status != ProviderStatus.REGISTERED:
        raise Conflict(
            _("Only a registered company that was not let in yet can apply."),
            remedy=_("Look at your provider page for where you stand."),
        )
    if Application.objects.filter(provider=provider, status__in=OPEN).exists():
        raise Conflict(
            _("This company has an open application already."), remedy=_("Go on with that one, or withdraw it first.")
        )
    first = reapply_day(provider)
    if first is not None and business_day(now) < first:
        raise Conflict(
            _("Your last application was rejected. You can apply again from %(day)s.") % {"day": day(first)},
            remedy=_("Use the time to mend what the reasons name."),
            code="too_early",
        )


def open_windows(provider: Provider, now: datetime) -> list[AdmissionWindow]:
    """The windows in which `provider` may begin an application now; raises Conflict when there is none, naming the
    next."""
    windows = list(open_for(provider, now))
    if not windows:
        following = next_for(provider, now)
        raise Conflict(
            _("No admission window is open for your company now."),
            field="window",
            remedy=_("The next one, %(code)s, opens on %(when)s.")
            % {"code": following.code, "when": moment(following.opens_at)}
            if following
            else _("None is announced yet. Look at the admission windows again later."),
            code="no_window",
        )
    return windows


def check_answerable(application: Application, now: datetime) -> None:
    """Raise Conflict unless the applicant may answer the rejection now: once for each round, while it stands still."""
    if has_answer(application):
        raise Conflict(_("You answered already."), remedy=_("Wait for the decision of the reviewers."), code="answered")
    if application.standstill_until is not None and application.standstill_until <= now:
        raise Conflict(
            _("The time to answer ended on %(when)s.") % {"when": moment(application.standstill_until)},
            remedy=_("You can apply again later."),
            code="too_late",
        )


def check_upholdable(application: Application, now: datetime) -> None:
    """Raise Conflict while the applicant may still answer and has not."""
    if has_answer(application) or (application.standstill_until is not None and application.standstill_until <= now):
        return
    raise Conflict(
        _("The applicant may answer until %(when)s.") % {"when": moment(application.standstill_until)},
        remedy=_("Wait for the answer or for the end of the standstill."),
        code="standstill",
    )


def has_answer(application: Application) -> bool:
    """Whether the applicant answered the rejection of the present round."""
    return any(answer.decision_round == application.decision_round for answer in application.answers.all())


def check_place_left(application: Application) -> None:
    """Raise Conflict when all places of the window are taken. Call with the window's row locked."""
    places = application.window.places
    if places is None:
        return
    taken = Application.objects.filter(window=application.window_id, status=ApplicationStatus.ADMITTED).count()
    if taken >= places:
        raise Conflict(
            _("All %(places)s places of window %(code)s are taken.")
            % {"places": places, "code": application.window.code},
            remedy=_("Reject it with this reason, or return it until there is another window."),
            code="no_place_left",
        )
