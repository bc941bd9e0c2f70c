"""Reads about parties, identifiers, the barred list and links."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider
from providers.relations.enums import BLOCKING
from providers.relations.link_models import Link
from providers.relations.models import BarredParty, Party, PartyIdentifier
from providers.relations.strengths import INTERCEPTS

BARRING = (ProviderStatus.SUSPENDED, ProviderStatus.CLEARED_OUT)


def visible_to(user: User | AnonymousUser) -> QuerySet[Link]:
    """The links that `user` may see: staff all, an applicant those that are strong enough to be held against it."""
    links = Link.objects.select_related("provider", "other__provider", "other__barred")
    if has_permission(user, "barred.view"):
        return links
    own = organisation_ids_with(user, "link.view")
    return links.filter(provider__organisation__in=own, strength__gte=INTERCEPTS)


def with_people(links: QuerySet[Link]) -> QuerySet[Link]:
    """People ready, for a page about one link."""
    return links.select_related("created_by", "contested_by", "decided_by")


def in_force(today: date) -> Q:
    """A condition on links: the other party is barred, cleared out or suspended today."""
    lasting = Q(other__barred__until__isnull=True) | Q(other__barred__until__gte=today)
    listed = Q(other__barred__isnull=False, other__barred__withdrawn_at__isnull=True) & lasting
    return Q(other__provider__status__in=BARRING) | listed


def intercepting(today: date) -> QuerySet[Link]:
    """The links that keep somebody out today."""
    return Link.objects.filter(in_force(today), status__in=BLOCKING, strength__gte=INTERCEPTS)


def links_of(provider: Provider) -> QuerySet[Link]:
    """All links of `provider`, the strongest first."""
    return Link.objects.filter(provider=provider).select_related("provider", "other__provider", "other__barred")


def intercepted_providers(today: date) -> int:
    """How many applicants are kept out today."""
    return intercepting(today).values("provider").distinct().count()


def identifiers_of(provider: Provider) -> QuerySet[PartyIdentifier]:
    """What `provider` is known by now, and was."""
    return PartyIdentifier.objects.filter(party__provider=provider).order_by(
        F("ended_at").desc(nulls_first=True), "kind", "pk"
    )


def barred_visible_to(user: User | AnonymousUser) -> QuerySet[BarredParty]:
    """The barred list: staff alone see it."""
    if not has_permission(user, "barred.view"):
        return BarredParty.objects.none()
    return BarredParty.objects.select_related("created_by", "withdrawn_by")


def names_of(party_ids: set[int]) -> dict[int, Party]:
    """The parties of a path, with what they are."""
    return {party.pk: party for party in Party.objects.filter(pk__in=party_ids).select_related("provider", "barred")}
