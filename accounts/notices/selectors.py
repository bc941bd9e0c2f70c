"""Reads about notices."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Membership, User
from accounts.notices.models import Notice


def addressed_to(user: User | AnonymousUser) -> QuerySet[Notice]:
    """What was sent to `user` or to an organisation to which the user belongs now, newest first."""
    if not isinstance(user, User):
        return Notice.objects.none()
    own = Membership.objects.filter(user=user, ended_at=None).values("organisation")
    return Notice.objects.filter(Q(user=user) | Q(organisation__in=own))


def with_unread(memberships: QuerySet[Membership], user: User) -> QuerySet[Membership]:
    """Adds `unread` to each row: how many notices `user` has not read in all. Saves each page a query."""
    unread = addressed_to(user).filter(read_at=None).order_by()
    counted = unread.annotate(every=Value(1)).values("every").annotate(count=Count("pk")).values("count")
    return memberships.annotate(unread=Coalesce(Subquery(counted), 0))


def readers_of(notice: Notice) -> QuerySet[User]:
    """Whom the notice is addressed to now."""
    people = User.objects.filter(is_active=True)
    if notice.user_id is not None:
        return people.filter(pk=notice.user_id)
    members = Membership.objects.filter(organisation=notice.organisation_id, ended_at=None)
    return people.filter(pk__in=members.values("user")).order_by("pk")
