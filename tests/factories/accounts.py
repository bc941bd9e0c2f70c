"""People and organisations for tests, made through the services."""

from itertools import count

from accounts.models import Organisation, User
from accounts.roles import Role
from accounts.services import add_member, create_user, get_or_create_platform

_numbers = count(1)


def make_user(email: str | None = None, *, name: str = "", password: str | None = None) -> User:
    """A person without any role; a password only when asked for, hashing one is slow."""
    return create_user(email=email or f"person{next(_numbers)}@example.com", password=password, name=name)


def make_member(organisation: Organisation, role: str, user: User | None = None) -> User:
    """A person with `role` in `organisation`."""
    user = user or make_user()
    add_member(organisation_id=organisation.pk, user=user, role=role, by=None)
    return user


def make_staff(role: str = Role.ADMISSION_REVIEWER, user: User | None = None) -> User:
    """A person with `role` in the platform."""
    return make_member(get_or_create_platform(), role, user)
