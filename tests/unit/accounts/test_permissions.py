"""Permissions: through the platform everywhere, through an organisation only there."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Membership, User
from accounts.permissions import check_permission, has_permission, is_staff, organisation_ids_with
from accounts.roles import ALL_PERMISSIONS, ROLE_PERMISSIONS, ROLES_OF_KIND, OrganisationKind, Role
from accounts.services import create_organisation
from common.exceptions import NotPermitted
from tests.factories.accounts import make_member, make_staff, make_user

# What each platform role may do beyond reading; written out so that a slip in the table is seen.
DECISIONS: dict[str, set[str]] = {
    "admission_reviewer": {
        "application.triage",
        "application.admit",
        "application.return",
        "application.reject",
        "application.uphold",
        "application.reconsider",
        "criteria.edit",
        "document.decide",
        "link.decide",
        "probation.propose",
        "probation.judge",
        "probation.decide",
        "provider.complete_probation",
        "review.submit",
        "trader.verify",
        "trader.certify",
    },
    "conduct_officer": {
        "provider.suspend",
        "provider.reinstate",
        "provider.clear_out",
        "probation.fail",
        "watch.notify",
        "trader.release",
        "link.decide",
        "barred.edit",
        "identifier.import",
        "false_claim.decide",
    },
    "appeals_officer": set(),
    "auditor": set(),
}
# What staff decide about facts, scores and boards.
ELSEWHERE = {
    "appeals_officer": {"dispute.decide", "objection.decide", "board.lift_ban"},
    "conduct_officer": {"adjustment.enter", "related.edit", "board.ban", "board.lift_ban"},
}
# What the administrator may do as well: keep the rules and the lists, never decide about a company.
SHARED = {"criteria.edit", "barred.edit", "identifier.import"}
ADMISSION_DECISIONS = frozenset().union(*DECISIONS.values())


def test_every_role_belongs_to_one_kind_and_has_permissions() -> None:
    listed = [role for roles in ROLES_OF_KIND.values() for role in roles]
    assert sorted(listed) == sorted(Role.values)
    assert set(ROLE_PERMISSIONS) == set(Role.values)


@pytest.mark.parametrize("role", sorted(DECISIONS))
def test_decisions_of_staff(role: str) -> None:
    reading = {permission for permission in ROLE_PERMISSIONS[role] if permission.endswith(".view")}
    assert ROLE_PERMISSIONS[role] - reading == DECISIONS[role] | ELSEWHERE.get(role, set())


@pytest.mark.parametrize("role", Role.values)
def test_only_the_named_roles_decide_on_admission(role: str) -> None:
    held = SHARED if role == "administrator" else DECISIONS.get(role, set())
    assert ROLE_PERMISSIONS[role] & ADMISSION_DECISIONS == held


@pytest.mark.django_db
def test_platform_permissions_reach_every_organisation() -> None:
    reviewer = make_staff(Role.ADMISSION_REVIEWER)
    assert has_permission(reviewer, "application.admit")
    assert has_permission(reviewer, "application.admit", organisation_id=4711)
    assert not has_permission(reviewer, "application.edit", organisation_id=4711)
    assert is_staff(reviewer)
    assert organisation_ids_with(reviewer, "application.view") == frozenset()


@pytest.mark.django_db
def test_a_membership_reaches_its_own_organisation_only() -> None:
    mine = create_organisation(kind=OrganisationKind.PROVIDER, name="Mine", by=None)
    other = create_organisation(kind=OrganisationKind.PROVIDER, name="Other", by=None)
    owner = make_member(mine, Role.PROVIDER_OWNER)
    assert has_permission(owner, "provider.edit", organisation_id=mine.pk)
    assert not has_permission(owner, "provider.edit", organisation_id=other.pk)
    assert not has_permission(owner, "provider.edit")
    assert organisation_ids_with(owner, "provider.edit") == {mine.pk}
    assert not is_staff(owner)
    with pytest.raises(NotPermitted):
        check_permission(owner, "provider.edit", organisation_id=other.pk)


@pytest.mark.django_db
def test_nobody_without_a_live_membership() -> None:
    gone, barred, stranger = make_staff(Role.AUDITOR), make_staff(Role.AUDITOR), make_user()
    Membership.objects.filter(user=gone).update(ended_at=datetime(2026, 3, 1, tzinfo=UTC), ended_by=stranger)
    User.objects.filter(pk=barred.pk).update(is_active=False)
    for user in (User.objects.get(pk=gone.pk), User.objects.get(pk=barred.pk), stranger, AnonymousUser()):
        assert not any(has_permission(user, permission) for permission in ALL_PERMISSIONS)
        assert not is_staff(user)


@pytest.mark.django_db
def test_grants_are_read_once(django_assert_num_queries: object) -> None:
    reviewer = User.objects.get(pk=make_staff().pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        for permission in ALL_PERMISSIONS:
            has_permission(reviewer, permission)


@pytest.mark.django_db
def test_an_unknown_permission_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="no role grants"):
        has_permission(make_user(), "application.adore")
