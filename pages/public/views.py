"""Pages open to everybody, and the switches in the header."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as set_language_cookie

from accounts import services
from accounts.models import Organisation, User
from accounts.roles import OrganisationKind
from accounts.selectors import memberships_of
from common.exceptions import NotFound
from pages.base import TitledPage

HOMES = {
    OrganisationKind.PLATFORM: "pages:staff:today",
    OrganisationKind.PROVIDER: "pages:provider:home",
    OrganisationKind.MERCHANT: "pages:merchant:home",
}


class Landing(TitledPage):
    """What this is, and three doors."""

    template_name = "public/landing.html"


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The home of the workspace that the viewer used last, else of the first."""
    organisation = _chosen(request) or _first(request)
    return redirect(HOMES[organisation.kind] if organisation else "pages:landing")


@login_required
@require_POST
def choose_workspace(request: HttpRequest) -> HttpResponse:
    """Work for another of one's organisations."""
    wanted = request.POST.get("organisation", "")
    for membership in memberships_of(request.user):
        if str(membership.organisation_id) == wanted:
            request.session["organisation_id"] = membership.organisation_id
            return redirect(HOMES[membership.organisation.kind])
    raise NotFound()


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Switch the language and remember it, for people who are signed in also with their account."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        services.set_language(user=request.user, language=language)
    return set_language_cookie(request)


def _chosen(request: HttpRequest) -> Organisation | None:
    wanted = request.session.get("organisation_id")
    return next((m.organisation for m in memberships_of(request.user) if m.organisation_id == wanted), None)


def _first(request: HttpRequest) -> Organisation | None:
    order = [OrganisationKind.PLATFORM, OrganisationKind.PROVIDER, OrganisationKind.MERCHANT]
    found = sorted(memberships_of(request.user), key=lambda m: order.index(OrganisationKind(m.organisation.kind)))
    return found[0].organisation if found else None
