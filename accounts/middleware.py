"""Multi-factor authentication for staff."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sign_in import check_second_factor
from common.exceptions import NotPermitted
from common.http import refuse


class StaffMfaMiddleware:
    """With REQUIRE_STAFF_MFA, platform staff without a second factor reach only the pages that set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User) and not request.path.startswith(("/account/", "/static/", "/language/")):
            try:
                check_second_factor(request.user)
            except NotPermitted as error:
                if request.path.startswith("/api/"):
                    return refuse(request, error)
                messages.warning(request, _("Staff accounts need a second factor. Set one up to go on."))
                return redirect(reverse("mfa_index"))
        return self.get_response(request)
