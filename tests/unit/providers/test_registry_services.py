"""How a company comes into the registry and how its data and status change: exact results, refusals change nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Membership
from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from providers.registry import selectors, services, status_services
from providers.registry.models import Provider
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import make_external_provider, make_provider, make_uscc, owner_of, unchanged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)  # already 2 March in Shanghai
COMPANY = {
    "name": "  Lantern   Commerce ",
    "provider_type": "brand",
    "category": "beauty",
    "region": "zhejiang",
}


def test_register() -> None:
    person = make_user()
    provider = services.register_provider(uscc=make_uscc(1).lower(), by=person, now=NOON, **COMPANY)
    provider.refresh_from_db()
    assert provider.code == f"P{provider.pk:06d}"
    assert (provider.uscc, provider.name, provider.origin) == (make_uscc(1), "Lantern Commerce", "portal")
    assert (provider.provider_type, provider.category, provider.region) == ("brand", "beauty", "zhejiang")
    assert (provider.status, provider.status_at, provider.status_by) == ("registered", NOON, person)
    assert (provider.registered_at, provider.registered_by) == (NOON, person)
    assert (provider.admitted_at, provider.newcomer_until, provider.version) == (None, None, 1)
    membership = Membership.objects.get(user=person)
    assert (membership.organisation, membership.role) == (provider.organisation, Role.PROVIDER_OWNER)
    assert (provider.organisation.kind, provider.organisation.name) == ("provider", "Lantern Commerce")
    entry = entries_of(provider).get()
    assert (entry.action, entry.by, entry.at) == ("provider.register", person, NOON)
    assert entry.changes == {"uscc": make_uscc(1), "name": "Lantern Commerce"}


def test_codes_follow_each_other() -> None:
    first, second = make_provider(), make_provider()
    assert second.pk == first.pk + 1
    assert second.code != first.code


def test_a_duplicate_reveals_nothing() -> None:
    first, stranger = make_provider(name="Secret Name"), make_user()
    with unchanged(), pytest.raises(Conflict) as refusal:
        services.register_provider(uscc=first.uscc, by=stranger, **COMPANY)
    assert (refusal.value.field, refusal.value.status) == ("uscc", 409)
    for secret in ("Secret", first.code, owner_of(first).email):
        assert secret not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uscc": "911100006000373410"}, "uscc"),
        ({"name": " "}, "name"),
        ({"name": "X"}, "name"),
        ({"region": ""}, "region"),
    ],
    ids=str,
)
def test_bad_registrations(change: dict[str, str], field: str) -> None:
    person = make_user()
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        services.register_provider(by=person, **{"uscc": make_uscc(2), **COMPANY, **change})
    assert refusal.value.field == field
    assert refusal.value.remedy


def test_staff_cannot_own_a_provider() -> None:
    person = make_staff(Role.AUDITOR)
    with unchanged(), pytest.raises(NotPermitted):
        services.register_provider(uscc=make_uscc(3), by=person, **COMPANY)


def test_external() -> None:
    provider = services.register_external_provider(code=" home-015009 ", name="Rose House", by=None, now=NOON)
    provider.refresh_from_db()
    assert (provider.code, provider.name, provider.origin) == ("home-015009", "Rose House", "external")
    assert (provider.uscc, provider.organisation, provider.region) == (None, None, "")
    assert (provider.status, provider.registered_by) == ("registered", None)
    assert entries_of(provider).get().action == "provider.register_external"


@pytest.mark.parametrize("code", ["", "  ", "P000123", "a/b", "..", "x" * 41, "a b"])
def test_bad_outside_codes(code: str) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        services.register_external_provider(code=code, name="Rose House", by=None)
    assert refusal.value.field == "code"


def test_a_taken_outside_code() -> None:
    make_external_provider("X9")
    with unchanged(), pytest.raises(Conflict) as refusal:
        services.register_external_provider(code="X9", name="Other", by=None)
    assert refusal.value.field == "code"


def test_external_ones_need_the_permission() -> None:
    reviewer, administrator = make_staff(), make_staff(Role.ADMINISTRATOR)
    with unchanged(), pytest.raises(NotPermitted):
        services.register_external_provider(code="X8", name="Rose House", by=reviewer)
    assert services.register_external_provider(code="X8", name="Rose House", by=administrator).code == "X8"


def test_edit() -> None:
    provider = make_provider()
    owner = owner_of(provider)
    changed = services.edit_provider(
        provider_id=provider.pk, changes={"region": "hunan", "category": "apparel"}, by=owner, version=1
    )
    assert (changed.region, changed.version) == ("hunan", 2)
    entry = entries_of(provider).first()
    assert (entry.action, entry.changes) == ("provider.edit", {"region": ["zhejiang", "hunan"]})


def test_an_edit_that_changes_nothing_leaves_no_trace() -> None:
    provider = make_provider()
    with unchanged():
        services.edit_provider(provider_id=provider.pk, changes={"region": "zhejiang"}, by=owner_of(provider))


@pytest.mark.parametrize(
    ("changes", "version", "error"),
    [
        ({"name": "Other"}, 1, InvalidInput),
        ({"status": "admitted"}, 1, InvalidInput),
        ({"region": ""}, 1, InvalidInput),
        ({"region": "hunan"}, 7, Stale),
    ],
    ids=str,
)
def test_bad_edits(changes: dict[str, str], version: int, error: type[Exception]) -> None:
    provider = make_provider()
    with unchanged(), pytest.raises(error):
        services.edit_provider(provider_id=provider.pk, changes=changes, by=owner_of(provider), version=version)


@pytest.mark.parametrize("role", [Role.PROVIDER_MANAGER, Role.PROVIDER_TRADER])
def test_only_the_owner_edits(role: str) -> None:
    provider = make_provider()
    person = make_member(provider.organisation, role)
    with unchanged(), pytest.raises(NotPermitted):
        services.edit_provider(provider_id=provider.pk, changes={"region": "hunan"}, by=person)


def test_leave() -> None:
    provider = make_provider()
    owner = owner_of(provider)
    first, last = date(2026, 2, 1), date(2026, 2, 10)
    provider = services.declare_leave(provider_id=provider.pk, leave_from=first, leave_until=last, by=owner, version=1)
    assert (provider.leave_from, provider.leave_until, provider.version) == (first, last, 2)
    provider = services.declare_leave(provider_id=provider.pk, leave_from=None, leave_until=None, by=owner, version=2)
    assert (provider.leave_from, provider.leave_until, provider.version) == (None, None, 3)
    assert entries_of(provider).filter(action="provider.declare_leave").count() == 2


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2026, 2, 1), None, "leave_until"),
        (None, date(2026, 2, 1), "leave_from"),
        (date(2026, 2, 2), date(2026, 2, 1), "leave_until"),
    ],
)
def test_bad_leaves(first: date | None, last: date | None, field: str) -> None:
    provider = make_provider()
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        services.declare_leave(provider_id=provider.pk, leave_from=first, leave_until=last, by=owner_of(provider))
    assert refusal.value.field == field


def test_the_way_through_the_states() -> None:
    provider = make_provider()
    reviewer, officer = make_staff(), make_staff(Role.CONDUCT_OFFICER)
    provider = status_services.admit_provider(provider_id=provider.pk, by=reviewer, note="Good.", now=NOON)
    assert (provider.status, provider.status_at, provider.status_by) == ("probation", NOON, reviewer)
    assert (provider.admitted_at, provider.admitted_by) == (NOON, reviewer)
    assert provider.newcomer_until == date(2026, 3, 2) + timedelta(days=90) == date(2026, 5, 31)
    assert provider.is_active
    provider = status_services.complete_probation(provider_id=provider.pk, by=reviewer, note="Met.", version=2)
    assert provider.status == "admitted"
    provider = status_services.suspend_provider(provider_id=provider.pk, by=officer, note="Fake orders.", version=3)
    assert (provider.status, provider.is_active) == ("suspended", False)
    provider = status_services.reinstate_provider(provider_id=provider.pk, by=officer, note="Cured.", version=4)
    assert (provider.status, provider.admitted_at) == ("probation", NOON)
    provider = status_services.clear_out_provider(provider_id=provider.pk, by=officer, note="Again.", version=5)
    assert (provider.status, provider.version) == ("cleared_out", 6)
    entries = [(entry.action, entry.note) for entry in entries_of(provider).order_by("pk")]
    assert entries == [
        ("provider.register", ""),
        ("provider.admit", "Good."),
        ("provider.complete_probation", "Met."),
        ("provider.suspend", "Fake orders."),
        ("provider.reinstate", "Cured."),
        ("provider.clear_out", "Again."),
    ]


def test_refused_steps_change_nothing() -> None:
    provider = make_provider(status="probation")
    reviewer, officer = make_staff(), make_staff(Role.CONDUCT_OFFICER)
    attempts: list[tuple[Any, dict[str, Any], type[Exception]]] = [
        (status_services.admit_provider, {"by": reviewer, "note": "Again."}, IllegalTransition),
        (status_services.reinstate_provider, {"by": officer, "note": "Why not."}, IllegalTransition),
        (status_services.suspend_provider, {"by": officer, "note": "  "}, InvalidInput),
        (status_services.suspend_provider, {"by": reviewer, "note": "Fake orders."}, NotPermitted),
        (status_services.suspend_provider, {"by": owner_of(provider), "note": "Tired."}, NotPermitted),
        (status_services.clear_out_provider, {"by": officer, "note": "Bad.", "version": 1}, Stale),
        (status_services.complete_probation, {"by": officer, "note": "Fine."}, NotPermitted),
    ]
    with unchanged():
        for service, arguments, error in attempts:
            with pytest.raises(error):
                service(provider_id=provider.pk, **arguments)
        with pytest.raises(NotFound):
            status_services.suspend_provider(provider_id=0, by=officer, note="Nobody.")


def test_an_officer_who_was_a_member_stands_aside() -> None:
    provider = make_provider(status="admitted")
    officer = make_staff(Role.CONDUCT_OFFICER)
    make_member(provider.organisation, Role.PROVIDER_TRADER, officer)
    Membership.objects.filter(user=officer, role=Role.PROVIDER_TRADER).update(ended_at=NOON, ended_by=officer)
    with unchanged(), pytest.raises(NotPermitted) as refusal:
        status_services.suspend_provider(provider_id=provider.pk, by=officer, note="Old scores.")
    assert refusal.value.reason == "conflict_of_interest"


def test_selectors() -> None:
    registered, probation, admitted = (make_provider(status=s) for s in ("registered", "probation", "admitted"))
    external = make_external_provider()
    everything = [registered, probation, admitted, external]
    assert list(selectors.visible_to(make_staff(Role.AUDITOR))) == sorted(everything, key=lambda p: p.code)
    assert list(selectors.visible_to(owner_of(probation))) == [probation]
    assert list(selectors.visible_to(make_user())) == []
    assert set(selectors.active()) == {probation, admitted}
    assert selectors.known_codes() == {provider.code for provider in everything}
    assert selectors.of_organisation(admitted.organisation_id) == admitted
    assert selectors.of_organisation(make_staff().memberships.get().organisation_id) is None


def test_the_public_directory_holds_public_columns_of_active_ones() -> None:
    make_provider()
    active = make_provider(status="probation")
    found = selectors.public_directory().get()
    assert found == active
    assert {"uscc", "organisation_id", "admitted_by_id", "version"} <= found.get_deferred_fields()


def test_bulk_changes_leave_history() -> None:
    provider = make_provider()
    Provider.objects.filter(pk=provider.pk).update(name="Renamed")
    assert list(provider.events.order_by("pgh_id").values_list("name", flat=True)) == [provider.name, "Renamed"]
