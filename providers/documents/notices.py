"""What providers are told about their documents, for each type in its own words."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText
from providers.documents.enums import DocumentType

PAGE = "provider:document_list"

# Braces are filled here with the name of the document, percent signs when the notice is shown.
TEXTS = {
    "document.revision_asked": (
        _("{document}: a revision is asked for"),
        _("The reviewer says: %(note)s Send a new file of this one document; nothing else needs to be done again."),
    ),
    "document.expiring": (
        _("{document} expires on %(expires_on)s"),
        _("Send the new one before that day, so that nothing is blocked."),
    ),
    "document.expired": (
        _("{document} has expired"),
        _("It expired on %(expires_on)s and does not count any more. The page says what is blocked; send a new one."),
    ),
}

NOTICES: dict[str, NoticeText] = {
    f"{kind}.{document.value}": NoticeText(format_lazy(title, document=document.label), text, PAGE)
    for kind, (title, text) in TEXTS.items()
    for document in DocumentType
}
