"""Reads of verification."""

from unicodedata import normalize

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import has_permission
from common.exceptions import NotFound
from providers.registry.models import Provider
from providers.registry.selectors import verifiable
from providers.verification.models import FalseClaim


def find_verifiable(code: str) -> Provider:
    """The provider behind a public code, in any case and width and with spaces around it.

    NotFound, always the same, for every code that nobody may look up: it does not tell whether a company applied.
    """
    provider = verifiable().filter(code=normalize("NFKC", code).strip().upper()).first()
    if provider is None:
        raise NotFound()
    return provider


def visible_to(user: User | AnonymousUser) -> QuerySet[FalseClaim]:
    """The reports that `user` may see: staff with the permission all, others none."""
    claims = FalseClaim.objects.select_related("decided_by")
    return claims if has_permission(user, "false_claim.view") else claims.none()
