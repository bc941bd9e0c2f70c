"""Traders: registered, edited, gone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotPermitted, Stale
from providers.registry.status_services import clear_out_provider
from providers.traders import selectors, services
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import (
    make_external_provider,
    make_provider,
    make_trader,
    make_verified_trader,
    owner_of,
    unchanged,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def test_register() -> None:
    provider = make_provider()
    owner = owner_of(provider)
    trader = services.register_trader(
        provider_id=provider.pk,
        name=" Chen  Wei ",
        capabilities=["live_operations", "traffic_marketing", "live_operations"],
        by=owner,
        now=NOON,
    )
    trader.refresh_from_db()
    assert trader.code == f"T{trader.pk:06d}"
    assert (trader.name, trader.level, trader.max_live_rooms, trader.status) == ("Chen Wei", "trainee", 5, "active")
    assert trader.capabilities == ["traffic_marketing", "live_operations"]
    assert (trader.joined_at, trader.joined_by, trader.left_at) == (NOON, owner, None)
    entry = entries_of(trader).get()
    assert (entry.action, entry.by, entry.at) == ("trader.register", owner, NOON)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"capabilities": []}, "capabilities"),
        ({"capabilities": ["cooking"]}, "capabilities"),
        ({"max_live_rooms": 0}, "max_live_rooms"),
        ({"max_live_rooms": 6}, "max_live_rooms"),
    ],
    ids=str,
)
def test_bad_registrations(change: dict[str, Any], field: str) -> None:
    provider = make_provider()
    values = {"name": "Chen Wei", "capabilities": ["live_operations"], **change}
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        services.register_trader(provider_id=provider.pk, by=owner_of(provider), **values)
    assert refusal.value.field == field
    assert refusal.value.remedy


def test_who_may_register() -> None:
    provider = make_provider()
    people = [
        make_member(provider.organisation, Role.PROVIDER_TRADER),
        owner_of(make_provider()),
        make_staff(Role.ADMINISTRATOR),
        make_user(),
    ]
    with unchanged():
        for person in people:
            with pytest.raises(NotPermitted):
                services.register_trader(
                    provider_id=provider.pk, name="Chen Wei", capabilities=["live_operations"], by=person
                )


def test_no_traders_for_the_cleared_out() -> None:
    provider = make_provider(status="admitted")
    clear_out_provider(provider_id=provider.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.")
    with unchanged(), pytest.raises(Conflict):
        make_trader(provider)


def test_external_providers_have_no_traders() -> None:
    external, person = make_external_provider(), owner_of(make_provider())
    with unchanged(), pytest.raises(NotPermitted):
        services.register_trader(provider_id=external.pk, name="Chen", capabilities=["live_operations"], by=person)


def test_edit() -> None:
    trader = make_trader(make_provider(), name="Chen")
    changes = {"name": "Chen Wei", "max_live_rooms": 2, "capabilities": ["live_operations"]}
    trader = services.edit_trader(trader_id=trader.pk, changes=changes, by=owner_of(trader.provider), version=1)
    assert (trader.name, trader.max_live_rooms, trader.version) == ("Chen Wei", 2, 2)
    entry = entries_of(trader).first()
    assert entry.changes == {"name": ["Chen", "Chen Wei"], "max_live_rooms": [5, 2]}


@pytest.mark.parametrize(
    ("changes", "version", "error"),
    [
        ({"level": "gold"}, 1, InvalidInput),
        ({"max_live_rooms": 9}, 1, InvalidInput),
        ({"name": "Other"}, 3, Stale),
    ],
    ids=str,
)
def test_bad_edits(changes: dict[str, Any], version: int, error: type[Exception]) -> None:
    trader = make_trader(make_provider())
    with unchanged(), pytest.raises(error):
        services.edit_trader(trader_id=trader.pk, changes=changes, by=owner_of(trader.provider), version=version)


def test_leave() -> None:
    provider, stranger = make_provider(), owner_of(make_provider())
    trader, other = make_trader(provider), make_trader(provider)
    owner = owner_of(provider)
    trader = services.leave_trader(trader_id=trader.pk, by=owner, note="Moved on.", version=1, now=NOON)
    assert (trader.status, trader.left_at, trader.left_by, trader.version) == ("left", NOON, owner, 2)
    entry = entries_of(trader).latest("pk")
    assert (entry.action, entry.note, entry.at) == ("trader.leave", "Moved on.", NOON)
    assert list(selectors.active_of(provider)) == [other]
    with unchanged():
        with pytest.raises(IllegalTransition):
            services.leave_trader(trader_id=trader.pk, by=owner, note="Twice.")
        with pytest.raises(Conflict):
            services.edit_trader(trader_id=trader.pk, changes={"name": "X"}, by=owner)
        with pytest.raises(InvalidInput):
            services.leave_trader(trader_id=other.pk, by=owner, note="")
        with pytest.raises(NotPermitted):
            services.leave_trader(trader_id=other.pk, by=stranger, note="Mine now.")


def test_the_platform_records_a_leaving() -> None:
    trader, officer = make_trader(make_provider()), make_staff(Role.CONDUCT_OFFICER)
    others = make_staff(), owner_of(trader.provider)
    with unchanged():
        for person in others:
            with pytest.raises(NotPermitted):
                services.release_trader(trader_id=trader.pk, by=person, note="Gone.")
        with pytest.raises(NotPermitted):
            services.leave_trader(trader_id=trader.pk, by=officer, note="Gone.")
    trader = services.release_trader(trader_id=trader.pk, by=officer, note="Gone since March.", now=NOON)
    assert (trader.status, trader.left_at, trader.left_by) == ("left", NOON, officer)
    assert entries_of(trader).latest("pk").action == "trader.release"


def test_a_checked_name_stays() -> None:
    trader = make_verified_trader(make_provider())
    owner = owner_of(trader.provider)
    with unchanged(), pytest.raises(Conflict) as refusal:
        services.edit_trader(trader_id=trader.pk, changes={"name": "Somebody Else"}, by=owner)
    assert refusal.value.reason == "identity_checked"
    assert services.edit_trader(trader_id=trader.pk, changes={"max_live_rooms": 2}, by=owner).max_live_rooms == 2


def test_visible() -> None:
    trader, other = make_trader(make_provider()), make_trader(make_provider())
    assert list(selectors.visible_to(owner_of(trader.provider))) == [trader]
    assert set(selectors.visible_to(make_staff(Role.AUDITOR))) == {trader, other}
    assert list(selectors.visible_to(make_user())) == []
