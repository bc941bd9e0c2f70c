"""Writes of the network's nodes and of what they are known by. They open no transaction of their own: the mutation that
calls them does, and says who did what."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q

from accounts.models import User
from common.audit.services import check_in_transaction
from common.locks import lock
from engine.names import grams, parse_name
from providers.registry.models import Provider
from providers.relations.digests import Sealed, seal
from providers.relations.enums import IdentifierKind, IdentifierSource
from providers.relations.models import BarredParty, Party, PartyIdentifier
from providers.relations.selectors import BARRING


def ensure_party(provider: Provider, *, by: User | None, now: datetime) -> Party:
    """The node of `provider` under the company's present name. Call it with the provider's row locked."""
    check_in_transaction()
    party = Party.objects.filter(provider=provider).first() or Party(provider=provider)
    _keep_name(party, provider.name, provider.region)
    if provider.uscc:
        sealed = [seal(IdentifierKind.COMPANY, provider.uscc)]
        add_identifiers(party, sealed, source=IdentifierSource.REGISTRY, by=by, now=now)
    return party


def ensure_barred_party(barred: BarredParty) -> Party:
    """The node of a barred party."""
    check_in_transaction()
    party = Party(barred=barred)
    _keep_name(party, barred.name, barred.region)
    return party


def ensure_barring_parties(now: datetime) -> int:
    """Make the nodes of suspended and cleared-out companies that have none under their present name; gives how many."""
    stale = Provider.objects.filter(Q(party__isnull=True) | ~Q(party__name=F("name")), status__in=BARRING)
    pks = list(stale.order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        ensure_party(lock(Provider.objects.all(), pk), by=None, now=now)
    return len(pks)


def add_identifiers(
    party: Party, sealed: Sequence[Sealed], *, source: str, by: User | None, now: datetime
) -> list[PartyIdentifier]:
    """Record what is not recorded yet; gives the new rows. Call it with the party's owner locked."""
    check_in_transaction()
    wanted = {item.digest: item for item in sealed}
    known = PartyIdentifier.objects.filter(party=party, digest__in=wanted, ended_at=None)
    for digest in known.values_list("digest", flat=True):
        del wanted[digest]
    rows = [
        PartyIdentifier(
            party=party,
            kind=item.kind,
            digest=item.digest,
            masked=item.masked,
            source=source,
            recorded_at=now,
            recorded_by=by,
        )
        for item in wanted.values()
    ]
    return PartyIdentifier.objects.bulk_create(rows)


def end_identifiers(rows: Sequence[PartyIdentifier], *, by: User | None, now: datetime) -> None:
    """Say that these are no longer in use. They stay in the records and still count, for less."""
    check_in_transaction()
    PartyIdentifier.objects.filter(pk__in=[row.pk for row in rows], ended_at=None).update(ended_at=now, ended_by=by)


def _keep_name(party: Party, name: str, region: str) -> None:
    parts = parse_name(name, region)
    wanted = {"name": name, "core": parts.core, "city": parts.city, "region": parts.region, "grams": grams(parts.core)}
    if party.pk is None or any(getattr(party, field) != value for field, value in wanted.items()):
        for field, value in wanted.items():
            setattr(party, field, value)
        party.full_clean()
        party.save()
