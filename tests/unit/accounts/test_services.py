"""People, organisations and memberships."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts import selectors, services
from accounts.models import Membership, Organisation, User
from accounts.roles import OrganisationKind, Role
from common.audit.models import AuditEntry
from common.audit.selectors import entries_of
from common.exceptions import Conflict, InvalidInput, NotFound
from tests.factories.accounts import make_member, make_staff, make_user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def test_create_user() -> None:
    user = services.create_user(email=" Lin@Example.com ", password="quiet-harbour-9", name="Lin", now=NOON)
    user.refresh_from_db()
    assert (user.email, user.name, user.created_at, user.is_active) == ("lin@example.com", "Lin", NOON, True)
    assert user.check_password("quiet-harbour-9")
    assert [(entry.action, entry.by) for entry in entries_of(user)] == [("user.create", None)]


def test_a_user_without_password_cannot_sign_in_by_one() -> None:
    assert not services.create_user(email="lin@example.com", password=None).has_usable_password()


@pytest.mark.parametrize("email", ["lin@example.com", "LIN@example.com", " lin@EXAMPLE.com"])
def test_one_account_per_address(email: str) -> None:
    services.create_user(email="lin@example.com", password=None)
    with pytest.raises(Conflict) as refusal:
        services.create_user(email=email, password=None)
    assert refusal.value.field == "email"
    assert (User.objects.count(), AuditEntry.objects.count()) == (1, 1)


def test_the_database_knows_addresses_in_any_case() -> None:
    make_user("lin@example.com")
    with pytest.raises(IntegrityError, match="user_email_once_in_any_case"):
        User.objects.create(email="LIN@example.com")


def test_what_is_no_address() -> None:
    with pytest.raises(ValidationError):
        services.create_user(email="lin", password=None)
    assert (User.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_one_platform() -> None:
    platform = services.get_or_create_platform()
    assert services.get_or_create_platform() == platform
    with pytest.raises(IntegrityError, match="organisation_one_platform"):
        Organisation.objects.create(kind=OrganisationKind.PLATFORM, name="Another")


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValidationError):
        services.create_organisation(kind="guild", name="Weavers", by=None)
    with pytest.raises(IntegrityError, match="organisation_kind_known"):
        Organisation.objects.create(kind="guild", name="Weavers")


def test_add_member() -> None:
    admin, user = make_staff(Role.ADMINISTRATOR), make_user()
    provider = services.create_organisation(kind=OrganisationKind.PROVIDER, name="Lantern", by=None)
    membership = services.add_member(
        organisation_id=provider.pk, user=user, role=Role.PROVIDER_OWNER, by=admin, now=NOON
    )
    assert (membership.user, membership.organisation, membership.role) == (user, provider, "provider_owner")
    assert (membership.created_at, membership.created_by, membership.ended_at) == (NOON, admin, None)
    again = services.add_member(organisation_id=provider.pk, user=user, role=Role.PROVIDER_OWNER, by=admin)
    assert again == membership
    assert entries_of(membership).get().changes == {"organisation": provider.pk, "role": "provider_owner"}


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (OrganisationKind.PLATFORM, Role.PROVIDER_OWNER),
        (OrganisationKind.PROVIDER, Role.MERCHANT_OWNER),
        (OrganisationKind.PROVIDER, Role.ADMINISTRATOR),
        (OrganisationKind.MERCHANT, Role.PROVIDER_TRADER),
    ],
)
def test_roles_stay_in_their_kind(kind: str, role: str) -> None:
    organisation, user = services.create_organisation(kind=kind, name="Somewhere", by=None), make_user()
    before = AuditEntry.objects.count()
    with pytest.raises(InvalidInput) as refusal:
        services.add_member(organisation_id=organisation.pk, user=user, role=role, by=None)
    assert refusal.value.field == "role"
    assert (Membership.objects.count(), AuditEntry.objects.count()) == (0, before)


def test_no_such_organisation() -> None:
    with pytest.raises(NotFound):
        services.add_member(organisation_id=0, user=make_user(), role=Role.AUDITOR, by=None)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"role": "king"}, "membership_role_known"),
        ({"ended_at": NOON}, "membership_end_pair"),
    ],
    ids=str,
)
def test_membership_constraints(changes: dict[str, object], constraint: str) -> None:
    membership = make_staff().memberships.get()
    with pytest.raises(IntegrityError, match=constraint):
        Membership.objects.filter(pk=membership.pk).update(**changes)


def test_a_role_once_at_a_time() -> None:
    membership = make_staff(Role.AUDITOR).memberships.get()
    with pytest.raises(IntegrityError, match="membership_once"):
        Membership.objects.create(user=membership.user, organisation=membership.organisation, role=membership.role)


def test_set_language() -> None:
    user = make_user()
    services.set_language(user=user, language="en")
    services.set_language(user=user, language="en")
    user.refresh_from_db()
    assert user.language == "en"
    assert entries_of(user).filter(action="user.set_language").count() == 1


def test_selectors() -> None:
    user = make_staff(Role.AUDITOR)
    provider = services.create_organisation(kind=OrganisationKind.PROVIDER, name="Lantern", by=None)
    make_member(provider, Role.PROVIDER_OWNER, user)
    ended = make_member(provider, Role.PROVIDER_TRADER, user)
    Membership.objects.filter(user=ended, role=Role.PROVIDER_TRADER).update(ended_at=NOON, ended_by=user)
    assert [membership.role for membership in selectors.memberships_of(user)] == ["auditor", "provider_owner"]
    assert list(selectors.organisations_of(user, OrganisationKind.PROVIDER)) == [provider]
    assert list(selectors.organisations_of(user, OrganisationKind.MERCHANT)) == []
    assert [membership.role for membership in selectors.members_of(provider.pk)] == ["provider_owner"]
