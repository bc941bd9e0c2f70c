"""Words of documents: what they are, where they stand, what an expiry blocks."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DocumentType(models.TextChoices):
    BUSINESS_LICENCE = "business_licence", _("Business licence")
    LEGAL_REPRESENTATIVE_ID = "legal_representative_id", _("Identity card of the legal representative")
    TAX_CERTIFICATE = "tax_certificate", _("Tax certificate")
    BANK_CERTIFICATE = "bank_certificate", _("Bank account certificate")
    BRAND_AUTHORISATION = "brand_authorisation", _("Brand authorisation")
    LEASE = "lease", _("Lease of the premises")
    OTHER = "other", _("Other document")


class DocumentStatus(models.TextChoices):
    UPLOADED = "uploaded", _("Waiting to be checked")
    ACCEPTED = "accepted", pgettext_lazy("a document", "Accepted")
    REVISION_ASKED = "revision_asked", _("Revision asked for")
    SUPERSEDED = "superseded", _("Superseded")
    EXPIRED = "expired", _("Expired")


class FileKind(models.TextChoices):
    """The formats that are taken, by their media type."""

    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"
    WEBP = "image/webp", "WebP"


SUFFIXES: dict[str, str] = {FileKind.PDF: "pdf", FileKind.PNG: "png", FileKind.JPEG: "jpg", FileKind.WEBP: "webp"}


class Blocks(models.TextChoices):
    """What an expired document keeps a provider from."""

    NOTHING = "nothing", _("Nothing")
    NEW_INVITATIONS = "new_invitations", _("New invitations")
    ADMISSION = "admission", _("Admission")
    EVERYTHING = "everything", _("Admission and new invitations")


# The one document of a type that counts now is in one of these.
CURRENT = (DocumentStatus.UPLOADED, DocumentStatus.ACCEPTED, DocumentStatus.REVISION_ASKED, DocumentStatus.EXPIRED)
LIVE = (DocumentStatus.UPLOADED, DocumentStatus.ACCEPTED, DocumentStatus.REVISION_ASKED)

BLOCKS_INVITATIONS = (Blocks.NEW_INVITATIONS, Blocks.EVERYTHING)
BLOCKS_ADMISSION = (Blocks.ADMISSION, Blocks.EVERYTHING)
