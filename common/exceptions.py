"""What can go wrong in the business, said once. Pages and the API map these; services know nothing of HTTP."""

from typing import ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """A refusal with a sentence for the user.

    `message` says what is wrong, `remedy` what to do now, `field` which input is meant (dotted for nested ones).
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400

    def __init__(self, message: Text, *, field: str | None = None, remedy: Text = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.remedy = remedy
        self.reason = code or self.code

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InvalidInput(DomainError):
    """The input breaks a rule that the sender can mend."""

    code = "invalid_input"
    status = 400


class NotPermitted(DomainError):
    """The person may see the object but not do this with it."""

    code = "not_permitted"
    status = 403


class NotFound(DomainError):
    """The object does not exist, or the person may not know that it does."""

    code = "not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is nothing here under this address."))


class Conflict(DomainError):
    """The input is fine, the present state is not."""

    code = "conflict"
    status = 409


class IllegalTransition(Conflict):
    """The action does not exist in the object's state."""

    code = "illegal_transition"


class Stale(Conflict):
    """Somebody else changed the object since the sender read it."""

    code = "stale"

    def __init__(self) -> None:
        super().__init__(
            _("This was changed by somebody else since you opened it."),
            remedy=_("Reload the page, check what changed and try again."),
        )


class TooManyRequests(DomainError):
    """The sender asked more often than one address may; `retry_after` seconds from now it may again."""

    code = "too_many_requests"
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            _("Too many requests came from your address."),
            remedy=_("Wait %(seconds)s seconds and try again.") % {"seconds": retry_after},
        )
        self.retry_after = retry_after


class TooLarge(DomainError):
    """The upload is larger than the portal takes."""

    code = "too_large"
    status = 413


class LengthMissing(DomainError):
    """The sender did not announce how long the body is."""

    code = "length_missing"
    status = 411

    def __init__(self) -> None:
        super().__init__(
            _("The length of the upload was not announced."),
            field="file",
            remedy=_("Send it with a Content-Length header, not in chunks."),
        )


class TooMany(DomainError):
    """Tried too often in a short time."""

    code = "throttled"
    status = 429


def list_faults(error: ValidationError) -> list[tuple[str, str]]:
    """Field (empty for the row as a whole) and sentence of everything that a model's validation found.

    A check constraint knows only its own name, which helps nobody: it gets a sentence that says what to do.
    """
    faults = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    found = []
    for field, inner in faults.items():
        for fault in inner:
            unnamed = field == NON_FIELD_ERRORS and fault.code is None
            text = _("These values do not fit together. Check them and try again.") if unnamed else fault.messages[0]
            found.append(("" if field == NON_FIELD_ERRORS else field, str(text)))
    return found


def refuse_invalid(error: ValidationError) -> InvalidInput:
    """The first of `list_faults` as a refusal."""
    field, text = list_faults(error)[0]
    return InvalidInput(text, field=field or None)
