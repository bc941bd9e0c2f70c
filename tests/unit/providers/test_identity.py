"""Identity numbers: read, hashed, masked, and one human recognised at two providers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.notices.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.audit.selectors import entries_of
from common.exceptions import Conflict, InvalidInput, NotPermitted, Stale
from providers.registry.models import Provider
from providers.traders import employment_services, identity, services, verification_services
from providers.traders.models import Employment, Person, Trader
from tests.factories.accounts import make_staff
from tests.factories.providers import (
    make_identity_number,
    make_provider,
    make_trader,
    make_verified_trader,
    owner_of,
    unchanged,
)

TODAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
NUMBER = make_identity_number(7)


@pytest.mark.parametrize(
    "text",
    [NUMBER, f" {NUMBER[:6]} {NUMBER[6:14]}-{NUMBER[14:]} ", NUMBER.translate({48 + n: 0xFF10 + n for n in range(10)})],
)
def test_one_form_of_a_number(text: str) -> None:
    assert identity.read_identity_number(text, today=TODAY) == NUMBER


def test_a_small_x_is_taken() -> None:
    number = next(n for n in map(make_identity_number, range(1, 100)) if n.endswith("X"))
    assert identity.read_identity_number(number.lower(), today=TODAY) == number


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (NUMBER[:-1], "An identity number has 18 characters, this one has 17."),
        (NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), "The check digit of this identity number is wrong."),
        ("330102A99003170017", "This cannot be an identity number"),
        ("", "this one has 0"),
    ],
)
def test_bad_numbers(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refusal:
        identity.read_identity_number(text, today=TODAY)
    assert refusal.value.field == "identity_number"
    assert refusal.value.remedy


def test_an_impossible_day_of_birth() -> None:
    number = make_identity_number(7, born=date(1990, 3, 1)).replace("19900301", "19900231")
    body = number[:-1]
    weights = sum(int(digit) * 2 ** (17 - index) for index, digit in enumerate(body))
    number = body + "10X98765432"[weights % 11]
    with pytest.raises(InvalidInput):
        identity.read_identity_number(number, today=TODAY)


@pytest.mark.parametrize(
    ("born", "of_age"), [(date(2008, 3, 1), True), (date(2008, 3, 2), False), (date(2008, 2, 29), True)]
)
def test_of_age_on_the_birthday(born: date, of_age: bool) -> None:
    number = make_identity_number(1, born=born)
    if of_age:
        assert identity.read_identity_number(number, today=TODAY) == number
        return
    with pytest.raises(InvalidInput):
        identity.read_identity_number(number, today=TODAY)


def test_the_hash_needs_the_key(settings: Any) -> None:
    first = identity.hash_identity(NUMBER)
    assert len(first) == 64
    assert identity.hash_identity(NUMBER) == first
    settings.IDENTITY_KEY = "another key of at least 32 characters"
    assert identity.hash_identity(NUMBER) != first


def test_the_mask_hides_the_day_of_birth() -> None:
    assert identity.mask_identity("33010219900317001X") == "330*************1X"


@pytest.mark.django_db
def test_the_number_itself_is_kept_nowhere() -> None:
    provider = make_provider()
    trader = make_trader(provider, identity_number=NUMBER, now=NOON)
    person = Person.objects.get()
    assert (trader.person, person.identity_hash) == (person, identity.hash_identity(NUMBER))
    assert NUMBER not in str(list(Person.objects.values()) + list(Trader.objects.values()))
    assert NUMBER not in str(list(AuditEntry.objects.values()))
    employment = Employment.objects.get()
    assert (employment.person, employment.trader, employment.provider) == (person, trader, provider)
    assert (employment.starts_on, employment.ends_on) == (TODAY, None)


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_who_works_elsewhere_is_refused_and_the_employer_told() -> None:
    first, second = make_provider(), make_provider()
    trader = make_trader(first, identity_number=NUMBER, now=NOON)
    for hours in (1, 2, 26):
        people = list(Person.objects.values()), list(Trader.objects.values()), list(Employment.objects.values())
        with pytest.raises(Conflict) as refusal:
            make_trader(second, identity_number=NUMBER, now=NOON + timedelta(hours=hours))
        assert (refusal.value.reason, refusal.value.field) == ("employed_elsewhere", "identity_number")
        for secret in (first.code, first.name, trader.code, trader.name):
            assert secret not in str(refusal.value)
        after = list(Person.objects.values()), list(Trader.objects.values()), list(Employment.objects.values())
        assert after == people
    # One notice a day, and the log has every attempt.
    notices = Notice.objects.filter(organisation=first.organisation).order_by("created_at")
    assert [(n.kind, n.created_at) for n in notices] == [
        ("trader_wanted", NOON + timedelta(hours=1)),
        ("trader_wanted", NOON + timedelta(hours=26)),
    ]
    assert trader.name in notices[0].text
    assert second.name not in notices[0].text
    assert not Notice.objects.filter(organisation=second.organisation).exists()
    attempts = entries_of(trader.person).filter(action="person.refuse_second_employment")
    assert [entry.by for entry in attempts] == [owner_of(second)] * 3


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_the_same_person_twice_at_one_provider() -> None:
    provider = make_provider()
    trader = make_trader(provider, identity_number=NUMBER)
    with unchanged(), pytest.raises(Conflict) as refusal:
        make_trader(provider, identity_number=NUMBER)
    assert refusal.value.reason == "registered_here"
    assert trader.code in str(refusal.value)


def leave(trader: Trader, now: datetime) -> None:
    services.leave_trader(trader_id=trader.pk, by=owner_of(trader.provider), note="Moved on.", now=now)


@pytest.mark.django_db
def test_one_human_at_two_providers_one_after_the_other() -> None:
    first = make_trader(make_provider(), identity_number=NUMBER, now=NOON)
    leave(first, NOON + timedelta(days=9))
    second = make_trader(make_provider(), identity_number=NUMBER, now=NOON + timedelta(days=9))
    assert first.person == second.person
    assert list(Employment.objects.order_by("pk").values_list("trader", "starts_on", "ends_on")) == [
        (first.pk, date(2026, 3, 1), date(2026, 3, 10)),
        (second.pk, date(2026, 3, 10), None),
    ]


@pytest.mark.django_db
def test_a_number_given_later_begins_with_the_joining_or_after_the_period_elsewhere() -> None:
    provider = make_provider()
    early, late = make_trader(provider, now=NOON), make_trader(provider, now=NOON)
    elsewhere = make_trader(make_provider(), identity_number=NUMBER, now=NOON - timedelta(days=20))
    leave(elsewhere, NOON + timedelta(days=5))
    other = make_identity_number(8)
    day = NOON + timedelta(days=8)
    give(early, other, now=day)
    give(late, NUMBER, now=day)
    assert (early_start(early), early_start(late)) == (date(2026, 3, 1), date(2026, 3, 6))


def early_start(trader: Trader) -> date:
    return Employment.objects.get(trader=trader).starts_on


def give(trader: Trader, number: str, **fields: Any) -> Trader:
    by = fields.pop("by", owner_of(trader.provider))
    return employment_services.give_identity(trader_id=trader.pk, identity_number=number, by=by, **fields)


@pytest.mark.django_db
def test_a_wrong_number_is_corrected_until_it_is_checked() -> None:
    trader = make_trader(make_provider())
    wrong, right = make_identity_number(8), NUMBER
    give(trader, wrong, version=1)
    trader = give(trader, right, version=2)
    assert trader.person is not None
    assert trader.person.identity_hash == identity.hash_identity(right)
    assert Employment.objects.get().person == trader.person
    entry = entries_of(trader).first()
    assert entry is not None
    assert entry.changes == {"identity_number": [identity.mask_identity(wrong), identity.mask_identity(right)]}
    make_trader(make_provider(), identity_number=wrong)  # nobody was employed under it


@pytest.mark.django_db
def test_refused_identities() -> None:
    provider: Provider = make_provider()
    trader, gone, checked = make_trader(provider), make_trader(provider), make_verified_trader(provider)
    asked = make_trader(provider, identity_number=make_identity_number(8))
    verification_services.ask_verification(trader_id=asked.pk, by=owner_of(provider))
    leave(gone, NOON)
    attempts: list[tuple[Trader, str, dict[str, Any], type[Exception]]] = [
        (trader, "123", {}, InvalidInput),
        (trader, NUMBER, {"version": 3}, Stale),
        (trader, NUMBER, {"by": make_staff()}, NotPermitted),
        (trader, NUMBER, {"by": owner_of(make_provider())}, NotPermitted),
        (trader, NUMBER, {"by": make_staff(Role.ADMINISTRATOR)}, NotPermitted),
        (gone, NUMBER, {}, Conflict),
        (checked, NUMBER, {}, Conflict),
        (asked, NUMBER, {}, Conflict),
    ]
    with unchanged():
        for subject, number, fields, error in attempts:
            with pytest.raises(error):
                give(subject, number, **fields)
