"""What the state of a provider and its documents allows, whoever asks."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.exceptions import Conflict, InvalidInput
from common.templatetags.paddock import day
from providers.documents.enums import BLOCKS_ADMISSION
from providers.documents.models import Document, DocumentRule
from providers.documents.selectors import find_block
from providers.registry.enums import ProviderOrigin, ProviderStatus
from providers.registry.models import Provider


def check_takes_documents(provider: Provider) -> None:
    """Whether the provider may send documents; raises Conflict."""
    if provider.status == ProviderStatus.CLEARED_OUT or provider.origin == ProviderOrigin.EXTERNAL:
        raise Conflict(_("This provider does not take part any more."), remedy=_("Write to the platform."))


def check_days(rule: DocumentRule, issued_on: date, expires_on: date | None, today: date) -> None:
    """Whether the days fit each other, today and the rule; raises InvalidInput on the field at fault."""
    if issued_on > today:
        raise InvalidInput(
            _("The day of issue lies in the future."), field="issued_on", remedy=_("Copy the day from the document.")
        )
    if expires_on is None:
        if rule.has_expiry:
            raise InvalidInput(
                _("This document needs the day on which it expires."),
                field="expires_on",
                remedy=_("Copy the day from the document."),
            )
        return
    if expires_on < issued_on:
        raise InvalidInput(
            _("The document would expire before it was issued."),
            field="expires_on",
            remedy=_("Compare both days with the document."),
        )
    if expires_on <= today:
        raise InvalidInput(
            _("This document has expired already."), field="expires_on", remedy=_("Send the one that is valid now.")
        )


def check_new_bytes(earlier: Document | None) -> None:
    """The same file is not taken twice as the same document; `earlier` is the one with these bytes. Raises Conflict."""
    if earlier is not None:
        raise Conflict(
            _("You sent this very file before, on %(day)s.") % {"day": day(business_day(earlier.uploaded_at))},
            field="file",
            remedy=_("Choose the file of the new document. When nothing has changed, nothing needs to be sent."),
            code="same_file",
        )


def check_admissible(provider: Provider, today: date) -> None:
    """No expired document blocks the admission; raises Conflict."""
    expired = find_block(provider, BLOCKS_ADMISSION, today)
    if expired is not None:
        raise Conflict(
            expired.sentence, remedy=_("The provider sends a new one under Documents."), code="document_expired"
        )
