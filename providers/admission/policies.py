"""What an application's state and content allow, whoever asks."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from providers.admission.enums import EDITABLE, OPEN
from providers.admission.models import Application
from providers.admission.review.selectors import has_settled
from providers.registry.enums import ProviderOrigin, ProviderStatus
from providers.registry.models import Provider
from providers.traders.enums import TraderStatus


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
    """Whether the triage found a definite fail, which a human may confirm without a panel. There is no triage yet."""
    return False


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


def check_may_apply(provider: Provider) -> None:
    """Raise Conflict unless `provider` may begin an application now."""
    if provider.origin == ProviderOrigin.EXTERNAL or provider.status != ProviderStatus.REGISTERED:
        raise Conflict(
            _("Only a registered company that was not let in yet can apply."),
            remedy=_("Look at your provider page for where you stand."),
        )
    if Application.objects.filter(provider=provider, status__in=OPEN).exists():
        raise Conflict(
            _("This company has an open application already."), remedy=_("Go on with that one, or withdraw it first.")
        )
