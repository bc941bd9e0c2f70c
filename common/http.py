"""Middleware shared by all pages: request ids, the upload limit, and DomainError as a page."""

import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.exceptions import DomainError, LengthMissing, TooLarge, refuse_invalid
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


class UploadLimitMiddleware:
    """Refuses a body over UPLOAD_MAX_BYTES by its announced length, before a byte of it is read or stored, and a body
    without an announced length, of which the web server would hand on nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // 1024**2
            error = TooLarge(
                _("The upload is larger than %(limit)s MB, the most the portal takes at once.") % {"limit": limit},
                field="file",
                remedy=_("Split it by days, compress it with gzip, or import it with `manage.py import_facts`."),
            )
            return refuse(request, error)
        if "CONTENT_LENGTH" not in request.META and request.headers.get("Transfer-Encoding"):
            return refuse(request, LengthMissing())
        return self.get_response(request)


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
        return JsonResponse(describe_refusal(error), status=error.status, content_type=CONTENT_TYPE)
    wants_part = request.headers.get("HX-Request") == "true"
    template = "errors/alert.html" if wants_part else "errors/refused.html"
    return render(request, template, {"error": error, "status": error.status}, status=error.status)
