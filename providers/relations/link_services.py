"""Writes about one link: entered by hand, contested by the applicant, decided by staff."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput
from common.inserts import insert_once
from common.locks import lock
from providers.registry.models import Provider
from providers.registry.permissions import check_unbiased
from providers.registry.rejudge_services import ask_rejudge
from providers.relations import strengths
from providers.relations.enums import LinkStatus, Reason
from providers.relations.link_models import Link
from providers.relations.models import Party
from providers.relations.party_services import ensure_barring_parties, ensure_party
from providers.relations.permissions import check_act
from providers.relations.selectors import BARRING
from providers.relations.states import LINK


@transaction.atomic
def enter_link(*, provider_id: int, other: str, by: User, note: str, now: datetime | None = None) -> Link:
    """Hold a link that the portal cannot see, such as one from a case file. `other` is the code of a cleared-out or
    suspended provider (P…) or the number of a barred party (B…). Somebody else decides about it.

    Raises InvalidInput (field `other` or `note`), Conflict when a link between the two is open, NotPermitted.
    """
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    check_permission(by, "link.decide")
    check_unbiased(by, provider)
    if not note.strip():
        raise InvalidInput(
            _("This decision needs a reason."),
            field="note",
            remedy=_("Say what you know and where it stands."),
            code="note_required",
        )
    ensure_barring_parties(now)
    own = ensure_party(provider, by=by, now=now)
    target = _find_barred(other)
    reason = {"code": Reason.KNOWN_TO_STAFF, "masked": "", "strength": strengths.KNOWN_TO_STAFF, "ended": False}
    path = [
        {
            "from": own.pk,
            "to": target.pk,
            "strength": strengths.KNOWN_TO_STAFF,
            "reasons": [{**reason, "note": ""}],
        }
    ]
    link = Link(
        provider=provider,
        other=target,
        strength=strengths.KNOWN_TO_STAFF,
        path=path,
        reasons=[Reason.KNOWN_TO_STAFF],
        created_at=now,
        created_by=by,
        entry_note=note.strip(),
    )
    open_already = Conflict(
        _("A link between these two is open already."), field="other", remedy=_("Decide on that one.")
    )
    insert_once(link, or_else=open_already)
    record("link.enter", link, by=by, note=note.strip(), now=now, changes={"other": target.pk})
    organisation_id = provider.organisation_id
    send_notice("relations.held", organisation_id=organisation_id, now=now, company=provider.name, links=1)
    ask_rejudge(provider, now=now)
    return link


@transaction.atomic
def contest_link(*, link_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None) -> Link:
    """The applicant says why the link is wrong. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    now = now or timezone.now()
    link = _lock(link_id, version)
    row = LINK.check(link, "contest", note=note)
    check_act(by, link, row)
    if not link.is_strong:
        raise Conflict(_("This is not held against you."), remedy=_("Nothing is asked of you."))
    link.status, link.contested_at, link.contested_by, link.contest_note = row.to, now, by, note.strip()
    link.save_checked()
    record(row.audit, link, by=by, note=note.strip(), now=now)
    ask_rejudge(link.provider, now=now)
    return link


@transaction.atomic
def uphold_link(*, link_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None) -> Link:
    """The link is true and the applicant stays out. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    return _decide(link_id, "uphold", by=by, note=note, version=version, now=now)


@transaction.atomic
def lift_link(*, link_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None) -> Link:
    """The link is wrong, or is about somebody else. Raises as `uphold_link`."""
    return _decide(link_id, "lift", by=by, note=note, version=version, now=now)


@transaction.atomic
def override_link(
    *, link_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Link:
    """The link is true and the applicant may be let in all the same. Raises as `uphold_link`."""
    return _decide(link_id, "override", by=by, note=note, version=version, now=now)


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Link]] = {
    "contest": contest_link,
    "uphold": uphold_link,
    "lift": lift_link,
    "override": override_link,
}


def _decide(link_id: int, action: str, *, by: User, note: str, version: int | None, now: datetime | None) -> Link:
    """Race: two people decide at once. The second waits for the row and then finds another state."""
    now = now or timezone.now()
    link = _lock(link_id, version)
    row = LINK.check(link, action, note=note)
    check_act(by, link, row)
    before = link.status
    link.status, link.decided_at, link.decided_by, link.decision_note = row.to, now, by, note.strip()
    link.save_checked()
    record(row.audit, link, by=by, note=note.strip(), now=now, changes={"status": [before, row.to]})
    if link.is_strong:
        send_notice(
            "relations.upheld" if row.to == LinkStatus.UPHELD else "relations.cleared",
            organisation_id=link.provider.organisation_id,
            now=now,
            company=link.provider.name,
            reason=note.strip(),
        )
    ask_rejudge(link.provider, now=now)
    return link


def _lock(link_id: int, version: int | None) -> Link:
    link = lock(_with_parties(), link_id)
    link.check_version(version)
    return link


def _with_parties() -> QuerySet[Link]:
    return Link.objects.select_related("provider", "other__barred", "other__provider")


def _find_barred(text: str) -> Party:
    code = text.strip().upper()
    parties = Party.objects.select_related("provider", "barred")
    found = parties.filter(provider__code=code, provider__status__in=BARRING).first()
    if found is None and code[:1] == "B" and code[1:].isdecimal():
        found = parties.filter(barred=int(code[1:]), barred__withdrawn_at=None).first()
    if found is None:
        raise InvalidInput(
            _("There is no barred party of this number."),
            field="other",
            remedy=_("Give the code of a suspended or cleared-out provider, or a number of the barred list."),
        )
    return found
