"""Error pages with the same face as the rest."""

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError, NotFound, NotPermitted
from common.http import refuse, refuse_body


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return refuse(request, refuse_body())
    return refuse(request, DomainError(_("The request could not be read."), remedy=_("Go back, reload and try again.")))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, NotPermitted(_("This is not open to you."), remedy=_("Sign in with another account.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the mark that this portal gave it out: a stale tab, a browser without cookies, or a forgery."""
    message = _("This form has gone stale, or your browser refuses cookies. Nothing was changed.")
    return refuse(request, NotPermitted(message, remedy=_("Reload the page and send it again."), code="csrf_failed"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever broke must not break this page too."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return HttpResponse(render_to_string("errors/500.html", {"request_id": request_id}), status=500)
