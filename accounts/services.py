"""Writes about people and organisations."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User
from accounts.roles import ROLES_OF_KIND, OrganisationKind
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput
from common.locks import lock


@transaction.atomic
def create_user(
    *,
    email: str,
    password: str | None,
    name: str = "",
    language: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> User:
    """A new person; `password=None` leaves sign-in to OpenID Connect or a reset."""
    now = now or timezone.now()
    user = User(email=email.strip().lower(), name=name, language=language, created_at=now)
    user.set_password(password)
    if User.objects.filter(email__iexact=user.email).exists():
        raise Conflict(_("This e-mail address already has an account."), field="email", remedy=_("Sign in instead."))
    user.full_clean()
    user.save()
    record("user.create", user, by=by, now=now)
    return user


@transaction.atomic
def create_organisation(*, kind: str, name: str, by: User | None, now: datetime | None = None) -> Organisation:
    """A new organisation without members."""
    organisation = Organisation(kind=kind, name=name, created_at=now or timezone.now())
    organisation.full_clean()
    organisation.save()
    record("organisation.create", organisation, by=by, now=now)
    return organisation


@transaction.atomic
def get_or_create_platform(*, name: str = "Paddock") -> Organisation:
    """The one platform organisation."""
    platform = Organisation.objects.filter(kind=OrganisationKind.PLATFORM).first()
    return platform or create_organisation(kind=OrganisationKind.PLATFORM, name=name, by=None)


@transaction.atomic
def add_member(
    *, organisation_id: int, user: User, role: str, by: User | None, now: datetime | None = None
) -> Membership:
    """Give `user` a role; the same role twice gives back the present membership."""
    organisation = lock(Organisation.objects.all(), organisation_id)
    if role not in ROLES_OF_KIND[organisation.kind]:
        raise InvalidInput(
            _("This role does not exist in this kind of organisation."),
            field="role",
            remedy=_("Choose one of the listed roles."),
        )
    present = Membership.objects.filter(organisation=organisation, user=user, role=role, ended_at=None).first()
    if present:
        return present
    membership = Membership(
        organisation=organisation, user=user, role=role, created_by=by, created_at=now or timezone.now()
    )
    membership.full_clean()
    membership.save()
    user.__dict__.pop("_grants", None)
    record("membership.add", membership, by=by, now=now, changes={"organisation": organisation.pk, "role": role})
    return membership


@transaction.atomic
def set_language(*, user: User, language: str) -> User:
    """Remember the language a person chose."""
    user = lock(User.objects.all(), user.pk)
    if user.language != language:
        user.language = language
        user.full_clean()
        user.save(update_fields=["language"])
        record("user.set_language", user, by=user, changes={"language": language})
    return user
