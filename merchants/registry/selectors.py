"""Reads about merchants."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from merchants.registry.models import Merchant


def visible_to(user: User | AnonymousUser) -> QuerySet[Merchant]:
    """The merchants that `user` may see: staff all, members their own, others none."""
    if has_permission(user, "merchant.view"):
        return Merchant.objects.all()
    return Merchant.objects.filter(organisation__in=organisation_ids_with(user, "merchant.view"))


def of_organisation(organisation_id: int) -> Merchant | None:
    """The merchant behind an organisation, None when the organisation is no merchant."""
    return Merchant.objects.filter(organisation=organisation_id).first()
