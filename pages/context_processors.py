"""What the frame around every page needs."""

from functools import cache
from typing import Any

from django.http import HttpRequest

from accounts.models import Organisation
from accounts.notices.selectors import with_unread
from accounts.permissions import has_permission, is_staff
from accounts.roles import ALL_PERMISSIONS, OrganisationKind
from accounts.selectors import memberships_of
from pages.navigation import LinkGroup, build_navigation

AUDIENCES = {
    "staff": OrganisationKind.PLATFORM,
    "provider": OrganisationKind.PROVIDER,
    "merchant": OrganisationKind.MERCHANT,
}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The viewer's workspaces and navigation. Lazy: answers without a frame never pay for it."""

    @cache
    def memberships() -> list[Any]:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return []
        return list(with_unread(memberships_of(user), user))

    @cache
    def workspaces() -> list[Organisation]:
        return list({m.organisation_id: m.organisation for m in memberships()}.values())

    @cache
    def unread() -> int:
        return next((m.unread for m in memberships()), 0)

    @cache
    def workspace() -> Organisation | None:
        return find_workspace(request, workspaces())

    @cache
    def groups() -> list[LinkGroup]:
        current = workspace()
        if current is None:
            return []
        owner = None if current.kind == OrganisationKind.PLATFORM else current.pk

        def may(permission: str) -> bool:
            known = permission in ALL_PERMISSIONS
            return known and has_permission(request.user, permission, organisation_id=owner)

        return build_navigation(current.kind, may, request.path)

    return {
        "workspaces": workspaces,
        "unread_notices": unread,
        "workspace": workspace,
        "navigation": groups,
        "viewer_is_staff": lambda: hasattr(request, "user") and is_staff(request.user),
        "OrganisationKind": OrganisationKind,
    }


def find_workspace(request: HttpRequest, own: list[Organisation]) -> Organisation | None:
    """The organisation that the page is about: of the page's audience, the chosen one first."""
    match = request.resolver_match
    audience = next((AUDIENCES[name] for name in (match.namespaces if match else ()) if name in AUDIENCES), None)
    fitting = [organisation for organisation in own if audience in (None, organisation.kind)] or own
    session = getattr(request, "session", {})
    chosen = session.get("organisation_id")
    first = next(iter(sorted(fitting, key=_order)), None)
    return next((organisation for organisation in fitting if organisation.pk == chosen), first)


def _order(organisation: Organisation) -> tuple[int, str, int]:
    return list(AUDIENCES.values()).index(OrganisationKind(organisation.kind)), organisation.name, organisation.pk
