"""The one thing a provider should do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.templatetags.paddock import day, moment, number
from merchants.matching.models import Invitation
from pages.waiting import say_left
from providers.admission.enums import ApplicationStatus
from providers.admission.models import Application
from providers.conduct.models import Probation, WatchEntry
from providers.documents.enums import DocumentStatus
from providers.documents.selectors import Slot
from providers.enums import Capability
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider
from scoring.capabilities.models import Scorecard


@dataclass(frozen=True)
class Step:
    """A step with its reason; `url` is empty when there is nothing to do but wait."""

    title: str | Promise
    text: str | Promise
    url: str = ""
    link: str | Promise = ""
    urgent: bool = False


def find_next_step(
    provider: Provider,
    *,
    application: Application | None,
    invitations: Sequence[Invitation],
    trader_count: int,
    card: Scorecard | None,
    now: datetime,
    notice: WatchEntry | None = None,
    contract: Probation | None = None,
    documents: Sequence[Slot] = (),
) -> Step:
    """What has a clock comes first, then the way in, then what lifts the score most.

    `notice` is an entry of the watch list that waits for a cure plan, `contract` one that waits for a signature,
    `documents` what the provider has to send.
    """
    if invitations:
        first = invitations[0]
        return Step(
            _("Answer the invitation of %(shop)s") % {"shop": first.request.merchant.name},
            f"{first.request.title} · {say_left(first.expires_at, now)}",
            reverse("pages:provider:invitation_detail", args=[first.pk]),
            _("Read and answer"),
            urgent=True,
        )
    if notice is not None:
        return Step(
            _("Answer the notice with a cure plan"),
            _("Until %(day)s. Without one you may be suspended.") % {"day": day(notice.due_on)},
            reverse("pages:provider:watch"),
            _("Read the notice"),
            urgent=True,
        )
    anew = [slot for slot in documents if slot.document is not None]
    missing = [slot for slot in documents if slot.document is None]
    if anew and provider.status != ProviderStatus.CLEARED_OUT:
        return _step_of_document(anew[0])
    if provider.status == ProviderStatus.REGISTERED:
        return _step_through_the_door(application, missing)
    if provider.status == ProviderStatus.SUSPENDED:
        return Step(_("You are suspended"), _("You keep your engagements and take no new work until it is lifted."))
    if provider.status == ProviderStatus.CLEARED_OUT:
        return Step(_("You were cleared out"), _("You no longer work with the platform."))
    if contract is not None:
        return Step(
            _("Sign your probation contract"),
            _("Its targets decide whether you stay. It runs until %(day)s.") % {"day": day(contract.ends_on)},
            reverse("pages:provider:probation"),
            _("Read the targets"),
        )
    if missing:
        return _step_of_missing(missing)
    if not trader_count:
        return Step(
            _("Enter your traders"),
            _("Merchants find only providers whose traders have live rooms free."),
            reverse("pages:provider:trader_new"),
            _("Add a trader"),
        )
    return _step_of_scorecard(card)


def _step_of_document(slot: Slot) -> Step:
    name, document = slot.rule.get_document_type_display(), slot.document
    asked = document is not None and document.status == DocumentStatus.REVISION_ASKED
    return Step(
        _("Send this document anew: %(document)s") % {"document": name},
        document.note if document is not None and asked else _("The one that you sent has expired."),
        reverse("pages:provider:document_list"),
        _("Open the documents"),
        urgent=True,
    )


def _step_of_missing(missing: Sequence[Slot]) -> Step:
    return Step(
        _("Send the documents that are missing"),
        _name_missing(missing),
        reverse("pages:provider:document_list"),
        _("Open the documents"),
    )


def _name_missing(missing: Sequence[Slot]) -> str:
    names = _(", ").join(str(slot.rule.get_document_type_display()) for slot in missing)
    return _("Required and not there yet: %(documents)s.") % {"documents": names}


def _step_through_the_door(application: Application | None, missing: Sequence[Slot]) -> Step:
    url = reverse("pages:provider:application")
    if application is None or application.status == ApplicationStatus.WITHDRAWN:
        text = _("Show what you can do in each of the five capabilities and who your traders are.")
        return Step(_("Apply to be admitted"), text, url, _("Begin the application"))
    if application.status == ApplicationStatus.RETURNED:
        title = _("Mend your application and submit it again")
        return Step(title, application.return_note or "", url, _("Open the application"), urgent=True)
    if application.status == ApplicationStatus.STANDSTILL:
        title = _("Your application was rejected, and this is not final yet")
        text = _("Read the reasons. You may answer once until %(when)s.") % {
            "when": moment(application.standstill_until)
        }
        return Step(title, text, url, _("Read the reasons and answer"), urgent=True)
    if application.status == ApplicationStatus.REJECTED:
        title = _("Your application was rejected")
        return Step(title, application.decision_note or "", url, _("Read the decision"))
    if application.status == ApplicationStatus.DRAFT:
        text = _("It is a draft; nobody reads it before you submit it.")
        text = f"{text} {_name_missing(missing)}" if missing else text
        return Step(_("Finish your application"), text, url, _("Go on"))
    if missing:
        return _step_of_missing(missing)
    return Step(
        _("Your application is being read"),
        _("You need not do anything. The decision appears here with its reason."),
        url,
        _("See the application"),
    )


def _step_of_scorecard(card: Scorecard | None) -> Step:
    url = reverse("pages:provider:scorecard")
    if card is None or not card.is_assessed:
        return Step(
            _("Nothing is due"),
            _("You get a score as soon as there are enough facts to give a fair one."),
            url,
            _("See what counts"),
        )
    rows = zip(card.capability_scores, Capability, strict=True)
    score, capability = min((row for row in rows if row[0] is not None), key=lambda row: row[0])
    return Step(
        _("Work on %(capability)s") % {"capability": capability.label},
        _("Your lowest capability, at %(score)s of 100. The scorecard says which figures count for it.")
        % {"score": number(score, 1)},
        url,
        _("Open the scorecard"),
    )
