"""Every error of the API in one shape: problem details (RFC 9457) with code, field and remedy."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from common.exceptions import DomainError, NotFound, list_faults
from common.http import refuse_body
from common.problems import CONTENT_TYPE, describe_problem, describe_refusal


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's hook: DomainError, model validation and the framework's own errors become one problem."""
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, RequestDataTooBig):
        error = refuse_body()
    if isinstance(error, DomainError):
        set_rollback()
        return Response(describe_refusal(error), status=error.status, content_type=CONTENT_TYPE)
    if isinstance(error, ValidationError):
        set_rollback()
        return _invalid(list_faults(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        answer = _invalid([(field, text) for field, texts in _flatten(error.detail).items() for text in texts])
    else:
        answer = problem(response.status_code, _code(error), _detail(response.data), remedy=_remedy(error, context))
    for header in ("WWW-Authenticate", "Retry-After"):
        if header in response.headers:
            answer[header] = response.headers[header]
    return answer


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """One problem document; `more` as `common.problems.describe_problem` takes it."""
    return Response(describe_problem(status, code, detail, **more), status=status, content_type=CONTENT_TYPE)


def _invalid(faults: list[tuple[str, str]]) -> Response:
    errors = [{"field": field, "detail": text} for field, text in faults]
    field, detail = faults[0]
    remedy = _("Correct what “errors” lists; the API reference says what each field takes.")
    return problem(400, "invalid_input", detail, field=field or None, remedy=remedy, errors=errors)


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    if isinstance(detail, dict):
        items = [(f"{prefix}.{key}" if prefix else str(key), value) for key, value in detail.items()]
    elif any(isinstance(value, dict | list) for value in detail):
        items = [(f"{prefix}[{index}]", value) for index, value in enumerate(detail) if value]
    else:
        return {"" if prefix == "non_field_errors" else prefix: [str(text) for text in detail]}
    merged: dict[str, list[str]] = {}
    for name, value in items:
        merged |= _flatten(value, name)
    return merged


def _remedy(error: Exception, context: dict[str, Any]) -> str:
    """What to do about an error of the framework, empty where its sentence says it all."""
    if isinstance(error, exceptions.UnsupportedMediaType):
        taken = ", ".join(parser.media_type for parser in context["view"].parser_classes)
        return _("Send one of these in Content-Type: %(types)s.") % {"types": taken}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return _("Send a token of POST /api/v1/tokens as “Authorization: Token …”.")
    if isinstance(error, exceptions.Throttled):
        return _("Wait as long as Retry-After says, then send it again.")
    return ""


def _code(error: Exception) -> str:
    if isinstance(error, PermissionDenied):
        return "not_permitted"
    return str(getattr(error, "default_code", "error"))


def _detail(data: Any) -> str:
    return str(data.get("detail", data)) if isinstance(data, dict) else str(data)
