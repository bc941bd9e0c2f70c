"""The people of the demo world: one account per role to sign in with, and owners who never sign in."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from accounts.roles import OrganisationKind, Role
from accounts.services import add_member, create_user, get_or_create_platform

PASSWORD = "paddock-demo-2022"  # noqa: S105  (printed at start-up; the demo world is for looking at)


@dataclass(frozen=True)
class Account:
    """One account to sign in with."""

    email: str
    name: str
    role: Role
    kind: OrganisationKind


ACCOUNTS: tuple[Account, ...] = (
    Account("reviewer@demo.example", "沈明", Role.ADMISSION_REVIEWER, OrganisationKind.PLATFORM),
    Account("analyst@demo.example", "顾清", Role.SCORING_ANALYST, OrganisationKind.PLATFORM),
    Account("steward@demo.example", "骆飞", Role.RACE_STEWARD, OrganisationKind.PLATFORM),
    Account("programme@demo.example", "江禾", Role.PROGRAMME_MANAGER, OrganisationKind.PLATFORM),
    Account("conduct@demo.example", "严正", Role.CONDUCT_OFFICER, OrganisationKind.PLATFORM),
    Account("appeals@demo.example", "柳平", Role.APPEALS_OFFICER, OrganisationKind.PLATFORM),
    Account("auditor@demo.example", "文静", Role.AUDITOR, OrganisationKind.PLATFORM),
    Account("admin@demo.example", "管宁", Role.ADMINISTRATOR, OrganisationKind.PLATFORM),
    Account("provider@demo.example", "马驰", Role.PROVIDER_OWNER, OrganisationKind.PROVIDER),
    Account("manager@demo.example", "路遥", Role.PROVIDER_MANAGER, OrganisationKind.PROVIDER),
    Account("trader@demo.example", "程帆", Role.PROVIDER_TRADER, OrganisationKind.PROVIDER),
    Account("merchant@demo.example", "叶青", Role.MERCHANT_OWNER, OrganisationKind.MERCHANT),
    Account("operator@demo.example", "苏禾", Role.MERCHANT_OPERATOR, OrganisationKind.MERCHANT),
)

# Who reviews besides the first reviewer: panels are blind, and whoever reviewed a case first does not decide on it.
PANELISTS: tuple[Account, ...] = (
    Account("reviewer2@demo.example", "许衡", Role.ADMISSION_REVIEWER, OrganisationKind.PLATFORM),
    Account("reviewer3@demo.example", "高谨", Role.ADMISSION_REVIEWER, OrganisationKind.PLATFORM),
    Account("reviewer4@demo.example", "易安", Role.ADMISSION_REVIEWER, OrganisationKind.PLATFORM),
)


def account_of(role: Role) -> Account:
    """The account of a role."""
    return next(account for account in ACCOUNTS if account.role == role)


def add_account(role: Role, *, organisation_id: int | None = None, now: datetime) -> User:
    """Create the account of a role; with an organisation also its membership there."""
    account = account_of(role)
    user = create_user(email=account.email, password=PASSWORD, name=account.name, now=now)
    if organisation_id is not None:
        add_member(organisation_id=organisation_id, user=user, role=role, by=None, now=now)
    return user


def add_staff(now: datetime) -> dict[Role, User]:
    """The platform with one account for each of its roles."""
    platform = get_or_create_platform()
    roles = [account.role for account in ACCOUNTS if account.kind == OrganisationKind.PLATFORM]
    return {role: add_account(role, organisation_id=platform.pk, now=now) for role in roles}


def add_panelists(now: datetime) -> list[User]:
    """The reviewers who sit on the panels."""
    platform = get_or_create_platform()
    people = [create_user(email=one.email, password=PASSWORD, name=one.name, now=now) for one in PANELISTS]
    for person in people:
        add_member(organisation_id=platform.pk, user=person, role=Role.ADMISSION_REVIEWER, by=None, now=now)
    return people


def add_silent_user(email: str, name: str, now: datetime) -> User:
    """Somebody who owns a company or shop in the world but never signs in."""
    return create_user(email=email, password=None, name=name, now=now)
