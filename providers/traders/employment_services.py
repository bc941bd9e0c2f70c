"""Writes about who a trader is and from when to when he or she works where.

The functions without a transaction of their own are parts of the mutations on traders. Locks are always taken in this
order: the trader, its provider, the person.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.models import Notice
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import check_in_transaction, record
from common.days import business_day
from common.exceptions import Conflict
from common.locks import lock
from providers.registry.models import Provider
from providers.registry.rejudge_services import ask_rejudge
from providers.traders.identity import FIELD, hash_identity, mask_identity, read_identity_number
from providers.traders.models import Employment, Person, Trader
from providers.traders.policies import check_identity_open, check_working

QUIET = timedelta(days=1)


class EmployedElsewhere(Conflict):
    """The person works for another provider. The words reveal nothing about it; `employment_id` is for the portal."""

    code = "employed_elsewhere"

    def __init__(self, employment_id: int) -> None:
        super().__init__(
            _("This person is employed by another provider; it must record the leaving first."),
            field=FIELD,
            remedy=_("The other provider is told. Ask the person to have the leaving recorded, then try again."),
        )
        self.employment_id = employment_id


@contextmanager
def employer_told(*, by: User, now: datetime) -> Iterator[None]:
    """A transaction for what may be refused because the person works elsewhere: the refusal undoes it all, and only
    afterwards the present employer gets its notice, in a transaction of its own."""
    try:
        with transaction.atomic():
            yield
    except EmployedElsewhere as refusal:
        _tell_employer(refusal.employment_id, by=by, now=now)
        raise


def give_identity(
    *, trader_id: int, identity_number: str, by: User, version: int | None = None, now: datetime | None = None
) -> Trader:
    """Say who a trader is. The employment begins on the day of joining, or on the later end of one elsewhere.

    Raises InvalidInput (field `identity_number`), Conflict (employed here or elsewhere, left, checked already), Stale,
    NotPermitted.
    """
    now = now or timezone.now()
    with employer_told(by=by, now=now):
        trader = lock(Trader.objects.select_related("provider"), trader_id)
        check_permission(by, "trader.edit", organisation_id=trader.provider.organisation_id)
        trader.check_version(version)
        check_working(trader)
        check_identity_open(trader)
        lock(Provider.objects.all(), trader.provider_id)
        before = trader.person.identity_masked if trader.person else ""
        person = take_person(identity_number, by=by, now=now)
        trader.person = person
        trader.save_checked()
        begin_employment(trader, person)
        changes = {"identity_number": [before, person.identity_masked]}
        record("trader.give_identity", trader, by=by, now=now, changes=changes)
        ask_rejudge(trader.provider, now=now)
    return trader


def take_person(identity_number: str, *, by: User, now: datetime) -> Person:
    """The person with this number, known or new, locked until the end of the caller's transaction.

    Race: two providers give the same new number. The later one waits in the unique index for the earlier one's commit
    and then finds the person there. Raises InvalidInput.
    """
    check_in_transaction()
    number = read_identity_number(identity_number, today=business_day(now))
    digest = hash_identity(number)
    if not Person.objects.filter(identity_hash=digest).exists():
        person = Person(identity_hash=digest, identity_masked=mask_identity(number), created_at=now, created_by=by)
        person.clean_fields()
        try:
            with transaction.atomic():
                person.save(force_insert=True)
        except IntegrityError:
            if not Person.objects.filter(identity_hash=digest).exists():
                raise
    return Person.objects.select_for_update().get(identity_hash=digest)


def begin_employment(trader: Trader, person: Person) -> Employment:
    """Open the period of `trader`, or give it to another person when the number before was wrong; the caller holds the
    lock of `person`. Raises EmployedElsewhere, Conflict."""
    check_in_transaction()
    others = Employment.objects.filter(person=person).exclude(trader=trader)
    running = others.filter(ends_on=None).select_related("trader").first()
    if running is not None and running.provider_id == trader.provider_id:
        raise Conflict(
            _("This person works for you already, as %(code)s.") % {"code": running.trader.code},
            field=FIELD,
            remedy=_("Go on with the trader who is there."),
            code="registered_here",
        )
    if running is not None:
        raise EmployedElsewhere(running.pk)
    joined = business_day(trader.joined_at)
    last: date | None = others.aggregate(last=Max("ends_on"))["last"]
    employment = Employment.objects.filter(trader=trader).first() or Employment(trader=trader)
    employment.person, employment.provider = person, trader.provider
    employment.starts_on = max(joined, last or joined)
    employment.full_clean()
    employment.save()
    return employment


def end_employment(trader: Trader, *, now: datetime) -> None:
    """Close the open period of a trader who leaves, if there is one; the caller holds the trader's lock."""
    check_in_transaction()
    employment = Employment.objects.select_for_update().filter(trader=trader, ends_on=None).first()
    if employment is not None:
        employment.ends_on = max(business_day(now), employment.starts_on)
        employment.full_clean()
        employment.save()


@transaction.atomic
def _tell_employer(employment_id: int, *, by: User, now: datetime) -> None:
    """A notice to the present employer, at most one a day about the same trader; the log keeps every attempt.

    The employer may have recorded the leaving meanwhile: then there is nothing to tell.
    """
    found = Employment.objects.select_related("trader", "person", "provider").filter(pk=employment_id, ends_on=None)
    employment = found.first()
    if employment is None:
        return
    trader, organisation_id = employment.trader, employment.provider.organisation_id
    told = Notice.objects.filter(
        organisation=organisation_id,
        kind="trader_wanted",
        parameters__code=trader.code,
        created_at__gt=now - QUIET,
    )
    if not told.exists():
        send_notice("trader_wanted", organisation_id=organisation_id, now=now, code=trader.code, name=trader.name)
    record("person.refuse_second_employment", employment.person, by=by, now=now)
