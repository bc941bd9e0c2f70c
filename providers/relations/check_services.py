"""The check of an applicant against barred, cleared-out and suspended parties, and what it writes down."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.notices.services import send_notice
from common.audit.services import record
from common.days import business_day
from common.locks import lock
from providers.registry.models import Provider
from providers.registry.rejudge_services import ask_rejudge
from providers.relations.enums import LinkStatus
from providers.relations.link_models import Link
from providers.relations.party_services import ensure_barring_parties, ensure_party
from providers.relations.search import Found, find_links


@transaction.atomic
def check_relations(*, provider_id: int, now: datetime | None = None) -> list[Link]:
    """Find the links of a provider and hold those that are new; gives what changed.

    A held link follows what is found now; one that is contested or decided keeps what was decided on. A lifted or
    overridden link comes back only on a ground that it did not have. Safe to repeat. Raises NotFound.
    """
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    ensure_barring_parties(now)
    party = ensure_party(provider, by=None, now=now)
    found = find_links(party, today=business_day(now))
    earlier: dict[int, list[Link]] = {}
    for link in Link.objects.filter(provider=provider).select_for_update(of=("self",)).order_by("pk"):
        earlier.setdefault(link.other_id, []).append(link)
    changed = [_keep(provider, item, earlier.get(item.other, []), now) for item in found]
    links = [link for link in changed if link is not None]
    strong = [link for link in links if link.is_strong]
    if strong:
        send_notice(
            "relations.held",
            organisation_id=provider.organisation_id,
            now=now,
            company=provider.name,
            links=len(strong),
        )
    return links


@transaction.atomic
def recheck_relations(*, provider_id: int, now: datetime | None = None) -> list[Link]:
    """`check_relations` apart from a submission: the provider is judged again, for criteria read its links."""
    now = now or timezone.now()
    links = check_relations(provider_id=provider_id, now=now)
    ask_rejudge(Provider.objects.get(pk=provider_id), now=now)
    return links


def _keep(provider: Provider, found: Found, earlier: list[Link], now: datetime) -> Link | None:
    """Hold the link, bring a held one up to date, or leave things as they were decided."""
    current = next((link for link in earlier if link.status in (LinkStatus.HELD, *_SETTLED)), None)
    if current is not None:
        return _follow(current, found, now) if current.status == LinkStatus.HELD else None
    known = {ground for link in earlier for ground in link.evidence}
    if earlier and set(found.evidence) <= known:
        return None
    link = Link(
        provider=provider,
        other_id=found.other,
        strength=found.strength,
        path=found.path,
        reasons=found.reasons,
        evidence=found.evidence,
        created_at=now,
    )
    link.full_clean()
    link.save(force_insert=True)
    changes = {"other": link.other_id, "strength": link.strength, "reasons": link.reasons}
    record("link.hold", link, by=None, now=now, changes=changes)
    return link


_SETTLED = (LinkStatus.CONTESTED, LinkStatus.UPHELD)


def _follow(link: Link, found: Found, now: datetime) -> Link | None:
    """A held link that the portal found takes the present path; one that a person entered stays as entered."""
    if link.created_by_id is not None or (link.path, link.strength) == (found.path, found.strength):
        return None
    changes = {"strength": [link.strength, found.strength], "reasons": [link.reasons, found.reasons]}
    was_strong = link.is_strong
    link.strength, link.path, link.reasons, link.evidence = found.strength, found.path, found.reasons, found.evidence
    link.save_checked()
    record("link.update", link, by=None, now=now, changes=changes)
    return link if link.is_strong and not was_strong else None
