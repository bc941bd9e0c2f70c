"""Reads about saved filters."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.saved_filters.models import SavedFilter


def visible_to(user: User | AnonymousUser) -> QuerySet[SavedFilter]:
    """One's own, by name."""
    return SavedFilter.objects.filter(user=user) if isinstance(user, User) else SavedFilter.objects.none()
