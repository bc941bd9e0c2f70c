"""The life of a document."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.states import StateTable, Transition
from providers.documents.enums import DocumentStatus as S

PORTAL = ""  # no person takes this step, the clock does

ASK = _("Ask for a revision")
ACCEPT = pgettext_lazy("a document", "Accept")
SUPERSEDE = _("Send a new one")
EXPIRE = pgettext_lazy("a document", "Expire")

DOCUMENT = StateTable(
    name="document",
    states=S,
    initial=S.UPLOADED,
    rows=(
        Transition(S.UPLOADED, S.ACCEPTED, "accept", "document.decide", ACCEPT, False, "document.accept"),
        Transition(S.UPLOADED, S.REVISION_ASKED, "ask_revision", "document.decide", ASK, True, "document.ask_revision"),
        Transition(S.ACCEPTED, S.REVISION_ASKED, "ask_revision", "document.decide", ASK, True, "document.ask_revision"),
        Transition(S.UPLOADED, S.SUPERSEDED, "supersede", "document.upload", SUPERSEDE, False, "document.supersede"),
        Transition(S.ACCEPTED, S.SUPERSEDED, "supersede", "document.upload", SUPERSEDE, False, "document.supersede"),
        Transition(
            S.REVISION_ASKED, S.SUPERSEDED, "supersede", "document.upload", SUPERSEDE, False, "document.supersede"
        ),
        Transition(S.EXPIRED, S.SUPERSEDED, "supersede", "document.upload", SUPERSEDE, False, "document.supersede"),
        Transition(S.UPLOADED, S.EXPIRED, "expire", PORTAL, EXPIRE, False, "document.expire"),
        Transition(S.ACCEPTED, S.EXPIRED, "expire", PORTAL, EXPIRE, False, "document.expire"),
        Transition(S.REVISION_ASKED, S.EXPIRED, "expire", PORTAL, EXPIRE, False, "document.expire"),
    ),
)
