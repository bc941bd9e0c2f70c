"""Reads about notices."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from accounts.notices.models import Notice


def addressed_to(user: User | AnonymousUser) -> QuerySet[Notice]:
    """What was sent to `user` or to an organisation to which the user belongs now, newest first."""
    if not isinstance(user, User):
        return Notice.objects.none()
    own = Membership.objects.filter(user=user, ended_at=None).values("organisation")
    return Notice.objects.filter(Q(user=user) | Q(organisation__in=own))


def count_unread(user: User | AnonymousUser) -> int:
    """How many notices the user has not read."""
    return addressed_to(user).filter(read_at=None).count()


def readers_of(notice: Notice) -> QuerySet[User]:
    """Whom the notice is addressed to now."""
    people = User.objects.filter(is_active=True)
    if notice.user_id is not None:
        return people.filter(pk=notice.user_id)
    members = Membership.objects.filter(organisation=notice.organisation_id, ended_at=None)
    return people.filter(pk__in=members.values("user")).order_by("pk")
