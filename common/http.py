"""Middleware shared by all pages: request ids, impossible addresses, the upload limit, and DomainError as a page."""

import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.exceptions import DomainError, LengthMissing, NotFound, TooLarge, TooManyRequests, refuse_invalid
from common.problems import CONTENT_TYPE, describe_refusal

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    """Gives every request an id that its log lines and audit entries carry."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid.uuid4())
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class AddressMiddleware:
    """Answers 404 to an address with a NUL in it: no object has one in its code, and PostgreSQL refuses to look."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return refuse(request, NotFound()) if "\x00" in request.path else self.get_response(request)


class UploadLimitMiddleware:
    """Refuses a body that is too large by its announced length, before a byte of it is read or stored, and a body
    without an announced length, of which the web server would hand on nothing.

    UPLOAD_LIMITS names the addresses that take less than UPLOAD_MAX_BYTES.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if "CONTENT_LENGTH" not in request.META and request.headers.get("Transfer-Encoding"):
            return refuse(request, LengthMissing())
        limits = settings.UPLOAD_LIMITS.items()
        own = next((most for start, most in limits if request.path.startswith(start)), None)
        most = own or settings.UPLOAD_MAX_BYTES
        if not length.isdigit() or int(length) <= most:
            return self.get_response(request)
        remedy = _("Split it by days, compress it with gzip, or import it with `manage.py import_facts`.")
        error = TooLarge(
            _("The upload is larger than %(limit)s MB, the most the portal takes at once.")
            % {"limit": most // 1024**2},
            field="file",
            remedy=_("Scan it at a lower resolution or with fewer pages, and send it again.") if own else remedy,
        )
        return refuse(request, error)


class DomainErrorMiddleware:
    """Shows a DomainError, or a fault that a model's validation found, which no view caught, as a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ValidationError):
            error = refuse_invalid(error)
        return refuse(request, error) if isinstance(error, DomainError) else None


def refuse_body() -> TooLarge:
    """The refusal of a body without a file that is longer than FORM_MAX_BYTES."""
    return TooLarge(
        _("The request is larger than %(limit)s MB, the most that is taken without a file.")
        % {"limit": settings.FORM_MAX_BYTES // 1024**2},
        remedy=_("Shorten it, or send the data as a file."),
    )


def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error page, only its alert when htmx asked, or a problem document under the API's addresses."""
    if request.path.startswith("/api/"):
        answer: HttpResponse = JsonResponse(describe_refusal(error), status=error.status, content_type=CONTENT_TYPE)
    else:
        wants_part = request.headers.get("HX-Request") == "true"
        template = "errors/alert.html" if wants_part else "errors/refused.html"
        answer = render(request, template, {"error": error, "status": error.status}, status=error.status)
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer
