"""The one shape of an error for programs: problem details (RFC 9457) with code, field and remedy."""

from http import HTTPStatus
from typing import Any

from common.exceptions import DomainError

CONTENT_TYPE = "application/problem+json"


def describe_problem(
    status: int,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    remedy: str = "",
    errors: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """The document. `errors` lists every fault when there are several; `detail` and `field` are the first one's."""
    return {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "field": field,
        "remedy": remedy,
        "errors": errors or [],
    }


def describe_refusal(error: DomainError) -> dict[str, Any]:
    """The document of a DomainError."""
    return describe_problem(error.status, error.reason, str(error.message), field=error.field, remedy=str(error.remedy))
