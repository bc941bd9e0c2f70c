"""Multi-factor authentication for staff."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import is_staff


class StaffMfaMiddleware:
    """With REQUIRE_STAFF_MFA, platform staff without a second factor reach only the pages that set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_STAFF_MFA and self._must_set_up(request):
            messages.warning(request, _("Staff accounts need a second factor. Set one up to go on."))
            return redirect(reverse("mfa_index"))
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated or request.path.startswith(("/account/", "/static/", "/language/")):
            return False
        return is_staff(request.user) and not is_mfa_enabled(request.user)
